#pragma once
// The words that every analysis speaks of a text's tree, from the layer that makes it.

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"
#include "syntax/tokens.hpp"

namespace nilas::analysis {

using syntax::Ast;
using syntax::Binding;
using syntax::BindingKind;
using syntax::Decl;
using syntax::DeclId;
using syntax::DiagnosticId;
using syntax::kNone;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::RefKind;
using syntax::SetRecord;
using syntax::Span;
using syntax::SymbolId;
using syntax::TokenKind;
using syntax::TokenSpan;

}  // namespace nilas::analysis
