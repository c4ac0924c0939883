#include "evaluator/format/secret.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace nilas::eval {
namespace {

struct TokenForm {
  std::string_view prefix;
  size_t rest;  // characters that follow at least
};

// As the issuers publish them.
constexpr TokenForm kTokens[] = {
    {"ghp_", 36},        {"gho_", 36},      {"ghs_", 36},    {"ghu_", 36},     {"ghr_", 36},
    {"github_pat_", 22}, {"glpat-", 20},    {"xoxb-", 20},   {"xoxp-", 20},    {"xoxa-", 20},
    {"AKIA", 16},        {"ASIA", 16},      {"sk-ant-", 20}, {"sk_live_", 20}, {"rk_live_", 20},
    {"npm_", 36},        {"pypi-AgEI", 50}, {"dop_v1_", 64}, {"AIza", 35},     {"hf_", 34},
};

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}

bool has_token(std::string_view text, const TokenForm& form) {
  for (size_t at = text.find(form.prefix); at != std::string_view::npos;
       at = text.find(form.prefix, at + 1)) {
    if (at > 0 && is_token_character(text[at - 1])) continue;
    const std::string_view rest = text.substr(at + form.prefix.size());
    const auto end = std::ranges::find_if_not(rest, is_token_character);
    if (static_cast<size_t>(std::distance(rest.begin(), end)) >= form.rest) return true;
  }
  return false;
}

}  // namespace

std::string_view secret_kind(std::string_view text) {
  const size_t begin = text.find("-----BEGIN ");
  if (begin != std::string_view::npos && text.substr(begin, 80).contains("PRIVATE KEY-----"))
    return "private key";
  if (text.contains("AGE-SECRET-KEY-1")) return "private key";
  const bool token =
      std::ranges::any_of(kTokens, [&](const TokenForm& f) { return has_token(text, f); });
  return token ? "access token" : "";
}

}  // namespace nilas::eval
