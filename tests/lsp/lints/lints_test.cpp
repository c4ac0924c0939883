// The lints: data/*.nix.txt are parts, separated by `----`, annotated with what is reported.
//
//   # rules: name=on, name=off     as the first line of a part: severities differ from the table
//   # not: name, name              the part comes close, but must not be reported under these names

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "tests/syntax/annotate.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::analysis::test {
namespace {

using namespace syntax::test;

std::vector<std::filesystem::path> data_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NILAS_TEST_DATA))
    if (entry.path().string().ends_with(".nix.txt")) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// The words of a line `# KEY: word, word`.
std::vector<std::string> words_of(const std::string& part, const std::string& key) {
  std::vector<std::string> words;
  std::istringstream lines(part);
  for (std::string line; std::getline(lines, line);) {
    const std::string head = "# " + key + ": ";
    if (!line.starts_with(head)) continue;
    std::istringstream rest(line.substr(head.size()));
    for (std::string word; std::getline(rest >> std::ws, word, ',');)
      words.push_back(word);
  }
  return words;
}

Rules rules_of(const std::string& part) {
  Rules rules;
  for (const std::string& rule : words_of(part, "rules")) {
    const size_t equals = rule.find('=');
    REQUIRE_MESSAGE(rules.set(rule.substr(0, equals), rule.substr(equals + 1)), rule);
  }
  return rules;
}

std::vector<Finding> findings_of(const std::string& text) {
  const auto shared = std::make_shared<const std::string>(text);
  const syntax::Parsed parsed = syntax::parse(text, eval::global_names());
  return syntax_findings("/file.nix", shared, parsed, rules_of(text));
}

TEST_CASE("lints as an editor shows them") {
  for (const auto& path : data_files()) {
    CAPTURE(path.filename().string());
    const std::string want = read_file(path.string());
    std::string got;
    for (const std::string& part : split_parts(want)) {
      const std::string text = without_annotations(part);
      std::vector<Remark> remarks;
      for (const Finding& f : findings_of(text))
        remarks.push_back({f.span, std::string(f.code()) + ": " + f.message});
      got += (got.empty() ? "" : "----\n") + annotate(text, remarks);
    }
    if (std::getenv("NILAS_REWRITE_GOLDENS") != nullptr) {
      std::ofstream(path, std::ios::binary) << got;
    }
    CHECK(got == want);
  }
}

TEST_CASE("every lint has a case for it and one against it") {
  std::set<std::string, std::less<>> seen, refused;
  for (const auto& path : data_files()) {
    for (const std::string& part : split_parts(read_file(path.string()))) {
      std::set<std::string, std::less<>> here;
      for (const Finding& f : findings_of(without_annotations(part)))
        here.insert(std::string(f.code()));
      for (const std::string& name : words_of(part, "not")) {
        CHECK_MESSAGE(syntax::find_diagnostic(name).has_value(), name);
        CHECK_MESSAGE(!here.contains(name), name, " in ", part);
        refused.insert(name);
      }
      seen.merge(here);
    }
  }
  const auto table = syntax::all_diagnostics();
  for (size_t i = 0; i < table.size(); ++i) {
    const auto id = static_cast<syntax::DiagnosticId>(i);
    const bool text_only = id > syntax::DiagnosticId::UndefinedVariable &&
                           (id < syntax::DiagnosticId::Throw || id > syntax::DiagnosticId::Refused);
    if (!text_only) continue;
    CHECK_MESSAGE(seen.contains(table[i].name), table[i].name);
    CHECK_MESSAGE(refused.contains(table[i].name), table[i].name);
  }
}

/// Names of what nixd's libnixf, nil, statix and deadnix report: all of it is reported here too.
TEST_CASE("covers what the other tools report") {
  std::istringstream names(read_file(std::string(NILAS_TEST_DATA) + "/others.list"));
  size_t count = 0;
  for (std::string name; names >> name; ++count) {
    const bool known = std::ranges::any_of(syntax::all_diagnostics(), [&](const auto& row) {
      return (" " + std::string(row.others) + " ").contains(" " + name + " ");
    });
    CHECK_MESSAGE(known, name);
  }
  CHECK(count == 42 + 14 + 18 + 3);
}

}  // namespace
}  // namespace nilas::analysis::test
