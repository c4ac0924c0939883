// The part of completion.hpp that knows words, not trees: keywords, builtins, names and how they are
// written and matched.

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/completion.hpp"

namespace nilas::analysis {
namespace {

const eval::BuiltinInfo* builtin_info(std::string_view registered) {
  for (const eval::BuiltinInfo& info : eval::builtin_table()) {
    if (info.registered == registered) return &info;
  }
  return nullptr;
}

CompletionItem builtin_item(const eval::BuiltinInfo& info, std::string_view label) {
  std::string detail = std::string(info.name()) + " " + std::string(info.arguments);
  return {.label = std::string(label),
          .kind = CompletionKind::Builtin,
          .detail = std::move(detail),
          .rank = 7};
}

/// What `builtins` holds besides functions.
constexpr std::string_view kBuiltinConstants[] = {
    "builtins", "currentSystem", "currentTime", "false",    "langVersion",
    "nixPath",  "nixVersion",    "null",        "storeDir", "true",
};

CompletionItem keyword(std::string_view word, std::string_view snippet, bool snippets) {
  CompletionItem item{.label = std::string(word), .kind = CompletionKind::Keyword, .rank = 8};
  if (snippets && !snippet.empty()) {
    item.kind = CompletionKind::Snippet;
    item.insert = snippet;
  }
  return item;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::vector<CompletionItem> global_items(std::string_view typed) {
  std::vector<CompletionItem> out;
  for (const std::string_view name : eval::global_names()) {
    if (name.starts_with("__") && !typed.starts_with('_')) continue;
    if (const eval::BuiltinInfo* info = builtin_info(name)) {
      out.push_back(builtin_item(*info, name));
    } else {
      out.push_back({.label = std::string(name), .kind = CompletionKind::Constant, .rank = 7});
    }
  }
  return out;
}

std::vector<CompletionItem> builtins_items() {
  std::vector<CompletionItem> out;
  for (const eval::BuiltinInfo& info : eval::builtin_table())
    out.push_back(builtin_item(info, info.name()));
  for (const std::string_view name : kBuiltinConstants)
    out.push_back({.label = std::string(name), .kind = CompletionKind::Constant, .rank = 7});
  return out;
}

std::vector<CompletionItem> keyword_items(bool snippets) {
  return {
      keyword("let", "let\n  $1\nin\n$0", snippets),
      keyword("if", "if ${1:condition} then $2 else $0", snippets),
      keyword("with", "with $1; $0", snippets),
      keyword("assert", "assert $1; $0", snippets),
      keyword("rec", "rec {\n  $0\n}", snippets),
      keyword("in", "", snippets),
      keyword("then", "", snippets),
      keyword("else", "", snippets),
      keyword("or", "", snippets),
  };
}

std::vector<CompletionItem> binding_keyword_items(bool in_let, bool snippets) {
  std::vector<CompletionItem> out{keyword("inherit", "inherit $0;", snippets)};
  if (in_let) out.push_back(keyword("in", "", snippets));
  return out;
}

bool is_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '-' || name[0] == '\'')
    return false;
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '\'';
  });
  if (!plain) return false;
  constexpr std::string_view kKeywords[] = {"if",  "then", "else", "assert", "with",
                                            "let", "in",   "rec",  "inherit"};
  return std::ranges::find(kKeywords, name) == std::end(kKeywords);
}

std::string attribute_text(std::string_view name) {
  if (is_identifier(name)) return std::string(name);
  std::string out = "\"";
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '"' || c == '\\' || (c == '$' && name.substr(i + 1).starts_with('{'))) out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_match(std::string_view typed, std::string_view name) {
  size_t at = 0;
  for (const char c : typed) {
    while (at < name.size() && lower(name[at]) != lower(c))
      ++at;
    if (at++ >= name.size()) return false;
  }
  return true;
}

uint8_t match_rank(std::string_view typed, std::string_view name) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  const auto at = std::ranges::search(name, typed, same);
  if (at.empty() && !typed.empty()) return 2;
  return at.begin() == name.begin() ? 0 : 1;
}

}  // namespace nilas::analysis
