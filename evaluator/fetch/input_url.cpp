// Inputs from URLs, and back.

#include <algorithm>
#include <cctype>
#include <charconv>

#include "evaluator/fetch/schemes.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

using namespace std::string_view_literals;

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string normal_commit(std::string_view text) {
  return rev_text(parse_hash(text, HashAlgorithm::Sha1));
}

// --- From URLs: each gives the attributes without `type`, or nothing if the URL is not of its kind ----

using Attributes = InputResult<std::optional<FetchAttributes>>;

bool has_archive_ending(const Url& url) {
  if (url.path.empty()) return false;
  static constexpr std::string_view kEndings[] = {".zip",    ".tar",     ".tgz",    ".tar.gz",
                                                  ".tar.xz", ".tar.bz2", ".tar.zst"};
  return std::ranges::any_of(kEndings,
                             [&](auto ending) { return url.path.back().ends_with(ending); });
}

Attributes from_download_url(Url url, Scheme scheme, Wanted wanted) {
  const std::string_view transport = url.transport();
  if (transport != "file" && transport != "http" && transport != "https") return std::nullopt;
  const bool unpacks = wanted == Wanted::Tree || has_archive_ending(url);
  const auto application = url.application();
  if (application ? *application != scheme_row(scheme).name
                  : unpacks != (scheme == Scheme::Tarball)) {
    return std::nullopt;
  }
  FetchAttributes attributes;
  url.scheme = std::string(transport);
  for (const std::string_view name : {"narHash"sv, "rev"sv}) {
    if (const auto it = url.query.find(name); it != url.query.end()) {
      attributes.emplace(name, it->second);
    }
  }
  for (const std::string_view name : {"revCount"sv, "lastModified"sv}) {
    const auto it = url.query.find(name);
    if (it == url.query.end()) continue;
    if (const auto number = parse_number(it->second)) attributes.emplace(name, *number);
  }
  // What is meant for the fetcher is not sent to the server.
  std::erase_if(url.query, [&](const auto& pair) {
    return has_word(scheme_row(scheme).attributes, pair.first);
  });
  attributes.emplace("url", url.to_string());
  return attributes;
}

Attributes from_git_url(const Url& url) {
  if (url.scheme != "git" && url.application() != "git") return std::nullopt;
  FetchAttributes attributes;
  Url plain = url;
  plain.query.clear();
  for (const auto& [name, value] : url.query) {
    if (has_word("rev ref keytype publicKey publicKeys", name)) {
      attributes.emplace(name, value);
    } else if (has_word("shallow submodules lfs exportIgnore allRefs verifyCommit", name)) {
      attributes.emplace(name, value == "1");
    } else {
      plain.query.emplace(name, value);
    }
  }
  attributes.emplace("url", plain.to_string());
  return attributes;
}

Attributes from_mercurial_url(const Url& url) {
  static constexpr std::string_view kSchemes[] = {"hg+http", "hg+https", "hg+ssh", "hg+file"};
  if (std::ranges::find(kSchemes, url.scheme) == std::end(kSchemes)) return std::nullopt;
  FetchAttributes attributes;
  Url plain = url;
  plain.scheme.erase(0, 3);
  plain.query.clear();
  for (const auto& [name, value] : url.query) {
    if (name == "rev" || name == "ref") {
      attributes.emplace(name, value);
    } else {
      plain.query.emplace(name, value);
    }
  }
  attributes.emplace("url", plain.to_string());
  return attributes;
}

