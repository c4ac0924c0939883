#include "lsp/protocol/documents.hpp"

namespace nilas::lsp {

DidOpenParams DidOpenParams::take(Json& j) {
  DidOpenParams p;
  Json& document = j.at("textDocument");
  document.at("uri").get_to(p.uri);
  p.language = document.value("languageId", "nix");
  p.version = document.value("version", int64_t{0});
  p.text = std::move(document.at("text").get_ref<std::string&>());
  return p;
}

void from_json(const Json& j, ContentChange& c) {
  if (const Json& range = find(j, "range"); !range.is_null()) c.range = range.get<Range>();
  j.at("text").get_to(c.text);
}

void from_json(const Json& j, DidChangeParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  if (const Json& version = find(j, "textDocument", "version"); version.is_number_integer()) {
    version.get_to(p.version);
  }
  j.at("contentChanges").get_to(p.changes);
}

void from_json(const Json& j, DidSaveParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
}
void from_json(const Json& j, DidCloseParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
}

}  // namespace nilas::lsp
