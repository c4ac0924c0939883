#include "lsp/analysis/builtin_types.hpp"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cassert>
#include <optional>
#include <utility>

namespace nilas::analysis {
namespace {

struct KindName {
  std::string_view name;  ///< in types
  Kinds kinds;
  std::string_view words;  ///< in sentences; empty for sets of kinds
};

/// The kinds first, in the order of their bits.
constexpr std::array<KindName, 14> kKindNames = {{
    {"null", kNullKind, "null"},
    {"bool", kBoolKind, "a boolean"},
    {"int", kIntKind, "an integer"},
    {"float", kFloatKind, "a float"},
    {"string", kStringKind, "a string"},
    {"path", kPathKind, "a path"},
    {"list", kListKind, "a list"},
    {"set", kSetKind, "a set"},
    {"function", kFunctionKind, "a function"},
    {"any", kAnyKind, ""},
    {"number", kNumberKinds, ""},
    {"text", kTextKinds, ""},
    {"ordered", kOrderedKinds, ""},
    {"never", 0, ""},
}};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Recursive descent; the table is ours, so its depth is no danger.
class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : text_(text) {}

  std::expected<TypeTerm, size_t> run() {
    auto term = function();
    skip_space();
    if (!term || at_ != text_.size()) return std::unexpected(at_);
    return std::move(*term);
  }

 private:
  std::optional<TypeTerm> function() {
    auto from = either();
    if (!from || !accept("->")) return from;
    auto to = function();
    if (!to) return std::nullopt;
    TypeTerm term{.kinds = kCallableKinds};
    term.function.push_back(std::move(*from));
    term.function.push_back(std::move(*to));
    return term;
  }

  std::optional<TypeTerm> either() {
    auto term = atom();
    while (term && accept("|")) {
      auto other = atom();
      if (!other) return std::nullopt;
      term->kinds |= other->kinds;
      if (other->variable) term->variable = other->variable;
      // One of the two may say what its lists, functions or sets are like.
      std::ranges::move(other->element, std::back_inserter(term->element));
      std::ranges::move(other->function, std::back_inserter(term->function));
      std::ranges::move(other->fields, std::back_inserter(term->fields));
    }
    return term;
  }

  std::optional<TypeTerm> atom() {
    if (accept("(")) {
      auto term = function();
      return term && accept(")") ? std::move(term) : std::nullopt;
    }
    if (accept("[")) {
      auto element = function();
      if (!element || !accept("]")) return std::nullopt;
      TypeTerm term{.kinds = kListKind};
      term.element.push_back(std::move(*element));
      return term;
    }
    if (accept("{")) return record();
    const std::string_view name = word();
    if (name.size() == 1) return TypeTerm{.variable = name[0]};
    const auto known = std::ranges::find(kKindNames, name, &KindName::name);
    if (known == kKindNames.end()) return std::nullopt;
    // What takes a function takes a set that acts as one.
    return TypeTerm{.kinds = known->kinds == kFunctionKind ? kCallableKinds : known->kinds};
  }

  std::optional<TypeTerm> record() {
    TypeTerm term{.kinds = kSetKind};
    do {
      const std::string_view name = word();
      if (name.empty() || !accept(":")) return std::nullopt;
      auto type = function();
      if (!type) return std::nullopt;
      term.fields.push_back({name, std::move(*type)});
    } while (accept(","));
    return accept("}") ? std::optional(std::move(term)) : std::nullopt;
  }

  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ')
      ++at_;
  }
  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string_view word() {
    skip_space();
    const size_t begin = at_;
    while (at_ < text_.size() && is_letter(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct Row {
  std::string_view name, type;
};
constexpr Row kRows[] = {
#define TYPE(name, type) {name, type},
#include "lsp/analysis/builtin_types.def"
#undef TYPE
};

const eval::BuiltinInfo* find_info(std::string_view name) {
  for (const eval::BuiltinInfo& info : eval::builtin_table())
    if (info.name() == name && !info.internal) return &info;
  return nullptr;
}

std::vector<BuiltinType> make_types() {
  std::vector<BuiltinType> types;
  for (const Row& row : kRows) {
    const eval::BuiltinInfo* info = find_info(row.name);
    auto term = parse_type(row.type);
    assert(info && term);  // a test says which
    if (!info || !term) continue;
    BuiltinType type{.info = info, .text = row.type, .parameters = {}, .result = {}};
    TypeTerm rest = std::move(*term);
    for (uint32_t i = 0; i < info->arity() && rest.function.size() == 2; ++i) {
      type.parameters.push_back(std::move(rest.function[0]));
      rest = TypeTerm(std::move(rest.function[1]));
    }
    type.result = std::move(rest);
    types.push_back(std::move(type));
  }
  return types;
}

using TypesByName = boost::unordered_flat_map<std::string_view, const BuiltinType*>;

template <typename NameOf>
TypesByName index_types(NameOf name_of) {
  TypesByName index;
  for (const BuiltinType& type : builtin_types())
    index.emplace(name_of(*type.info), &type);
  return index;
}

const BuiltinType* find(const TypesByName& index, std::string_view name) {
  const auto at = index.find(name);
  return at == index.end() ? nullptr : at->second;
}

}  // namespace

std::string kinds_text(Kinds kinds) {
  if (kinds == kAnyKind) return "any";
  if (kinds == 0) return "never";
  std::string out;
  for (const KindName& kind : kKindNames)
    if (!kind.words.empty() && (kinds & kind.kinds))
      out += (out.empty() ? "" : " | ") + std::string(kind.name);
  return out;
}

std::string kinds_in_words(Kinds kinds) {
  std::vector<std::string_view> words;
  for (const KindName& kind : kKindNames)
    if (!kind.words.empty() && (kinds & kind.kinds)) words.push_back(kind.words);
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::expected<TypeTerm, size_t> parse_type(std::string_view text) {
  return TypeParser(text).run();
}

std::span<const BuiltinType> builtin_types() {
  static const std::vector<BuiltinType> types = make_types();
  return types;
}

const BuiltinType* builtin_type(std::string_view name) {
  static const TypesByName index =
      index_types([](const eval::BuiltinInfo& info) { return info.name(); });
  return find(index, name);
}

const BuiltinType* global_type(std::string_view name) {
  static const TypesByName index =
      index_types([](const eval::BuiltinInfo& info) { return info.registered; });
  return find(index, name);
}

std::string builtin_documentation(const eval::BuiltinInfo& info) {
  const BuiltinType* type = builtin_type(info.name());
  return (type ? "`" + std::string(type->text) + "`\n\n" : "") + std::string(info.doc);
}

}  // namespace nilas::analysis
