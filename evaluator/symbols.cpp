#include "evaluator/symbols.hpp"

#include <algorithm>

namespace nilas::eval {

SymbolTable::SymbolTable(Heap& heap) : heap_(heap) {
#define X(id, text) known.id = intern(text);
  NILAS_WELL_KNOWN_SYMBOLS(X)
#undef X
}

Symbol SymbolTable::intern(std::string_view name) {
  if (const auto it = ids_.find(name); it != ids_.end()) return it->second;
  auto* s = reinterpret_cast<String*>(
      heap_.alloc(ObjectKind::String, 17 + name.size(), static_cast<uint32_t>(name.size())));
  s->context = nullptr;
  std::ranges::copy(name, s->data);
  s->data[name.size()] = '\0';
  const auto id = static_cast<Symbol>(strings_.size());
  strings_.push_back(Value::of(s));
  ids_.emplace(s->view(), id);
  return id;
}

Symbol SymbolTable::find(std::string_view name) const {
  const auto it = ids_.find(name);
  return it == ids_.end() ? kNoSymbol : it->second;
}

}  // namespace nilas::eval
