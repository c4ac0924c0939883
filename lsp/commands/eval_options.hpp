#pragma once
// The arguments of `nilas eval`: those of `nix-instantiate --eval`, and a few of ours.

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "lsp/nix_settings.hpp"

namespace nilas::lsp {

struct EvalOptions : NixSettings {
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
  bool no_location = false;
  bool stats = false;
  bool trace = false;
  std::string profile;  ///< file for collapsed stacks; empty: none

  /// What is printed may hold values that nobody evaluated.
  bool shows_thunks() const { return !strict && !derivation && output != Output::Raw; }
};

/// Adds the options to `command`; they are filled in by its parse, over what nix_conf() says.
void add_eval_options(CLI::App& command, EvalOptions& options);

}  // namespace nilas::lsp
