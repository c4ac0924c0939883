#pragma once
// Completions where something gets a name: left of `=`, in the formals of a function.

#include "lsp/features/completion_list.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {

/// `a.b.|` left of `=`: what the set has under these names already.
CompletionList binding_path_items(const Completing& c);

/// `|` left of `=`: what the function takes that the set is handed to. Answers, perhaps by
/// evaluation.
void complete_binding(Server& server, const CompletingPtr& c);

/// `{ a, | }:`: names that the body wants; then those that callPackage would find. Answers.
void complete_formal(Server& server, const CompletingPtr& c);

}  // namespace nilas::lsp
