// What a replay found, for people.

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "lsp/recording/replay.hpp"

namespace nilas::lsp {
namespace {

constexpr size_t kShownPlaces = 3;
constexpr size_t kShownBytes = 300;

std::string shortened(const Json& value) {
  std::string text = to_text(value);
  if (text.size() <= kShownBytes) return text;
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80)
    --end;  // no half a character
  return text.substr(0, end) + fmt::format("... ({} bytes)", text.size());
}

/// `part` is between 0 and 1; the values are sorted.
double quantile(const std::vector<double>& sorted, double part) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(last * part + 0.5)];
}

std::string row(std::vector<double> ms) {
  std::ranges::sort(ms);
  return fmt::format("{:9.1f}{:9.1f}{:9.1f}", quantile(ms, 0.5), quantile(ms, 0.95), ms.back());
}

}  // namespace

std::string show_difference(const Json& recorded, const Json& replayed) {
  const Json patch = Json::diff(recorded, replayed);
  std::string out;
  size_t shown = 0;
  for (const Json& step : patch) {
    if (shown++ == kShownPlaces) break;
    const Json::json_pointer place(step.at("path").get<std::string>());
    const bool added = step.at("op") == "add";
    out += fmt::format("    {}\n", place.to_string());
    out += fmt::format("      recorded: {}\n",
                       added ? "(nothing)" : shortened(recorded.value(place, Json())));
    out += fmt::format("      now:      {}\n",
                       step.contains("value") ? shortened(step.at("value")) : "(nothing)");
  }
  if (patch.size() > kShownPlaces)
    out += fmt::format("    and {} more\n", patch.size() - kShownPlaces);
  if (!out.empty()) out.pop_back();
  return "\n" + out;
}

std::string show(const ReplayReport& report, const std::string& path) {
  std::string out;
  for (const auto& d : report.differences)
    out += fmt::format("{}:{}: {}: {}\n", path, d.number, d.method, d.what);
  if (!out.empty()) out += "\n";
  if (!report.latencies.empty()) {
    out += fmt::format("{:38}{:>6}{:>27}{:>27}\n", "", "", "recorded, ms", "replayed, ms");
    out += fmt::format("{:38}{:>6}", "method", "count");
    for (int i = 0; i < 2; ++i)
      out += fmt::format("{:>9}{:>9}{:>9}", "median", "p95", "worst");
    out += "\n";
  }
  for (const auto& [method, ms] : report.latencies) {
    out += fmt::format("{:38}{:6}{}{}\n", method, ms.replayed.size(), row(ms.recorded),
                       row(ms.replayed));
  }
  out += fmt::format(
      "{} answers and {} diagnostics compared, {} that depend on time left out: {} differences\n",
      report.answers, report.diagnostics, report.timed, report.differences.size());
  return out;
}

}  // namespace nilas::lsp
