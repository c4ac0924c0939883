#include "lsp/commands/eval_options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <sstream>
#include <string_view>

namespace nilas::lsp {
namespace {

using Words = std::vector<std::string>;

/// An option of `count` words, each time it is given.
void each(CLI::App& command, const std::string& names, int count, const std::string& help,
          std::function<void(const Words&)> use) {
  auto* option = command.add_option_function<Words>(
      names,
      [count, use = std::move(use)](const Words& words) {
        for (size_t i = 0; i + static_cast<size_t>(count) <= words.size();
             i += static_cast<size_t>(count)) {
          use(Words(words.begin() + static_cast<std::ptrdiff_t>(i),
                    words.begin() + static_cast<std::ptrdiff_t>(i) + count));
        }
      },
      help);
  option->type_size(count)->expected(1)->take_all()->allow_extra_args(false);
}

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// Features that other parts of Nix have; evaluation is the same with and without them.
constexpr std::string_view kOtherFeatures[] = {
    "auto-allocate-uids",
    "blake3-hashes",
    "build-dynamic-paths",
    "cgroups",
    "configurable-impure-env",
    "daemon-trust-override",
    "discard-references",
    "external-builders",
    "local-overlay-store",
    "mounted-ssh-store",
    "nix-command",
    "no-url-literals",
    "pipe-operators",
    "profile-legacy",
    "read-only-local-store",
    "recursive-nix",
    "repl-flake",
    "ca-references",
};

void enable_features(eval::Features& features, const std::string& names) {
  for (const std::string& name : split_words(names)) {
    if (features.enable(name)) continue;
    if (std::ranges::find(kOtherFeatures, name) != std::end(kOtherFeatures)) continue;
    fmt::print(stderr, "warning: unknown experimental feature '{}'\n", name);
  }
}

void set_features(eval::Features& features, const std::string& names) {
  features = {};
  enable_features(features, names);
}

/// One of Nix's settings, as `--option` and its own flags give them.
void set_option(EvalOptions& o, const std::string& name, const std::string& value) {
  const bool on = value == "true" || value == "yes" || value == "1";
  if (name == "max-call-depth") o.max_call_depth = static_cast<uint32_t>(std::stoul(value));
  if (name == "show-trace") o.show_trace = on;
  if (name == "system") o.current_system = value;
  if (name == "experimental-features") set_features(o.features, value);
  if (name == "extra-experimental-features") enable_features(o.features, value);
  if (name == "pure-eval") o.pure = on;
  if (name == "restrict-eval") o.fetch.restricted = on;
  if (name == "allowed-uris") o.fetch.allowed_uris = split_words(value);
  if (name == "use-registries") o.fetch.use_registries = on;
  if (const auto lint = eval::parse_lint(value)) {
    if (name == "lint-url-literals") o.lints.urls = *lint;
    if (name == "lint-short-path-literals") o.lints.short_paths = *lint;
    if (name == "lint-absolute-path-literals") o.lints.absolute_paths = *lint;
  }
  if (name == "tarball-ttl") o.fetching.fresh = std::chrono::seconds(std::stol(value));
  if (name == "connect-timeout") o.fetching.limits.connect = std::chrono::seconds(std::stol(value));
  if (name == "stalled-download-timeout") {
    o.fetching.limits.stalled = std::chrono::seconds(std::stol(value));
  }
  if (name == "access-tokens") {
    for (const std::string& token : split_words(value)) {
      const size_t equals = token.find('=');
      if (equals != token.npos) {
        o.fetching.tokens.emplace_back(token.substr(0, equals), token.substr(equals + 1));
      }
    }
  }
}

void add_policy_options(CLI::App& command, EvalOptions& o) {
  command.add_flag("--pure-eval", o.pure,
                   "No environment, clock, search path; only what is locked is fetched.");
  command.add_flag_callback("--impure", [&] { o.pure = false; }, "The opposite.");
  command.add_flag("--restrict-eval", o.fetch.restricted,
                   "Read only the search path and what was fetched from --allowed-uris.");
  command.add_flag("--allow-fetch", o.fetching.allow_network,
                   "Fetch over the network what is nowhere else, into a cache of ours.");
  each(command, "--override-flake", 2, "Fetch flake TO where FROM is asked for.",
       [&](const Words& w) { o.fetch.registry_overrides.emplace_back(w[0], w[1]); });
  command.add_flag_callback(
      "--no-registries,--no-use-registries", [&] { o.fetch.use_registries = false; },
      "Look up no names of flakes.");
  for (const char* setting :
       {"allowed-uris", "experimental-features", "extra-experimental-features", "lint-url-literals",
        "lint-short-path-literals", "lint-absolute-path-literals"}) {
    each(command, std::string("--") + setting, 1, "As the setting of Nix.",
         [&o, setting](const Words& w) { set_option(o, setting, w[0]); });
  }
}

}  // namespace

void add_eval_options(CLI::App& command, EvalOptions& o) {
  using Output = EvalOptions::Output;
  command.add_flag("-E,--expr", o.inputs_are_expressions, "The inputs are expressions, not files.");
  command.add_flag("--strict", o.strict, "Evaluate deeply.");
  command.add_flag_callback("--json", [&] { o.output = Output::Json; }, "Print JSON.");
  command.add_flag_callback("--xml", [&] { o.output = Output::Xml; }, "Print XML.");
  command.add_flag_callback("--raw", [&] { o.output = Output::Raw; }, "Print a string as it is.");
  command.add_flag("--drv", o.derivation,
                   "Print the derivation that a value stands for: its .drv file, or with --json as "
                   "`nix derivation show`.");
  command.add_flag("--show-trace", o.show_trace, "Print the whole trace of an error.");
  command.add_flag("--no-location", o.no_location, "Print no positions in XML.");
  command.add_flag("--stats", o.stats, "Print counters of the run to standard error.");
  command.add_flag("--trace", o.trace, "Print every call to standard error while it is made.");
  command.add_option("--profile", o.profile,
                     "Write where the time went to FILE: collapsed stacks, in microseconds.");
  command.add_option("--max-call-depth", o.max_call_depth, "Nested calls before a stack overflow.");
  each(command, "-A,--attr", 1, "Select an attribute, or an element of a list, of the result.",
       [&](const Words& w) { o.attribute_paths.push_back(w[0]); });
  each(command, "-I,--include", 1, "Add to the search path: NAME=PATH or PATH.",
       [&](const Words& w) { o.search_path.push_back(w[0]); });
  each(command, "--arg", 2, "Pass the value of EXPR to functions as argument NAME.",
       [&](const Words& w) { o.arguments.push_back({w[0], w[1], false}); });
  each(command, "--argstr", 2, "Pass a string to functions as argument NAME.",
       [&](const Words& w) { o.arguments.push_back({w[0], w[1], true}); });
  // What nix-instantiate takes and this evaluator always does, or never needs.
  for (const char* flag : {"--eval", "--readonly-mode", "--read-write-mode", "--no-show-trace"}) {
    command.add_flag(flag)->group("");
  }
  each(command, "--option", 2, "", [&](const Words& w) { set_option(o, w[0], w[1]); });
  add_policy_options(command, o);
  for (const char* option : {"--eval-store", "--store"}) {
    each(command, option, 1, "", [](const Words&) {});
  }
  // Inputs are taken as they come: a positional of CLI11 would read `{}` as an empty list of its
  // own.
  command.allow_extras();
}

}  // namespace nilas::lsp