Attributes from_forge_url(const Url& url, Scheme scheme) {
  if (url.scheme != scheme_row(scheme).name) return std::nullopt;
  const std::vector<std::string> path = url.path_segments();
  if (path.size() < 2) return malformed_input(cat("URL '", url.to_string(), "' is invalid"));
  FetchAttributes attributes{{"owner", path[0]}, {"repo", path[1]}};
  if (path.size() == 3 && is_commit(path[2])) {
    attributes.emplace("rev", path[2]);
  } else if (path.size() > 2) {
    std::string ref = path[2];
    for (size_t i = 3; i < path.size(); ++i)
      ref += "/" + path[i];
    attributes.emplace("ref", ref);
  }
  for (const auto& [name, value] : url.query) {
    if (!has_word("rev ref host narHash", name)) {
      return malformed_input(
          cat("URL '", url.to_string(), "' contains unknown parameter '", name, "'"));
    }
    if (attributes.contains(name)) {
      return malformed_input(cat("URL '", url.to_string(), "' contains multiple ",
                                 name == "rev" ? "commit hashes" : "branch/tag names"));
    }
    attributes.emplace(name, value);
  }
  return attributes;
}

Attributes from_indirect_url(const Url& url) {
  if (url.scheme != "flake") return std::nullopt;
  const std::vector<std::string> path = url.path_segments();
  if (path.empty() || path.size() > 3) {
    return malformed_input(cat("GitHub URL '", url.to_string(), "' is invalid"));
  }
  FetchAttributes attributes;
  const auto in_url = [&](std::string_view part, std::string_view wanted) {
    return malformed_input(
        cat("in flake URL '", url.to_string(), "', '", part, "' is not a ", wanted));
  };
  if (path.size() == 2 && is_commit(path[1])) {
    attributes.emplace("rev", normal_commit(path[1]));
  } else if (path.size() >= 2) {
    if (!is_legal_ref(path[1])) {
      return in_url(path[1],
                    path.size() == 2 ? "commit hash or branch/tag name" : "branch/tag name");
    }
    attributes.emplace("ref", path[1]);
  }
  if (path.size() == 3) {
    if (!is_commit(path[2])) return in_url(path[2], "commit hash");
    attributes.emplace("rev", normal_commit(path[2]));
  }
  if (!is_flake_id(path[0])) return malformed_input(cat("'", path[0], "' is not a valid flake ID"));
  attributes.emplace("id", path[0]);
  return attributes;
}

Attributes from_path_url(const Url& url) {
  if (url.scheme != "path") return std::nullopt;
  if (url.authority && !url.authority->empty()) {
    return input_error(cat("path URL '", url.to_string(), "' should not have an authority ('",
                           *url.authority, "')"));
  }
  FetchAttributes attributes{{"path", url.path_text()}};
  for (const auto& [name, value] : url.query) {
    if (name == "rev" || name == "narHash") {
      attributes.emplace(name, value);
    } else if (name == "revCount" || name == "lastModified") {
      const auto number = parse_number(value);
      if (!number) {
        return input_error(
            cat("path URL '", url.to_string(), "' has invalid parameter '", name, "'"));
      }
      attributes.emplace(name, *number);
    } else {
      return input_error(
          cat("path URL '", url.to_string(), "' has unsupported parameter '", name, "'"));
    }
  }
  return attributes;
}

Attributes from_url(const Url& url, Scheme scheme, Wanted wanted) {
  switch (scheme) {
    case Scheme::File:
    case Scheme::Tarball: return from_download_url(url, scheme, wanted);
    case Scheme::Git: return from_git_url(url);
    case Scheme::GitHub:
    case Scheme::GitLab:
    case Scheme::SourceHut: return from_forge_url(url, scheme);
    case Scheme::Mercurial: return from_mercurial_url(url);
    case Scheme::Indirect: return from_indirect_url(url);
    case Scheme::Path: return from_path_url(url);
    case Scheme::Unknown: break;
  }
  return std::nullopt;
}

// --- To URLs -----------------------------------------------------------------------------------------------

Url parsed_url(const FetchAttributes& attributes) {
  auto url = parse_url(string_attribute(attributes, "url"), UrlSyntax::Strict);
  if (!url) throw EvalError(ErrorKind::Other, url.error());
  return std::move(*url);
}

