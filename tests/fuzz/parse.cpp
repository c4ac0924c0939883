// Any bytes are parsed, lowered, resolved and printed; what stands in syntax/ast.hpp holds afterwards.

#include "syntax/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "syntax/dump.hpp"
#include "syntax/print.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::syntax;

namespace {

void check_spans(const Ast& ast, std::string_view text) {
  FUZZ_CHECK(ast.root < ast.nodes.size());
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast.nodes[id];
    FUZZ_CHECK(n.first <= id);
    FUZZ_CHECK(n.span.begin <= n.span.end && n.span.end <= text.size());
  }
}

void check_diagnostics(const Parsed& parsed, std::string_view text) {
  const Source source{std::string(text)};
  bool warnings = false;
  for (const Diagnostic& d : parsed.diagnostics) {
    FUZZ_CHECK(d.span.begin <= d.span.end && d.span.end <= text.size());
    FUZZ_CHECK(!d.message.empty());
    for (const Related& r : d.related)
      FUZZ_CHECK(r.span.end <= text.size());
    if (info(d.id).severity == Severity::Error)
      FUZZ_CHECK(!warnings);
    else
      warnings = true;
    FUZZ_CHECK(!format_error(d, source, "file").empty());
  }
}

/// For valid text tree-sitter's tree gives the same Ast as the strict parser, and without complaints.
void check_lowering(const Parsed& parsed, std::string_view text) {
  // A NUL ends the text for C++ Nix, and so for the strict parser; tree-sitter goes on behind it.
  if (!parsed.ok() || text.contains('\0')) return;
  const auto tree = Tree::parse(text);
  if (!tree) return;
  Parsed lowered = fuzz::lower_and_resolve(*tree, text);
  FUZZ_CHECK(fuzz::same_text(dump_ast(parsed.ast), dump_ast(lowered.ast)));
  FUZZ_CHECK(fuzz::same_text(dump_scopes(parsed.ast), dump_scopes(lowered.ast)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = parse(text);
  check_spans(parsed.ast, text);
  check_diagnostics(parsed, text);
  dump_ast(parsed.ast);
  dump_scopes(parsed.ast);
  if (parsed.ok()) print(parsed.ast, parsed.ast.root, {"/base", "/home"});
  check_lowering(parsed, text);
  return 0;
}
