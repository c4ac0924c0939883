#pragma once
// Settings of Nix that alter what evaluation gives, and the files where users of Nix have them
// already. Nix manual, "nix.conf".

#include <string>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/fetch/fetcher.hpp"

namespace nilas::lsp {

/// One line of a configuration: `name = value`.
struct NixSetting {
  std::string name;
  std::string value;
};

/// All that is configured for this user, what counts more behind what counts less: nix.conf of the
/// machine ($NIX_CONF_DIR, by default /etc/nix), those of the user ($NIX_USER_CONF_FILES, or
/// nix/nix.conf in $XDG_CONFIG_HOME and $XDG_CONFIG_DIRS), $NIX_CONFIG; included files in the place
/// of their line. What is no setting is left out, as is what cannot be read. Read once a process.
const std::vector<NixSetting>& nix_conf();

struct NixSettings {
  uint32_t max_call_depth = 10000;
  bool show_trace = false;
  std::string current_system;  ///< empty: as built
  std::string eval_system;     ///< in place of that, if it is not empty
  bool trace_verbose = false;
  bool abort_on_warn = false;
  bool pure = false;
  FetcherOptions fetching;
  eval::Features features{.fetch_tree = true, .flakes = true};
  eval::FetchOptions fetch;
  eval::LiteralLints lints;

  /// As `--option NAME VALUE` of Nix. Settings that have nothing to do with evaluation, and numbers
  /// that are none, change nothing; names of features that nobody knows are told on standard error.
  void set(const std::string& name, const std::string& value);
  /// As set(), but features can only be added: those that are on from the start stay on. Quiet.
  void configure(const std::vector<NixSetting>& settings);
};

/// Options of a world of the server, or of a command that stands for one: what nix_conf() says, and
/// pipe operators, since an editor shows what its user writes. Neither pure nor restricted, for
/// then the files of a workspace could not be read. `entries`: in front of the search path.
eval::WorldOptions configured_world(const std::vector<std::string>& entries);

}  // namespace nilas::lsp
