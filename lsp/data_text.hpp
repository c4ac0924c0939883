#pragma once
// JSON and TOML as Nix, for text that was pasted from elsewhere.

#include <optional>
#include <string>
#include <string_view>

namespace nilas::lsp {

struct DataText {
  std::string_view language;  ///< "JSON" or "TOML"
  std::string nix;            ///< the same value as an expression, laid out over lines
};

/// `text` as a Nix expression; nullopt if it is neither JSON nor TOML, is Nix already, holds no
/// more than one value without structure, or is larger than 1 MiB. Reading is the work of the
/// builtins, so the value is what fromJSON and fromTOML make of it.
std::optional<DataText> data_as_nix(std::string_view text);

}  // namespace nilas::lsp
