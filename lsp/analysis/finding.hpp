#pragma once
// What the analyses find: plain structs with byte offsets, independent of the protocol.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"

namespace nilas::analysis {

/// A place in some text. The text is the version that was evaluated; positions of it are byte
/// offsets.
struct Place {
  std::string path;  ///< canonical, or a name in «»
  std::shared_ptr<const std::string> text;
  syntax::Span span;
};

struct RelatedPlace {
  Place place;
  std::string message;
};

using FindingSeverity = syntax::Severity;

/// One diagnostic of a file. What does not depend on the place is told by its row,
/// syntax::info(id): name, tag, documentation.
struct Finding {
  syntax::Span span;  ///< in the file
  FindingSeverity severity = FindingSeverity::Error;
  syntax::DiagnosticId id = syntax::DiagnosticId::SyntaxError;
  std::string message;
  std::vector<RelatedPlace> related;
  uint32_t subject = syntax::kNone;  ///< as of syntax::Diagnostic

  std::string_view code() const { return syntax::info(id).name; }
};

}  // namespace nilas::analysis
