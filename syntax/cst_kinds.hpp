#pragma once
// Internal to syntax/: names of tree-sitter's nodes and fields as numbers.

#include <cstdint>
#include <tree_sitter/api.h>

#include "syntax/ast.hpp"

namespace nilas::syntax {

// X(enumerator, name in the grammar)
#define NILAS_CST_KINDS(X)                                   \
  X(SourceFile, "source_file")                               \
  X(Identifier, "identifier")                                \
  X(Integer, "integer")                                      \
  X(Float, "float")                                          \
  X(String, "string")                                        \
  X(IndentedString, "indented_string")                       \
  X(Path, "path")                                            \
  X(HomePath, "home_path")                                   \
  X(SearchPath, "search_path")                               \
  X(Uri, "uri")                                              \
  X(Parenthesized, "parenthesized_expression")               \
  X(List, "list")                                            \
  X(Attrset, "attrset")                                      \
  X(RecAttrset, "rec_attrset")                               \
  X(LetAttrset, "let_attrset")                               \
  X(Select, "select_expression")                             \
  X(HasAttr, "has_attr_expression")                          \
  X(Apply, "apply_expression")                               \
  X(LegacyOr, "legacy_or_application")                       \
  X(Unary, "unary_expression")                               \
  X(Binary, "binary_expression")                             \
  X(Function, "function_expression")                         \
  X(With, "with_expression")                                 \
  X(Assert, "assert_expression")                             \
  X(Let, "let_expression")                                   \
  X(If, "if_expression")                                     \
  X(Binding, "binding")                                      \
  X(Inherit, "inherit")                                      \
  X(InheritFrom, "inherit_from")                             \
  X(AttrPath, "attrpath")                                    \
  X(Interpolation, "interpolation")                          \
  X(Formals, "formals")                                      \
  X(Formal, "formal")                                        \
  X(Ellipsis, "ellipsis")                                    \
  X(StringFragment, "string_fragment")                       \
  X(EscapeSequence, "escape_sequence")                       \
  X(PathFragment, "path_fragment")                           \
  X(Comment, "comment")                                      \
  X(DocComment, "doc_comment")                               \
  X(MissingExpression, "missing_expression")                 \
  X(MissingSemicolon, "missing_semicolon")                   \
  X(MissingAttribute, "missing_attribute")                   \
  X(MissingAssignment, "missing_assignment")                 \
  X(MissingDelimiter, "missing_delimiter")                   \
  X(MissingKeyword, "missing_keyword")                       \
  X(MissingColon, "missing_colon")                           \
  X(MissingComma, "missing_comma")                           \
  X(MissingQuote, "missing_quote")                           \
  X(TrailingSlash, "trailing_slash")                         \
  X(UnterminatedComment, "unterminated_comment")             \
  X(ChainedComparison, "chained_comparison")                 \
  X(Error, "ERROR")

enum class CstKind : uint8_t {
  Token,  ///< an anonymous node: punctuation, keyword, operator
#define X(kind, name) kind,
  NILAS_CST_KINDS(X)
#undef X
};

// X(enumerator, name in the grammar)
#define NILAS_CST_FIELDS(X) \
  X(Expression, "expression") X(Element, "element") X(Binding, "binding")             \
  X(Attrpath, "attrpath") X(Default, "default") X(Operator, "operator")               \
  X(Function, "function") X(Argument, "argument") X(Operand, "operand")               \
  X(Left, "left") X(Right, "right") X(Parameter, "parameter") X(Formals, "formals")   \
  X(Body, "body") X(Environment, "environment") X(Condition, "condition")             \
  X(Consequence, "consequence") X(Alternative, "alternative") X(Value, "value")       \
  X(Attr, "attr") X(Formal, "formal") X(Ellipsis, "ellipsis") X(Name, "name")

enum class CstField : uint8_t {
  None,
#define X(field, name) field,
  NILAS_CST_FIELDS(X)
#undef X
};

/// What an anonymous token is, where that matters.
enum class CstToken : uint8_t { Other, Colon, BinaryOperator, Not, Minus, Question, At };

struct CstSymbol {
  CstKind kind;
  CstToken token;
  BinaryOp op;  ///< of a BinaryOperator or Minus
};

const CstSymbol& cst_symbol(TSNode node);
CstField cst_field(TSFieldId id);

inline Span cst_span(TSNode node) {
  return {ts_node_start_byte(node), ts_node_end_byte(node)};
}

}  // namespace nilas::syntax
