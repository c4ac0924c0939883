#include "evaluator/fetch/attributes.hpp"

#include "evaluator/error.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

template <class T>
const T* find(const FetchAttributes& attributes, std::string_view name, std::string_view type) {
  const auto it = attributes.find(name);
  if (it == attributes.end()) return nullptr;
  if (const T* value = std::get_if<T>(&it->second)) return value;
  throw EvalError(ErrorKind::Other, cat("input attribute '", name, "' is not ", type));
}

}  // namespace

const std::string* find_string(const FetchAttributes& attributes, std::string_view name) {
  return find<std::string>(attributes, name, cat("a string ", to_json_text(attributes)));
}

const std::string& string_attribute(const FetchAttributes& attributes, std::string_view name) {
  if (const std::string* value = find_string(attributes, name)) return *value;
  throw EvalError(ErrorKind::Other, cat("input attribute '", name, "' is missing"));
}

std::optional<uint64_t> find_number(const FetchAttributes& attributes, std::string_view name) {
  const uint64_t* value = find<uint64_t>(attributes, name, "an integer");
  return value ? std::optional(*value) : std::nullopt;
}

bool has_flag(const FetchAttributes& attributes, std::string_view name) {
  const bool* value = find<bool>(attributes, name, "a Boolean");
  return value && *value;
}

std::string to_json_text(const FetchAttributes& attributes) {
  std::string text = "{";
  for (const auto& [name, value] : attributes) {
    if (text.size() > 1) text += ',';
    append_json_string(text, name);
    text += ':';
    if (const auto* string = std::get_if<std::string>(&value)) {
      append_json_string(text, *string);
    } else if (const auto* number = std::get_if<uint64_t>(&value)) {
      text += std::to_string(*number);
    } else {
      text += std::get<bool>(value) ? "true" : "false";
    }
  }
  return text + "}";
}

}  // namespace nilas::eval
