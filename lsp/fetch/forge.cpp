#include "lsp/fetch/forge.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "evaluator/fetch/input.hpp"

namespace nilas::lsp {

namespace {

struct Repository {
  std::string type, host, owner, name;
};

Repository repository_of(const eval::FetchAttributes& input) {
  const std::string& type = eval::string_attribute(input, "type");
  const std::string* host = eval::find_string(input, "host");
  const char* const usual = type == "github"   ? "github.com"
                            : type == "gitlab" ? "gitlab.com"
                                               : "git.sr.ht";
  return {type, host ? *host : usual, eval::string_attribute(input, "owner"),
          eval::string_attribute(input, "repo")};
}

/// The header that shows `token`, as each forge wants it.
std::string authorization(const std::string& type, const std::string& token) {
  if (type == "github") return "Authorization: token " + token;
  if (type == "gitlab") {
    const size_t colon = token.find(':');
    const std::string kind = token.substr(0, colon);
    const std::string value = colon == token.npos ? token : token.substr(colon + 1);
    if (kind == "PAT") return "Private-token: " + value;
    return "Authorization: Bearer " + value;
  }
  return "Authorization: Bearer " + token;
}

/// The token for the longest name that is the host, or a path on it, of the repository.
std::vector<std::string> headers_for(const Repository& r, const AccessTokens& tokens) {
  const std::string place = fmt::format("{}/{}/{}", r.host, r.owner, r.name);
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& token : tokens) {
    const std::string& prefix = token.first;
    const bool fits =
        place.starts_with(prefix) && (place.size() == prefix.size() || place[prefix.size()] == '/');
    if (fits && (!best || prefix.size() > best->first.size())) best = &token;
  }
  if (!best) return {};
  return {authorization(r.type, best->second)};
}

std::string gitlab_project(const Repository& r) {
  return fmt::format("https://{}/api/v4/projects/{}%2F{}/repository", r.host,
                     eval::percent_encode(r.owner), eval::percent_encode(r.name));
}

}  // namespace

bool is_forge(std::string_view type) {
  return type == "github" || type == "gitlab" || type == "sourcehut";
}

ForgeRequest commit_request(const eval::FetchAttributes& input, const std::string& ref,
                            const AccessTokens& tokens) {
  const Repository r = repository_of(input);
  ForgeRequest request{.headers = headers_for(r, tokens)};
  if (r.type == "github") {
    const std::string api =
        r.host == "github.com" ? "https://api.github.com" : "https://" + r.host + "/api/v3";
    request.url = fmt::format("{}/repos/{}/{}/commits/{}", api, r.owner, r.name, ref);
  } else if (r.type == "gitlab") {
    request.url = fmt::format("{}/commits?ref_name={}", gitlab_project(r), ref);
  } else {
    request.url = fmt::format("https://{}/{}/{}/{}", r.host, r.owner, r.name,
                              ref == "HEAD" ? "HEAD" : "info/refs");
  }
  return request;
}

std::expected<std::string, std::string> commit_in_answer(std::string_view type,
                                                         std::string_view ref,
                                                         const std::string& answer) {
  if (type == "sourcehut") {
    // "<commit>\trefs/heads/main" a line; of HEAD "ref: refs/heads/main" or the commit.
    std::istringstream lines(answer);
    for (std::string line; std::getline(lines, line);) {
      const std::string id = line.substr(0, line.find('\t'));
      const std::string name = id.size() < line.size() ? line.substr(id.size() + 1) : "";
      const bool wanted = name == fmt::format("refs/heads/{}", ref) ||
                          name == fmt::format("refs/tags/{}", ref) || name == ref || name.empty();
      if (wanted && eval::is_commit(id)) return id;
    }
    return std::unexpected(fmt::format("couldn't find ref '{}'", ref));
  }
  const auto json = nlohmann::json::parse(answer, nullptr, false);
  const nlohmann::json* const commit = type == "github"                   ? &json
                                       : json.is_array() && !json.empty() ? &json[0]
                                                                          : nullptr;
  const char* const name = type == "github" ? "sha" : "id";
  if (commit && commit->is_object()) {
    const auto id = commit->find(name);
    if (id != commit->end() && id->is_string() && eval::is_commit(id->get<std::string>())) {
      return id->get<std::string>();
    }
  }
  return std::unexpected(fmt::format("the answer names no commit for '{}'", ref));
}

ForgeRequest archive_request(const eval::FetchAttributes& input, const std::string& rev,
                             const AccessTokens& tokens) {
  const Repository r = repository_of(input);
  ForgeRequest request{.headers = headers_for(r, tokens)};
  if (r.type == "gitlab") {
    request.url = fmt::format("{}/archive.tar.gz?sha={}", gitlab_project(r), rev);
  } else if (r.type == "sourcehut" || (r.host == "github.com" && request.headers.empty())) {
    request.url = fmt::format("https://{}/{}/{}/archive/{}.tar.gz", r.host, r.owner, r.name, rev);
  } else if (r.host == "github.com") {
    request.url =
        fmt::format("https://api.github.com/repos/{}/{}/tarball/{}", r.owner, r.name, rev);
  } else {
    request.url =
        fmt::format("https://{}/api/v3/repos/{}/{}/tarball/{}", r.host, r.owner, r.name, rev);
  }
  return request;
}

}  // namespace nilas::lsp
