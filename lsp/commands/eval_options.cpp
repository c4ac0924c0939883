#include "lsp/commands/eval_options.hpp"

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
  for (const char* setting : {"trace-verbose", "abort-on-warn"}) {
    command.add_flag_callback(
        std::string("--") + setting, [&o, setting] { o.set(setting, "true"); },
        "As the setting of Nix.");
  }
  for (const char* setting : {"allowed-uris", "eval-system", "system", "experimental-features",
                              "extra-experimental-features", "lint-url-literals",
                              "lint-short-path-literals", "lint-absolute-path-literals"}) {
    each(command, std::string("--") + setting, 1, "As the setting of Nix.",
         [&o, setting](const Words& w) { o.set(setting, w[0]); });
  }
}

}  // namespace

void add_eval_options(CLI::App& command, EvalOptions& o) {
  using Output = EvalOptions::Output;
  command.preparse_callback([&o](size_t) { o.configure(nix_conf()); });
  command.add_flag("-E,--expr", o.inputs_are_expressions, "The inputs are expressions, not files.");
  command.add_flag("--strict", o.strict, "Evaluate deeply.");
  // Of several, the last one counts.
  const auto output = [&](const char* name, Output kind, const char* help) {
    command.add_flag_callback(name, [&o, kind] { o.output = kind; }, help)->trigger_on_parse();
  };
  output("--json", Output::Json, "Print JSON.");
  output("--xml", Output::Xml, "Print XML.");
  output("--raw", Output::Raw, "Print a string as it is.");
  command.add_flag("--drv", o.derivation,
                   "Print the derivation that a value stands for: its .drv file, or with --json as "
                   "`nix derivation show`.");
  command.add_flag("--show-trace", o.show_trace, "Print the whole trace of an error.");
  command.add_flag_callback("--no-show-trace", [&] { o.show_trace = false; }, "The opposite.");
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
  for (const char* flag : {"--eval", "--readonly-mode", "--read-write-mode", "--indirect",
                           "-v,--verbose", "--quiet", "-Q,--no-build-output", "-k,--keep-going",
                           "-K,--keep-failed", "--fallback", "--debug", "--offline", "--refresh"}) {
    command.add_flag(flag)->group("");
  }
  each(command, "--option", 2, "", [&](const Words& w) { o.set(w[0], w[1]); });
  add_policy_options(command, o);
  for (const char* option : {"--eval-store", "--store", "--add-root", "-j,--max-jobs", "--cores",
                             "--timeout", "--log-format"}) {
    each(command, option, 1, "", [](const Words&) {});
  }
  // Inputs are taken as they come: a positional of CLI11 would read `{}` as an empty list of its
  // own.
  command.allow_extras();
}

}  // namespace nilas::lsp
