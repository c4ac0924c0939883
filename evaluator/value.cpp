#include "evaluator/value.hpp"

#include <algorithm>

namespace nilas::eval {

Type Value::type() const {
  switch (tag()) {
    case kThunk: return Type::Thunk;
    case kInt: return Type::Int;
    case kConstant: return is_null() ? Type::Null : Type::Bool;
    case kAttrs: return Type::Attrs;
    case kList: return Type::List;
    case kString: return Type::String;
    case kFunction: return Type::Function;
    case kBoxed: break;
  }
  if (object()->kind == ObjectKind::Float) return Type::Float;
  if (object()->kind == ObjectKind::BigInt) return Type::Int;
  if (object()->kind == ObjectKind::Path) return Type::Path;
  return Type::Internal;
}

int32_t Attrs::find(Symbol s) const {
  const auto all = keys->all();
  if (all.size() <= 8) {
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i] == s) return static_cast<int32_t>(i);
    return -1;
  }
  const auto it = std::ranges::lower_bound(all, s);
  return it != all.end() && *it == s ? static_cast<int32_t>(it - all.begin()) : -1;
}

std::string_view describe_type(Value v) {
  switch (v.type()) {
    case Type::Thunk: return "a thunk";
    case Type::Int: return "an integer";
    case Type::Float: return "a float";
    case Type::Bool: return "a Boolean";
    case Type::Null: return "null";
    case Type::String: return "a string";
    case Type::Path: return "a path";
    case Type::Attrs: return "a set";
    case Type::List: return "a list";
    case Type::Function:
      switch (v.object()->kind) {
        case ObjectKind::Builtin: return "a built-in function";
        case ObjectKind::PartialApp:
          return v.as<PartialApp>()->function.object()->kind == ObjectKind::Builtin
                     ? "a partially applied built-in function"
                     : "a function";
        default: return "a function";
      }
    case Type::Internal: break;
  }
  return "an internal value";
}

std::string_view type_name(Value v) {
  switch (v.type()) {
    case Type::Thunk: return "thunk";
    case Type::Int: return "int";
    case Type::Float: return "float";
    case Type::Bool: return "bool";
    case Type::Null: return "null";
    case Type::String: return "string";
    case Type::Path: return "path";
    case Type::Attrs: return "set";
    case Type::List: return "list";
    case Type::Function: return "lambda";
    case Type::Internal: break;
  }
  return "internal";
}

}  // namespace nilas::eval
