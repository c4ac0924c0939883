#include "evaluator/fetch/input.hpp"

#include <algorithm>
#include <cctype>

#include "evaluator/error.hpp"
#include "evaluator/fetch/schemes.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

using namespace std::string_view_literals;

constexpr std::nullopt_t none = std::nullopt;
constexpr Feature flakes = Feature::flakes;

constexpr SchemeRow kSchemes[] = {
#define SCHEME(kind, name, feature, attributes) {name, feature, attributes},
#include "evaluator/fetch/schemes.def"
#undef SCHEME
};

InputResult<void> check_git(FetchAttributes& attributes, const Features& features) {
  for (const std::string_view name :
       {"verifyCommit"sv, "keytype"sv, "publicKey"sv, "publicKeys"sv}) {
    if (attributes.contains(name)) features.require(Feature::verified_fetches);
  }
  const std::string* ref = find_string(attributes, "ref");
  if (ref && !is_legal_ref(*ref)) {
    return malformed_input(cat("invalid Git branch/tag name '", *ref, "'"));
  }
  const auto url = git_url(string_attribute(attributes, "url"));
  if (!url) return malformed_input(url.error());
  attributes.insert_or_assign("url", url->to_string());
  for (const std::string_view name : {"shallow"sv, "submodules"sv, "allRefs"sv, "verifyCommit"sv}) {
    has_flag(attributes, name);  // throws if it is no flag
  }
  return {};
}

InputResult<void> check_forge(const FetchAttributes& attributes) {
  string_attribute(attributes, "owner");
  string_attribute(attributes, "repo");
  const std::string* ref = find_string(attributes, "ref");
  const std::string* rev = find_string(attributes, "rev");
  const auto refuse = [&](auto... what) {
    return malformed_input(cat("input ", to_json_text(attributes), " contains ", what...));
  };
  if (ref && rev) {
    return refuse("both a commit hash ('", *rev, "') and a branch/tag name ('", *ref, "')");
  }
  if (rev) parse_hash(*rev, HashAlgorithm::Sha1);
  if (ref && !is_legal_ref(*ref)) return refuse("an invalid branch/tag name");
  const std::string* host = find_string(attributes, "host");
  const auto in_host = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
  };
  if (host && !std::ranges::all_of(*host, in_host)) return refuse("an invalid instance host");
  return {};
}

}  // namespace

const SchemeRow& scheme_row(Scheme scheme) {
  return kSchemes[static_cast<size_t>(scheme)];
}

Scheme find_scheme(std::string_view name) {
  const auto it = std::ranges::find(kSchemes, name, &SchemeRow::name);
  return static_cast<Scheme>(it - std::begin(kSchemes));
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::string_view first = words.substr(0, words.find(' '));
    if (first == word) return true;
    words.remove_prefix(std::min(first.size() + 1, words.size()));
  }
  return false;
}

InputResult<void> check_attributes(Scheme scheme, FetchAttributes& attributes,
                                   const Features& features) {
  switch (scheme) {
    case Scheme::Git: return check_git(attributes, features);
    case Scheme::GitHub:
    case Scheme::GitLab:
    case Scheme::SourceHut: return check_forge(attributes);
    case Scheme::Path: string_attribute(attributes, "path"); return {};
    case Scheme::Indirect: {
      const std::string& id = string_attribute(attributes, "id");
      if (!is_flake_id(id)) return malformed_input(cat("'", id, "' is not a valid flake ID"));
      return {};
    }
    case Scheme::Mercurial: {
      const auto url = parse_url(string_attribute(attributes, "url"), UrlSyntax::Strict);
      if (!url) return malformed_input(url.error());
      return {};
    }
    case Scheme::File:
    case Scheme::Tarball:
    case Scheme::Unknown: break;
  }
  return {};
}

std::string rev_text(const Hash& rev) {
  return encode_base16(rev.view());
}
std::string short_rev(const Hash& rev) {
  return rev_text(rev).substr(0, 7);
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && std::ranges::all_of(text, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c));
         });
}

bool is_flake_id(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) &&
         std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
         });
}

bool is_legal_ref(std::string_view name) {
  if (name.empty() || name == "@" || name.starts_with('-') || name.ends_with('.') ||
      name.contains("..") || name.contains("@{")) {
    return false;
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 127 || "~^:?*[\\"sv.contains(c)) return false;
  }
  for (const std::string& part : split_url_path(name)) {
    if (part.empty() || part.starts_with('.') || part.ends_with(".lock")) return false;
  }
  return true;
}

