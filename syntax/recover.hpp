#pragma once
// Broken text by the strict parser: what is damaged is cut out, the rest is parsed as if it were not there.
//
// Tree-sitter makes a tree of anything, but of the whole text, at a tenth of the strict parser's speed. In a large file a
// mistake is mostly one unfinished binding among thousands. So the binding in which the strict parser stopped is made a
// hole: from its beginning to the next line that is indented less, or as deep if that does not close what the binding opened.
// Tree-sitter looks into the hole only.
//
// The holes follow from the text alone, never from what it was before, so that all ways to a text give the same answer.

#include <optional>
#include <string_view>

#include "syntax/builder.hpp"
#include "syntax/lower.hpp"
#include "syntax/strict.hpp"

namespace nilas::syntax {

struct Recovered {
  Builder builder;  ///< with an Ast that has a root
  Damage damage;    ///< of the holes, as lower() tells it
};

/// `failure`: where parse_strict(text) stopped. Nothing if the damage is not confined to a few small holes, or the text is
/// so small that a tree of it costs little. Takes a handful of parses at most; `earlier` and `bindings` are theirs
/// (StrictOptions).
std::optional<Recovered> recover(std::string_view text, const SyntaxFailure& failure,
                                 const Earlier* earlier, std::vector<Graftable>* bindings);

}  // namespace nilas::syntax
