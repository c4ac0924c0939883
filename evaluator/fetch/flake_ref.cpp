#include "evaluator/fetch/flake_ref.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "evaluator/error.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

using namespace std::string_view_literals;

struct WithFragment {
  FlakeRef ref;
  std::string fragment;
};

InputResult<WithFragment> from_url(Url url, const FlakeRefContext& context) {
  std::string subdir;
  if (const auto it = url.query.find("dir"); it != url.query.end()) {
    subdir = it->second;
    url.query.erase(it);
  }
  std::string fragment = std::exchange(url.fragment, {});
  auto input = input_from_url(url, context.wanted, context.features);
  if (!input) return std::unexpected(input.error());
  return WithFragment{{std::move(*input), std::move(subdir)}, std::move(fragment)};
}

bool in_ref(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || "_./@+-"sv.contains(c);
}

/// "nixpkgs", "nixpkgs/branch", "nixpkgs/branch/commit": names for a registry.
std::optional<WithFragment> from_id(std::string_view text, const FlakeRefContext& context) {
  std::string fragment;
  if (const size_t hash = text.find('#'); hash != text.npos) {
    const auto decoded = percent_decode(text.substr(hash + 1));
    if (!decoded) return std::nullopt;
    fragment = *decoded;
    text = text.substr(0, hash);
  }
  const size_t slash = text.find('/');
  if (!is_flake_id(text.substr(0, slash))) return std::nullopt;
  if (slash != text.npos) {
    const std::string_view rest = text.substr(slash + 1);
    const bool starts_well =
        !rest.empty() && (std::isalnum(static_cast<unsigned char>(rest[0])) || rest[0] == '@');
    if (!starts_well || !std::ranges::all_of(rest, in_ref)) return std::nullopt;
  }
  const Url url{.scheme = "flake", .path = split_url_path(text)};
  auto input = input_from_url(url, context.wanted, context.features);
  return WithFragment{{input_or_throw(std::move(input)), ""}, std::move(fragment)};
}

WithFragment from_path(std::string_view text, const FlakeRefContext& context) {
  std::string_view path = text, query, fragment;
  if (const size_t at = path.find('#'); at != path.npos) {
    fragment = path.substr(at + 1);
    path = path.substr(0, at);
  }
  if (const size_t at = path.find('?'); at != path.npos) {
    query = path.substr(at + 1);
    path = path.substr(0, at);
  }
  if (context.relative_paths == RelativePaths::Refuse && !path.starts_with('/')) {
    throw EvalError(ErrorKind::Other, cat("flake reference '", text, "' is not an absolute path"));
  }
  auto decoded_query = decode_query(query);
  if (!decoded_query) throw EvalError(ErrorKind::Other, decoded_query.error());
  auto decoded_fragment = percent_decode(fragment);
  if (!decoded_fragment) throw EvalError(ErrorKind::Other, decoded_fragment.error());
  return input_or_throw(from_url({.scheme = "path",
                                  .authority = "",
                                  .path = split_url_path(path),
                                  .query = std::move(*decoded_query),
                                  .fragment = std::move(*decoded_fragment)},
                                 context));
}

WithFragment parse(std::string_view text, const FlakeRefContext& context) {
  if (auto found = from_id(text, context)) return std::move(*found);
  if (auto url = parse_url(text, UrlSyntax::Lenient)) {
    auto found = from_url(std::move(*url), context);
    if (found || !found.error().malformed) return input_or_throw(std::move(found));
  }
  return from_path(text, context);
}

}  // namespace

std::string FlakeRef::to_string() const {
  Url url = input.to_url();
  if (!subdir.empty()) url.query.emplace("dir", subdir);
  return url.to_string();
}

FetchAttributes FlakeRef::attributes() const {
  FetchAttributes all = input.attributes;
  if (!subdir.empty()) all.emplace("dir", subdir);
  return all;
}

FlakeRef FlakeRef::canonical() const {
  FlakeRef other = *this;
  const std::string* text = find_string(input.attributes, "url");
  auto url = text ? parse_url(*text, UrlSyntax::Lenient) : std::unexpected(std::string());
  if (!url) return other;
  const auto dir = url->query.find("dir");
  if (dir != url->query.end() && !subdir.empty() && dir->second == subdir) url->query.erase(dir);
  other.input.attributes.insert_or_assign("url", url->to_string());
  return other;
}

FlakeRef parse_flake_ref(std::string_view text, const FlakeRefContext& context) {
  WithFragment parsed = parse(text, context);
  if (!parsed.fragment.empty()) {
    throw EvalError(ErrorKind::Other, cat("unexpected fragment '", parsed.fragment,
                                          "' in flake reference '", text, "'"));
  }
  return std::move(parsed.ref);
}

FlakeRef flake_ref_from_attributes(FetchAttributes attributes, const Features& features) {
  std::string subdir;
  if (const std::string* dir = find_string(attributes, "dir")) subdir = *dir;
  attributes.erase("dir");
  return {input_or_throw(input_from_attributes(std::move(attributes), features)),
          std::move(subdir)};
}

}  // namespace nilas::eval
