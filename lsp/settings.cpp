#include "lsp/settings.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

#include "evaluator/edit_distance.hpp"

namespace nilas::lsp {
namespace {

constexpr SettingInfo kSettings[] = {
#define SETTING(member, key, type, initial, documentation) {key, #type, #initial, documentation},
#include "lsp/settings.def"
#undef SETTING
};

/// Sections that belong to editor extensions; editors send them along.
constexpr std::array<std::string_view, 2> kForeignSections = {"server", "trace"};

using Flat = std::map<std::string, const Json*>;

bool is_section(std::string_view key) {
  return std::ranges::any_of(kSettings, [&](const SettingInfo& s) {
    return s.key.starts_with(key) && s.key.size() > key.size() && s.key[key.size()] == '.';
  });
}

/// Dotted keys of nested objects. The depth is bounded by that of the table's keys.
void flatten(const Json& json, const std::string& prefix, Flat& out) {
  for (const auto& [name, value] : json.items()) {
    const std::string key = prefix.empty() ? name : prefix + "." + name;
    if (std::ranges::find(kForeignSections, std::string_view(key).substr(0, key.find('.'))) !=
        kForeignSections.end()) {
      continue;
    }
    if (value.is_object() && is_section(key)) {
      flatten(value, key, out);
    } else {
      out[key] = &value;
    }
  }
}

std::string unknown(std::string_view key) {
  std::string text = fmt::format("unknown setting 'nilas.{}'", key.substr(0, 100));
  const auto nearest = std::ranges::min_element(kSettings, {}, [&](const SettingInfo& s) {
    return eval::edit_distance(key.substr(0, 100), s.key);
  });
  if (eval::edit_distance(key.substr(0, 100), nearest->key) <= 3 + key.size() / 4) {
    text += fmt::format("; did you mean 'nilas.{}'?", nearest->key);
  }
  return text;
}

bool read(const Json& j, Flag& out) {
  if (!j.is_boolean()) return false;
  out = j.get<bool>();
  return true;
}
bool read(const Json& j, Number& out) {
  if (!j.is_number_unsigned() || j.get<uint64_t>() > (uint64_t{1} << 40)) return false;
  out = j.get<int64_t>();
  return true;
}
bool read(const Json& j, Text& out) {
  if (!j.is_string()) return false;
  out = j.get<std::string>();
  return true;
}
bool read(const Json& j, Texts& out) {
  if (!j.is_array() || !std::ranges::all_of(j, [](const Json& e) { return e.is_string(); })) {
    return false;
  }
  out = j.get<Texts>();
  return true;
}

bool read(const Json& j, Levels& out) {
  if (!j.is_object()) return false;
  analysis::Rules rules;
  for (const auto& [name, level] : j.items())
    if (!level.is_string() || !rules.set(name, level.get<std::string>())) return false;
  out = j.get<Levels>();
  return true;
}

constexpr std::string_view describe(std::string_view type) {
  if (type == "Flag") return "true or false";
  if (type == "Number") return "a whole number that is not negative";
  if (type == "Text") return "a string";
  if (type == "Levels") return "an object from names of diagnostics to levels";
  return "a list of strings";
}

}  // namespace

std::span<const SettingInfo> all_settings() {
  return kSettings;
}

SettingsResult read_settings(const Json& json) {
  SettingsResult result;
  if (json.is_null()) return result;
  if (!json.is_object()) {
    result.problems.emplace_back("the settings in 'nilas' are not an object");
    return result;
  }
  Flat flat;
  flatten(json, "", flat);
  for (const auto& [key, value] : flat) {
    bool known = false, right = true;
    std::string_view type;
#define SETTING(member, text, kind, initial, documentation)                          \
  if (key == text) {                                                                 \
    known = true;                                                                    \
    type = #kind;                                                                    \
    right = value->is_null() || read(*value, result.settings.member);                \
  }
#include "lsp/settings.def"
#undef SETTING
    if (key == "diagnostics.ignored" && right) {
      for (const std::string& name : result.settings.ignored)
        if (!syntax::find_diagnostic(name))
          result.problems.push_back(fmt::format("there is no diagnostic '{}'", name));
    }
    if (!known) {
      result.problems.push_back(unknown(key));
    } else if (!right) {
      result.problems.push_back(fmt::format("setting 'nilas.{}' is not {}", key, describe(type)));
    }
  }
  return result;
}

analysis::Rules rules_of(const Settings& settings) {
  analysis::Rules rules;
  for (const auto& [name, level] : settings.severities)
    rules.set(name, level);
  for (const std::string& name : settings.ignored)
    rules.set(name, "off");
  return rules;
}

}  // namespace nilas::lsp
