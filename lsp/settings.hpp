#pragma once
// Settings of the server (settings.def).

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/rules.hpp"
#include "lsp/json_rpc/message.hpp"

namespace nilas::lsp {

using Flag = bool;
using Number = int64_t;
using Text = std::string;
using Texts = std::vector<std::string>;
/// Names of diagnostics, each with a level that is known.
using Levels = std::map<std::string, std::string>;

struct Settings {
#define SETTING(member, key, type, initial, documentation) type member = initial;
#include "lsp/settings.def"
#undef SETTING
};

struct SettingInfo {
  std::string_view key;
  std::string_view type;
  std::string_view initial;  ///< as written in the table
  std::string_view documentation;
};

/// The table, in its order.
std::span<const SettingInfo> all_settings();

/// Reads `json` (the content of section "nilas") over the defaults. Each problem is one line for
/// the user: an unknown
/// key (with the nearest known one), a value of the wrong type. The other settings still count.
struct SettingsResult {
  Settings settings;
  std::vector<std::string> problems;
};
SettingsResult read_settings(const Json& json);

/// What the settings say about diagnostics, over what their table says.
analysis::Rules rules_of(const Settings& settings);

}  // namespace nilas::lsp