Url git_input_url(const Input& input) {
  Url url = parsed_url(input.attributes);
  if (url.scheme != "git") url.scheme = "git+" + url.scheme;
  if (const auto rev = input.rev()) url.query.insert_or_assign("rev", rev_text(*rev));
  if (const auto ref = input.ref()) url.query.insert_or_assign("ref", *ref);
  for (const std::string_view flag :
       {"shallow"sv, "lfs"sv, "submodules"sv, "exportIgnore"sv, "verifyCommit"sv}) {
    if (has_flag(input.attributes, flag)) url.query.insert_or_assign(std::string(flag), "1");
  }
  for (const std::string_view name : {"keytype"sv, "publicKey"sv, "publicKeys"sv}) {
    if (const std::string* value = find_string(input.attributes, name)) {
      url.query.insert_or_assign(std::string(name), *value);
    }
  }
  return url;
}

Url path_input_url(const Input& input) {
  const std::string& path = string_attribute(input.attributes, "path");
  Url url{.scheme = "path", .path = split_url_path(path)};
  for (const auto& [name, value] : input.attributes) {
    if (name == "path" || name == "type" || name == "__final") continue;
    if (const auto* text = std::get_if<std::string>(&value)) {
      url.query.emplace(name, *text);
    } else if (const auto* number = std::get_if<uint64_t>(&value)) {
      url.query.emplace(name, std::to_string(*number));
    } else {
      url.query.emplace(name, std::get<bool>(value) ? "1" : "0");
    }
  }
  return url;
}

}  // namespace

InputResult<Input> input_from_url(const Url& url, Wanted wanted, const Features& features) {
  for (size_t i = 0; i < static_cast<size_t>(Scheme::Unknown); ++i) {
    const auto scheme = static_cast<Scheme>(i);
    auto attributes = from_url(url, scheme, wanted);
    if (!attributes) return std::unexpected(attributes.error());
    if (!*attributes) continue;
    (*attributes)->emplace("type", std::string(scheme_row(scheme).name));
    // The URL's own parameters are attributes of the fetcher, whatever else it may say.
    if (scheme_row(scheme).feature) features.require(*scheme_row(scheme).feature);
    if (const auto checked = check_attributes(scheme, **attributes, features); !checked) {
      return std::unexpected(checked.error());
    }
    return Input{scheme, std::move(**attributes)};
  }
  return input_error(cat("input '", url.to_string(), "' is unsupported"));
}

Url Input::to_url() const {
  switch (scheme) {
    case Scheme::Git: return git_input_url(*this);
    case Scheme::Path: return path_input_url(*this);
    case Scheme::File:
    case Scheme::Tarball: {
      Url url = parsed_url(attributes);
      if (const auto hash = nar_hash()) {
        url.query.insert_or_assign("narHash", format_hash(*hash, HashFormat::Sri));
      }
      return url;
    }
    case Scheme::Mercurial: {
      Url url = parsed_url(attributes);
      url.scheme = "hg+" + url.scheme;
      if (const auto hash = rev()) url.query.insert_or_assign("rev", rev_text(*hash));
      if (const auto name = ref()) url.query.insert_or_assign("ref", *name);
      return url;
    }
    case Scheme::Indirect: {
      Url url{.scheme = "flake", .path = {string_attribute(attributes, "id")}};
      if (const auto name = ref()) url.path.push_back(*name);
      if (const auto hash = rev()) url.path.push_back(rev_text(*hash));
      return url;
    }
    case Scheme::GitHub:
    case Scheme::GitLab:
    case Scheme::SourceHut: {
      Url url{
          .scheme = type(),
          .path = {string_attribute(attributes, "owner"), string_attribute(attributes, "repo")}};
      if (const auto name = ref()) url.path.push_back(*name);
      if (const auto hash = rev()) url.path.push_back(rev_text(*hash));
      if (const auto hash = nar_hash()) {
        url.query.emplace("narHash", format_hash(*hash, HashFormat::Sri));
      }
      if (const std::string* host = find_string(attributes, "host")) {
        url.query.emplace("host", *host);
      }
      return url;
    }
    case Scheme::Unknown: break;
  }
  throw EvalError(ErrorKind::Other,
                  cat("cannot show unsupported input '", to_json_text(attributes), "'"));
}

}  // namespace nilas::eval
