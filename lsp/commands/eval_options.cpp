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

}  // namespace

void add_eval_options(CLI::App& command, EvalOptions& o) {
  using Output = EvalOptions::Output;
  command.add_flag("-E,--expr", o.inputs_are_expressions, "The inputs are expressions, not files.");
  command.add_flag("--strict", o.strict, "Evaluate deeply.");
  command.add_flag_callback("--json", [&] { o.output = Output::Json; }, "Print JSON.");
  command.add_flag_callback("--xml", [&] { o.output = Output::Xml; }, "Print XML.");
  command.add_flag_callback("--raw", [&] { o.output = Output::Raw; }, "Print a string as it is.");
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
  for (const char* flag :
       {"--eval", "--readonly-mode", "--read-write-mode", "--impure", "--no-show-trace"}) {
    command.add_flag(flag)->group("");
  }
  each(command, "--option", 2, "", [&](const Words& w) {
    if (w[0] == "max-call-depth") o.max_call_depth = static_cast<uint32_t>(std::stoul(w[1]));
    if (w[0] == "show-trace") o.show_trace = w[1] == "true";
    if (w[0] == "system") o.current_system = w[1];
  });
  for (const char* option :
       {"--extra-experimental-features", "--experimental-features", "--eval-store", "--store"}) {
    each(command, option, 1, "", [](const Words&) {});
  }
  // Inputs are taken as they come: a positional of CLI11 would read `{}` as an empty list of its
  // own.
  command.allow_extras();
}

}  // namespace nilas::lsp
