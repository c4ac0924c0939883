// Text document synchronization: didOpen, didChange, didSave, didClose.

#include "lsp/server.hpp"

namespace nilas::lsp {
namespace {

constexpr int kIncremental = 2;

}  // namespace

void bind_documents(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["textDocumentSync"] =
        Json::object({{"openClose", true},
                      {"change", kIncremental},
                      {"save", Json::object({{"includeText", false}})}});
  });
  binder.notification<DidOpenParams>("textDocument/didOpen", [&](DidOpenParams params) {
    const std::string key = Documents::key_of(params.uri);
    server.documents.open(std::move(params));
    fire(binder.on_edit, key);
    fire(binder.on_save, key);
  });
  binder.notification<DidChangeParams>("textDocument/didChange",
                                       [&](const DidChangeParams& params) {
                                         if (server.documents.change(params, server.encoding)) {
                                           fire(binder.on_edit, Documents::key_of(params.uri));
                                         }
                                       });
  binder.notification<DidSaveParams>("textDocument/didSave", [&](const DidSaveParams& params) {
    server.evaluation.disk_changed();
    fire(binder.on_save, Documents::key_of(params.uri));
  });
  binder.notification<DidCloseParams>("textDocument/didClose", [&](const DidCloseParams& params) {
    const std::string key = Documents::key_of(params.uri);
    if (!server.documents.version(key)) return;
    fire(binder.on_close, key);
    server.documents.close(key);
    fire(binder.on_disk_change);  // what others import is the file again
  });
}

}  // namespace nilas::lsp
