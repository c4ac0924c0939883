// workspace/diagnostic: what the text tells of every file of the workspace that is not open. Files
// are read on the pool. A client that has everything already gets its answer when something
// changes.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/progress.hpp"
#include "lsp/server.hpp"
#include "lsp/uri.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

namespace fs = std::filesystem;

/// Files whose reports are sent together.
constexpr size_t kChunk = 100;

/// One request, with what it needs of the session.
struct Job {
  Reply<Json> reply;
  Json params;
  std::vector<std::string> folders, open;
  analysis::Rules rules;
  PositionEncoding encoding;
  bool related_information, code_description;
  std::map<std::string, std::string> known;  ///< result ids of the client, by URI
  std::shared_ptr<std::atomic<bool>> stop = std::make_shared<std::atomic<bool>>(false);
  Json items;  ///< what is left to be answered
};

std::vector<std::string> nix_files_below(const std::vector<std::string>& folders,
                                         const std::atomic<bool>& stop) {
  std::vector<std::string> files;
  for (const std::string& folder : folders) {
    std::error_code code;
    for (fs::recursive_directory_iterator
             it(folder, fs::directory_options::skip_permission_denied, code),
         end;
         !code && it != end && !stop; it.increment(code)) {
      if (it->path().filename() == ".git") it.disable_recursion_pending();
      if (it->is_regular_file(code) && it->path().extension() == ".nix")
        files.push_back(it->path().string());
    }
  }
  std::ranges::sort(files);
  const auto repeated = std::ranges::unique(files);
  files.erase(repeated.begin(), repeated.end());
  return files;
}

std::string identity(std::string_view text, const analysis::Rules& rules) {
  std::string levels;
  for (const auto& severity : rules.severities)
    levels += severity ? static_cast<char>('0' + static_cast<int>(*severity)) : '-';
  return std::to_string(std::hash<std::string_view>()(text)) + "." +
         std::to_string(std::hash<std::string_view>()(levels));
}

class WorkspaceDiagnostics {
 public:
  explicit WorkspaceDiagnostics(Server& server) : server_(server) {}

  void ask(const Json& params, const Reply<Json>& reply) {
    auto job =
        std::make_shared<Job>(Job{.reply = reply,
                                  .params = params,
                                  .folders = server_.documents.folders(),
                                  .open = server_.documents.keys(),
                                  .rules = rules_of(server_.settings),
                                  .encoding = server_.encoding,
                                  .related_information = server_.about_client.related_information,
                                  .code_description = server_.about_client.code_description,
                                  .known = {}});
    for (const Json& result : find(params, "previousResultIds"))
      job->known[result.at("uri").get<std::string>()] = result.at("value").get<std::string>();
    reply.request()->on_cancel([stop = job->stop] { *stop = true; });
    auto progress = Progress::start(server_, find(params, "workDoneToken"), "Reading the workspace",
                                    [stop = job->stop] { *stop = true; });
    server_.post_to_pool([this, job, progress] {
      const bool news = run(*job);
      server_.post([this, job, progress, news] {
        progress->end();
        finished(job, news);
      });
    });
  }

  /// Something changed: who waits is answered.
  void changed() {
    std::vector<std::shared_ptr<Job>> waiting;
    waiting.swap(waiting_);
    for (const auto& job : waiting)
      if (!job->reply.request()->answered()) ask(job->params, job->reply);
  }

 private:
  /// On the pool. Whether there was anything to tell.
  bool run(Job& job) {
    bool news = false;
    Json items = Json::array();
    const auto flush = [&] {
      const Json& token = find(job.params, "partialResultToken");
      if (token.is_null() || items.empty()) return;
      server_.client.notify(
          "$/progress",
          Json::object({{"token", token}, {"value", Json::object({{"items", std::move(items)}})}}));
      items = Json::array();
    };
    for (const std::string& file : nix_files_below(job.folders, *job.stop)) {
      if (*job.stop || job.reply.request()->answered()) return true;
      if (std::ranges::find(job.open, file) != job.open.end()) continue;
      Json item = report(job, file, news);
      items.push_back(std::move(item));
      if (items.size() == kChunk) flush();
    }
    for (const auto& [uri, id] : job.known) {  // deleted, or open by now
      news = true;
      items.push_back(Json::object(
          {{"kind", "full"}, {"uri", uri}, {"version", nullptr}, {"items", Json::array()}}));
    }
    flush();
    job.items = std::move(items);
    return news;
  }

  Json report(Job& job, const std::string& file, bool& news) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::string uri = path_to_uri(file);
    const std::string id = identity(text, job.rules);
    Json item =
        Json::object({{"kind", "unchanged"}, {"uri", uri}, {"version", nullptr}, {"resultId", id}});
    const auto known = job.known.find(uri);
    const bool same = known != job.known.end() && known->second == id;
    if (known != job.known.end()) job.known.erase(known);
    if (same) return item;
    news = true;
    const SnapshotPtr document = make_snapshot(file, std::move(text));
    auto findings = analysis::syntax_findings(file, document->text, *document->parsed, job.rules);
    item["kind"] = "full";
    item["items"] = to_wire(std::move(findings), {*document, job.encoding, job.related_information,
                                                  job.code_description});
    return item;
  }

  void finished(const std::shared_ptr<Job>& job, bool news) {
    if (!news && !find(job->params, "previousResultIds").empty()) {
      waiting_.push_back(job);
      return;
    }
    job->reply(Json::object({{"items", std::move(job->items)}}));
  }

  Server& server_;
  std::vector<std::shared_ptr<Job>> waiting_;
};

}  // namespace

void bind_workspace_diagnostics(Binder& binder) {
  auto diagnostics = std::make_shared<WorkspaceDiagnostics>(binder.server);
  binder.capability([](const InitializeParams& about, Json& capabilities) {
    const auto settings = read_settings(about.initialization_options).settings;
    capabilities["diagnosticProvider"] =
        Json::object({{"identifier", "nilas"},
                      {"interFileDependencies", true},
                      {"workspaceDiagnostics", settings.workspace_diagnostics}});
  });
  binder.request<Json, Json>("workspace/diagnostic",
                             [diagnostics](const Json& params, const Reply<Json>& reply) {
                               diagnostics->ask(params, reply);
                             });
  binder.on_disk_change.push_back([diagnostics] { diagnostics->changed(); });
  binder.on_settings.push_back([diagnostics] { diagnostics->changed(); });
  binder.on_save.push_back([diagnostics](const std::string&) { diagnostics->changed(); });
  binder.on_close.push_back([diagnostics](const std::string&) { diagnostics->changed(); });
}

}  // namespace nilas::lsp
