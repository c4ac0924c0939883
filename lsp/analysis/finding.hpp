#pragma once
// What the analyses find: plain structs with byte offsets, independent of the protocol.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "syntax/ast.hpp"

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

enum class FindingSeverity : uint8_t { Error, Warning, Information, Hint };
enum class FindingTag : uint8_t { None, Unnecessary, Deprecated };

/// One diagnostic of a file.
struct Finding {
  syntax::Span span;  ///< in the file
  FindingSeverity severity = FindingSeverity::Error;
  std::string code;  ///< short name: "undefined-variable"
  std::string message;
  FindingTag tag = FindingTag::None;
  std::vector<RelatedPlace> related;
};

}  // namespace nilas::analysis
