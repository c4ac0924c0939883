#include "syntax/parse.hpp"

#include "syntax/builder.hpp"
#include "syntax/scope.hpp"
#include "syntax/strict.hpp"

namespace nilas::syntax {

Parsed parse(std::string_view text, std::span<const std::string_view> globals) {
  Builder builder(text);
  parse_strict(text, builder);
  if (builder.ast.root == kNoNode) {
    builder.ast.root = builder.add(NodeKind::Error, {0, static_cast<uint32_t>(text.size())}, 0);
  }
  Parsed parsed{std::move(builder.ast), std::move(builder.diagnostics)};
  resolve(parsed.ast, globals, parsed.diagnostics);
  return parsed;
}

}  // namespace nilas::syntax
