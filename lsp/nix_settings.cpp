#include "lsp/nix_settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "lsp/search_path.hpp"

namespace nilas::lsp {
namespace {

/// Files that include each other end there.
constexpr int kMaxIncludes = 16;

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<uint32_t> number(const std::string& text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  std::vector<NixSetting> settings;

  void file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || ++included_ > kMaxIncludes) return;
    text(std::string(std::istreambuf_iterator<char>(in), {}), path.parent_path());
  }

  void text(const std::string& content, const std::filesystem::path& directory) {
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
      if (const size_t hash = line.find('#'); hash != line.npos) line.resize(hash);
      const std::vector<std::string> words = split_words(line);
      if (words.size() < 2) continue;
      if (words[0] == "include" || words[0] == "!include") {
        file(directory / words[1]);
      } else if (words[1] == "=") {
        settings.push_back(
            {words[0], fmt::format("{}", fmt::join(words.begin() + 2, words.end(), " "))});
      }
    }
  }

 private:
  int included_ = 0;
};

/// Paths in `list`, separated by colons.
std::vector<std::filesystem::path> split_paths(const std::string& list) {
  std::vector<std::filesystem::path> paths;
  std::istringstream in(list);
  for (std::string path; std::getline(in, path, ':');)
    if (!path.empty()) paths.emplace_back(path);
  return paths;
}

/// What counts most first.
std::vector<std::filesystem::path> user_files() {
  if (const auto files = environment("NIX_USER_CONF_FILES")) return split_paths(*files);
  std::vector<std::filesystem::path> files;
  const auto home = environment("XDG_CONFIG_HOME");
  if (home && !home->empty()) {
    files.emplace_back(*home);
  } else if (const auto user = environment("HOME")) {
    files.emplace_back(std::filesystem::path(*user) / ".config");
  }
  for (auto& directory : split_paths(environment("XDG_CONFIG_DIRS").value_or("/etc/xdg")))
    files.push_back(std::move(directory));
  for (auto& path : files)
    path /= "nix/nix.conf";
  return files;
}

/// Features that other parts of Nix have; evaluation is the same with and without them.
constexpr std::string_view kOtherFeatures[] = {
    "auto-allocate-uids",
    "blake3-hashes",
    "build-dynamic-paths",
    "ca-references",
    "cgroups",
    "configurable-impure-env",
    "daemon-trust-override",
    "discard-references",
    "external-builders",
    "local-overlay-store",
    "mounted-ssh-store",
    "nix-command",
    "no-url-literals",
    "profile-legacy",
    "read-only-local-store",
    "recursive-nix",
    "repl-flake",
};

/// Those that nobody knows.
std::vector<std::string> enable(eval::Features& features, const std::string& names) {
  std::vector<std::string> unknown;
  for (const std::string& name : split_words(names)) {
    if (features.enable(name)) continue;
    if (std::ranges::find(kOtherFeatures, name) == std::end(kOtherFeatures))
      unknown.push_back(name);
  }
  return unknown;
}

void add_tokens(AccessTokens& tokens, const std::string& value) {
  for (const std::string& token : split_words(value)) {
    const size_t equals = token.find('=');
    if (equals != token.npos)
      tokens.emplace_back(token.substr(0, equals), token.substr(equals + 1));
  }
}

void add_words(std::vector<std::string>& to, const std::string& value) {
  std::ranges::move(split_words(value), std::back_inserter(to));
}

}  // namespace

const std::vector<NixSetting>& nix_conf() {
  static const std::vector<NixSetting> settings = [] {
    Reader reader;
    reader.file(std::filesystem::path(environment("NIX_CONF_DIR").value_or("/etc/nix")) /
                "nix.conf");
    auto files = user_files();
    std::ranges::reverse(files);
    for (const auto& path : files)
      reader.file(path);
    std::error_code gone;  // perhaps the working directory is
    reader.text(environment("NIX_CONFIG").value_or(""), std::filesystem::current_path(gone));
    return std::move(reader.settings);
  }();
  return settings;
}

void NixSettings::set(const std::string& name, const std::string& value) {
  const bool on = value == "true" || value == "yes" || value == "1";
  const auto seconds = [&](std::chrono::seconds& to) {
    if (const auto n = number(value)) to = std::chrono::seconds(*n);
  };
  if (name == "experimental-features" || name == "extra-experimental-features") {
    if (name == "experimental-features") features = {};
    for (const std::string& unknown : enable(features, value))
      fmt::print(stderr, "warning: unknown experimental feature '{}'\n", unknown);
  }
  if (name == "max-call-depth") max_call_depth = number(value).value_or(max_call_depth);
  if (name == "show-trace") show_trace = on;
  if (name == "system") current_system = value;
  if (name == "eval-system") eval_system = value;
  if (name == "trace-verbose") trace_verbose = on;
  if (name == "abort-on-warn") abort_on_warn = on;
  if (name == "pure-eval") pure = on;
  if (name == "restrict-eval") fetch.restricted = on;
  if (name == "allowed-uris") fetch.allowed_uris = split_words(value);
  if (name == "extra-allowed-uris") add_words(fetch.allowed_uris, value);
  if (name == "use-registries") fetch.use_registries = on;
  if (const auto lint = eval::parse_lint(value)) {
    if (name == "lint-url-literals") lints.urls = *lint;
    if (name == "lint-short-path-literals") lints.short_paths = *lint;
    if (name == "lint-absolute-path-literals") lints.absolute_paths = *lint;
  }
  if (name == "tarball-ttl") seconds(fetching.fresh);
  if (name == "connect-timeout") seconds(fetching.limits.connect);
  if (name == "stalled-download-timeout") seconds(fetching.limits.stalled);
  if (name == "access-tokens") fetching.tokens.clear();
  if (name == "access-tokens" || name == "extra-access-tokens") add_tokens(fetching.tokens, value);
}

void NixSettings::configure(const std::vector<NixSetting>& settings) {
  for (const auto& [name, value] : settings) {
    if (name == "experimental-features" || name == "extra-experimental-features")
      enable(features, value);
    else
      set(name, value);
  }
}

eval::WorldOptions configured_world(const std::vector<std::string>& entries) {
  NixSettings settings;
  settings.configure(nix_conf());
  eval::WorldOptions options;
  options.search_path = search_path(entries);
  options.features = settings.features;
  options.features.pipe_operators = true;
  options.fetch = settings.fetch;
  options.fetch.restricted = false;
  if (!settings.current_system.empty()) options.current_system = settings.current_system;
  if (!settings.eval_system.empty()) options.current_system = settings.eval_system;
  return options;
}

}  // namespace nilas::lsp
