#include "syntax/cst_kinds.hpp"

#include <string_view>
#include <tree_sitter_nix/tree_sitter_nix.h>
#include <utility>
#include <vector>

namespace nilas::syntax {
namespace {

constexpr std::pair<std::string_view, BinaryOp> kOperators[] = {
    {"==", BinaryOp::Equal},     {"!=", BinaryOp::NotEqual}, {"<", BinaryOp::Less},
    {"<=", BinaryOp::LessEqual}, {">", BinaryOp::More},      {">=", BinaryOp::MoreEqual},
    {"&&", BinaryOp::And},       {"||", BinaryOp::Or},       {"->", BinaryOp::Implies},
    {"//", BinaryOp::Update},    {"+", BinaryOp::Add},       {"*", BinaryOp::Mul},
    {"/", BinaryOp::Div},        {"++", BinaryOp::Concat},   {"|>", BinaryOp::PipeRight},
    {"<|", BinaryOp::PipeLeft},
};

CstSymbol describe(std::string_view name, bool named) {
  CstSymbol out{CstKind::Token, CstToken::Other, BinaryOp::Sub};
  if (named) {
#define X(kind_, text) \
  if (name == text) out.kind = CstKind::kind_;
    NILAS_CST_KINDS(X)
#undef X
    return out;
  }
  if (name == ":") out.token = CstToken::Colon;
  if (name == "!") out.token = CstToken::Not;
  if (name == "-") out.token = CstToken::Minus;
  if (name == "?") out.token = CstToken::Question;
  if (name == "@") out.token = CstToken::At;
  for (const auto& [text, op] : kOperators) {
    if (name != text) continue;
    out.token = CstToken::BinaryOperator;
    out.op = op;
  }
  return out;
}

struct Tables {
  std::vector<CstSymbol> symbols;
  std::vector<CstField> fields;

  Tables() {
    const TSLanguage* language = tree_sitter_nix();
    for (uint32_t i = 0; i < ts_language_symbol_count(language); ++i) {
      const auto id = static_cast<TSSymbol>(i);
      const bool named = ts_language_symbol_type(language, id) == TSSymbolTypeRegular;
      symbols.push_back(describe(ts_language_symbol_name(language, id), named));
    }
    for (uint32_t i = 0; i <= ts_language_field_count(language); ++i) {
      const char* name = ts_language_field_name_for_id(language, static_cast<TSFieldId>(i));
      CstField field = CstField::None;
#define X(field_, text) \
  if (name != nullptr && std::string_view(name) == text) field = CstField::field_;
      NILAS_CST_FIELDS(X)
#undef X
      fields.push_back(field);
    }
  }
};

const Tables& tables() {
  static const Tables kTables;
  return kTables;
}

constexpr CstSymbol kErrorSymbol{CstKind::Error, CstToken::Other, BinaryOp::Sub};

}  // namespace

const CstSymbol& cst_symbol(TSNode node) {
  const TSSymbol symbol = ts_node_symbol(node);  // an ERROR node has one outside the table
  return symbol < tables().symbols.size() ? tables().symbols[symbol] : kErrorSymbol;
}

CstField cst_field(TSFieldId id) {
  return tables().fields[id];
}

}  // namespace nilas::syntax
