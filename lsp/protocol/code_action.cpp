#include "lsp/protocol/code_action.hpp"

#include <algorithm>

namespace nilas::lsp {

void from_json(const Json& j, CodeActionParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("range").get_to(p.range);
  for (const Json& kind : find(j, "context", "only"))
    if (kind.is_string()) p.only.push_back(kind.get<std::string>());
  constexpr int kAutomatic = 2;
  p.asked_for = find(j, "context", "triggerKind") != kAutomatic;
}

bool is_wanted(std::string_view kind, const std::vector<std::string>& only) {
  return only.empty() || std::ranges::any_of(only, [&](const std::string& wanted) {
           return wanted.empty() || kind == wanted || kind.starts_with(wanted + ".");
         });
}

void to_json(Json& j, const WireTextEdit& e) {
  j = Json::object({{"range", e.range}, {"newText", e.text}});
}

void to_json(Json& j, const WorkspaceEdit& e) {
  if (!e.versioned) {
    j = Json::object({{"changes", Json::object({{e.uri, e.edits}})}});
    return;
  }
  Json changes = Json::array();
  if (!e.new_file_uri.empty()) {
    changes.push_back(Json::object({{"kind", "create"}, {"uri", e.new_file_uri}}));
    const WireTextEdit content{{}, e.new_file_text};
    changes.push_back(Json::object(
        {{"textDocument", Json::object({{"uri", e.new_file_uri}, {"version", nullptr}})},
         {"edits", Json::array({Json(content)})}}));
  }
  changes.push_back(
      Json::object({{"textDocument", Json::object({{"uri", e.uri}, {"version", e.version}})},
                    {"edits", e.edits}}));
  j = Json::object({{"documentChanges", std::move(changes)}});
}

}  // namespace nilas::lsp
