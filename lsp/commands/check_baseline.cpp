#include "lsp/commands/check_baseline.hpp"

#include <filesystem>
#include <fstream>

#include "lsp/commands/evaluator_session.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/json_rpc/message.hpp"
#include "lsp/protocol/basic.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

std::string trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin, line.find_last_not_of(" \t") - begin + 1));
}

/// What is left of a text in a file of JSON, which has no room for invalid UTF-8.
std::string as_written(const std::string& text) {
  return Json::parse(to_text(Json(text))).get<std::string>();
}

}  // namespace

Baseline Baseline::beside(const std::string& path) {
  Baseline baseline;
  baseline.directory_ =
      std::filesystem::path(canonical_path(path, working_directory())).parent_path().string();
  return baseline;
}

std::expected<Baseline, std::string> Baseline::read(const std::string& path) {
  const auto text = read_whole_file(path);
  if (!text) return std::unexpected(text.error());
  const Json json = Json::parse(*text, nullptr, false);
  const Json& findings = find(json, "findings");
  if (!findings.is_array()) return std::unexpected(path + ": this is no baseline");
  Baseline baseline = beside(path);
  for (const Json& f : findings) {
    const Json &file = find(f, "file"), &code = find(f, "code"), &line = find(f, "line"),
               &count = find(f, "count");
    if (!file.is_string() || !code.is_string() || !line.is_string() || !count.is_number_unsigned())
      return std::unexpected(path + ": this is no baseline");
    baseline.counts_[{file.get<std::string>(), code.get<std::string>(), line.get<std::string>()}] =
        count.get<uint64_t>();
  }
  return baseline;
}

Baseline::Key Baseline::key_of(const ReportedFinding& finding) const {
  const std::filesystem::path path = finding.place.path;
  return {as_written(path.lexically_relative(directory_).string()),
          std::string(syntax::info(finding.id).name), as_written(trimmed(finding.line_text))};
}

bool Baseline::take(const ReportedFinding& finding) {
  const auto known = counts_.find(key_of(finding));
  if (known == counts_.end() || known->second == 0) return false;
  --known->second;
  return true;
}

bool Baseline::write(const std::string& path) const {
  std::ofstream out(path, std::ios::binary);
  out << "{\"findings\": [";
  bool first = true;
  for (const auto& [key, count] : counts_) {
    const Json j = Json::object(
        {{"file", key.file}, {"code", key.code}, {"line", key.line}, {"count", count}});
    out << (first ? "\n" : ",\n") << to_text(j);
    first = false;
  }
  out << "\n]}\n";
  out.flush();
  return out.good();
}

}  // namespace nilas::lsp