std::string Input::name() const {
  const std::string* name = find_string(attributes, "name");
  return name ? *name : "source";
}

std::optional<Hash> Input::nar_hash() const {
  const std::string* text = find_string(attributes, "narHash");
  if (!text) return std::nullopt;
  if (text->empty()) return Hash{};
  const Hash hash = parse_sri_hash(*text);
  if (hash.algorithm != HashAlgorithm::Sha256) {
    throw EvalError(ErrorKind::Other, "narHash must use SHA-256");
  }
  return hash;
}

std::optional<Hash> Input::rev() const {
  const std::string* text = find_string(attributes, "rev");
  if (!text) return std::nullopt;
  return parse_hash(*text, text->contains(':') || text->contains('-')
                               ? std::optional<HashAlgorithm>()
                               : HashAlgorithm::Sha1);
}

std::optional<std::string> Input::ref() const {
  const std::string* text = find_string(attributes, "ref");
  return text ? std::optional(*text) : std::nullopt;
}

bool Input::is_locked() const {
  switch (scheme) {
    case Scheme::Git: {
      const auto hash = rev();
      return hash && hash->view() != std::string(hash->view().size(), '\0');
    }
    case Scheme::Mercurial:
    case Scheme::GitHub:
    case Scheme::GitLab:
    case Scheme::SourceHut: return rev().has_value();
    case Scheme::File:
    case Scheme::Tarball:
    case Scheme::Path: return nar_hash().has_value();
    case Scheme::Indirect:
    case Scheme::Unknown: break;
  }
  return false;
}

std::optional<std::string> Input::relative_path() const {
  if (scheme != Scheme::Path) return std::nullopt;
  const std::string& path = string_attribute(attributes, "path");
  return path.starts_with('/') ? std::nullopt : std::optional(path);
}

Input Input::with_overrides(const std::optional<std::string>& ref,
                            const std::optional<Hash>& rev) const {
  Input other = *this;
  if (!ref && !rev) return other;
  switch (scheme) {
    case Scheme::Git:
    case Scheme::Mercurial:
    case Scheme::Indirect: break;
    case Scheme::GitHub:
    case Scheme::GitLab:
    case Scheme::SourceHut:
      if (ref && rev) {
        throw EvalError(ErrorKind::Other,
                        cat("cannot apply both a commit hash (", rev_text(*rev),
                            ") and a branch/tag name ('", *ref, "') to input '", to_string(), "'"));
      }
      other.attributes.erase(ref ? "rev" : "ref");
      break;
    case Scheme::File:
    case Scheme::Tarball:
    case Scheme::Path:
    case Scheme::Unknown:
      throw EvalError(ErrorKind::Other,
                      cat("don't know how to set ", ref ? "branch/tag name" : "revision",
                          " of input '", to_string(), "' to '", ref ? *ref : rev_text(*rev), "'"));
  }
  if (rev) other.attributes.insert_or_assign("rev", rev_text(*rev));
  if (ref) other.attributes.insert_or_assign("ref", *ref);
  if (scheme == Scheme::Git && other.attributes.contains("rev") &&
      !other.attributes.contains("ref")) {
    throw EvalError(ErrorKind::Other, cat("Git input '", other.to_string(),
                                          "' has a commit hash but no branch/tag name"));
  }
  return other;
}

InputResult<Input> input_from_attributes(FetchAttributes attributes, const Features& features) {
  const std::string* type = find_string(attributes, "type");
  if (!type)
    return input_error("'type' attribute to specify input scheme is required but not provided");
  const Scheme scheme = find_scheme(*type);
  if (scheme == Scheme::Unknown) return Input{scheme, std::move(attributes)};
  if (scheme_row(scheme).feature) features.require(*scheme_row(scheme).feature);
  for (const auto& [name, value] : attributes) {
    if (name == "type" || name == "__final" || has_word(scheme_row(scheme).attributes, name))
      continue;
    return input_error(cat("input attribute '", name, "' not supported by scheme '", *type, "'"));
  }
  if (const auto checked = check_attributes(scheme, attributes, features); !checked) {
    return std::unexpected(checked.error());
  }
  find_string(attributes, "ref");
  find_number(attributes, "revCount");
  find_number(attributes, "lastModified");
  return Input{scheme, std::move(attributes)};
}

}  // namespace nilas::eval
