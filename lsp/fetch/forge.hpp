#pragma once
// Forges: where GitHub, GitLab and SourceHut keep the archive of a commit, and how they tell the
// commit of a branch.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/fetch/attributes.hpp"

namespace nilas::lsp {

/// Tokens of the user by host, as the setting `access-tokens` of Nix: "github.com=...".
using AccessTokens = std::vector<std::pair<std::string, std::string>>;

struct ForgeRequest {
  std::string url;
  std::vector<std::string> headers;
};

bool is_forge(std::string_view type);

/// Where to ask for the commit of `ref`. `input`: of a type for which is_forge.
ForgeRequest commit_request(const eval::FetchAttributes& input, const std::string& ref,
                            const AccessTokens& tokens);
/// The commit in the answer. The error is one line.
std::expected<std::string, std::string> commit_in_answer(std::string_view type,
                                                         std::string_view ref,
                                                         const std::string& answer);
/// Where the archive of commit `rev` lies.
ForgeRequest archive_request(const eval::FetchAttributes& input, const std::string& rev,
                             const AccessTokens& tokens);

}  // namespace nilas::lsp
