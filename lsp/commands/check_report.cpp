#include "lsp/commands/check_report.hpp"

#include <fmt/format.h>

#include "lsp/json_rpc/message.hpp"
#include "lsp/uri.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

void write(std::FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

std::string in_words(const ReportedPlace& p) {
  return fmt::format("{}:{}:{}", p.path, p.line, p.column);
}

/// `path:line:column: severity: message [name]`, as compilers say it.
class Human final : public Reporter {
 public:
  explicit Human(std::FILE* out) : out_(out) {}
  void add(const ReportedFinding& f) override {
    write(out_, fmt::format("{}: {}: {} [{}]\n", in_words(f.place), severity_name(f.severity),
                            f.message, syntax::info(f.id).name));
    for (const auto& [place, message] : f.related)
      write(out_, fmt::format("    {}: {}\n", in_words(place), message));
  }

 private:
  std::FILE* out_;
};

Json to_json(const ReportedPlace& p) {
  return Json::object({{"file", p.path},
                       {"line", p.line},
                       {"column", p.column},
                       {"endLine", p.end_line},
                       {"endColumn", p.end_column}});
}

/// An array with an object for each finding, one on a line.
class AsJson final : public Reporter {
 public:
  explicit AsJson(std::FILE* out) : out_(out) {}
  void add(const ReportedFinding& f) override {
    Json j = to_json(f.place);
    j["severity"] = severity_name(f.severity);
    j["code"] = syntax::info(f.id).name;
    j["message"] = f.message;
    j["fixable"] = f.fixable;
    j["related"] = Json::array();
    for (const auto& [place, message] : f.related) {
      Json r = to_json(place);
      r["message"] = message;
      j["related"].push_back(std::move(r));
    }
    write(out_, (first_ ? "[\n" : ",\n") + to_text(j));
    first_ = false;
  }
  void finish() override { write(out_, first_ ? "[]\n" : "\n]\n"); }

 private:
  std::FILE* out_;
  bool first_ = true;
};

/// SARIF 2.1.0 (OASIS), as code scanning services read it.
class Sarif final : public Reporter {
 public:
  explicit Sarif(std::FILE* out) : out_(out) {}

  void add(const ReportedFinding& f) override {
    if (first_) begin();
    Json result = Json::object({{"ruleId", syntax::info(f.id).name},
                                {"ruleIndex", static_cast<int>(f.id)},
                                {"level", level(f.severity)},
                                {"message", Json::object({{"text", f.message}})},
                                {"locations", Json::array({location(f.place)})}});
    for (const auto& [place, message] : f.related) {
      Json related = location(place);
      related["message"] = Json::object({{"text", message}});
      result["relatedLocations"].push_back(std::move(related));
    }
    write(out_, (first_ ? "" : ",\n") + to_text(result));
    first_ = false;
  }

  void finish() override {
    if (first_) begin();
    write(out_, "\n]}]}\n");
  }

 private:
  static std::string_view level(syntax::Severity severity) {
    switch (severity) {
      case syntax::Severity::Error: return "error";
      case syntax::Severity::Warning: return "warning";
      case syntax::Severity::Information:
      case syntax::Severity::Hint: return "note";
    }
    return "none";
  }

  static Json location(const ReportedPlace& p) {
    const Json region = Json::object({{"startLine", p.line},
                                      {"startColumn", p.column},
                                      {"endLine", p.end_line},
                                      {"endColumn", p.end_column}});
    const Json artifact = Json::object({{"uri", path_to_uri(p.path)}});
    return Json::object(
        {{"physicalLocation", Json::object({{"artifactLocation", artifact}, {"region", region}})}});
  }

  void begin() {
    Json rules = Json::array();
    for (const syntax::DiagnosticInfo& row : syntax::all_diagnostics()) {
      rules.push_back(Json::object(
          {{"id", row.name},
           {"helpUri", documentation_link(row.name)},
           {"fullDescription", Json::object({{"text", row.documentation}})},
           {"defaultConfiguration", Json::object({{"enabled", row.preset == syntax::Preset::On},
                                                  {"level", level(row.severity)}})}}));
    }
    const Json driver =
        Json::object({{"name", "nilas"}, {"version", NILAS_VERSION}, {"rules", std::move(rules)}});
    write(out_, R"({"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json",)"
                R"("runs":[{"columnKind":"utf16CodeUnits","tool":{"driver":)" +
                    to_text(driver) + "},\"results\":[\n");
  }

  std::FILE* out_;
  bool first_ = true;
};

/// Workflow commands of GitHub Actions, which become annotations of a change.
class Github final : public Reporter {
 public:
  explicit Github(std::FILE* out) : out_(out) {}
  void add(const ReportedFinding& f) override {
    const ReportedPlace& p = f.place;
    write(out_,
          fmt::format("::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
                      command(f.severity), escaped(p.path, true), p.line, p.column, p.end_line,
                      p.end_column, syntax::info(f.id).name, escaped(f.message, false)));
  }

 private:
  static std::string_view command(syntax::Severity severity) {
    if (severity == syntax::Severity::Error) return "error";
    return severity == syntax::Severity::Warning ? "warning" : "notice";
  }
  static std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
      const bool special =
          c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
      out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    return out;
  }
  std::FILE* out_;
};

}  // namespace

std::string_view severity_name(syntax::Severity severity) {
  switch (severity) {
    case syntax::Severity::Error: return "error";
    case syntax::Severity::Warning: return "warning";
    case syntax::Severity::Information: return "information";
    case syntax::Severity::Hint: return "hint";
  }
  return {};
}

std::unique_ptr<Reporter> make_reporter(std::string_view format, std::FILE* out) {
  if (format == "human") return std::make_unique<Human>(out);
  if (format == "json") return std::make_unique<AsJson>(out);
  if (format == "sarif") return std::make_unique<Sarif>(out);
  if (format == "github") return std::make_unique<Github>(out);
  return nullptr;
}

}  // namespace nilas::lsp
