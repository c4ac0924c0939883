#pragma once
// The arguments of `nilas eval`: those of `nix-instantiate --eval`, and a few of ours.

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/features.hpp"
#include "evaluator/fetch/options.hpp"
#include "evaluator/lints.hpp"
#include "lsp/fetch/fetcher.hpp"

namespace nilas::lsp {

struct EvalOptions {
  enum class Output : uint8_t { Nix, Json, Xml, Raw } output = Output::Nix;
  bool derivation = false;  ///< --drv: the text of the derivation, or its JSON
  struct Argument {
    std::string name;
    std::string text;
    bool is_string;  ///< --argstr
  };

  std::vector<std::string> inputs;  ///< files, or expressions with -E
  bool inputs_are_expressions = false;
  std::vector<std::string> attribute_paths;
  std::vector<Argument> arguments;  ///< the last of equal names counts
  std::vector<std::string> search_path;
  bool strict = false;
  bool show_trace = false;
  bool no_location = false;
  bool stats = false;
  bool trace = false;
  std::string profile;  ///< file for collapsed stacks; empty: none
  uint32_t max_call_depth = 10000;
  std::string current_system;
  bool pure = false;
  FetcherOptions fetching;
  eval::Features features{.fetch_tree = true, .flakes = true};
  eval::FetchOptions fetch;
  eval::LiteralLints lints;
};

/// Adds the options to `command`; they are filled in by its parse.
void add_eval_options(CLI::App& command, EvalOptions& options);

}  // namespace nilas::lsp
