#pragma once
// Files and positions as the command line names them.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::lsp {

/// "FILE:LINE:COLUMN", both from 1; columns count bytes, as error messages do.
struct FilePosition {
  std::string path;  ///< canonical
  uint32_t line, column;
};
std::expected<FilePosition, std::string> parse_position(std::string_view text);

/// The bytes of a file, or the system's words.
std::expected<std::string, std::string> read_whole_file(const std::string& path);

/// Gives `command` the option -I, which may stand several times; each adds an entry.
void add_search_path_option(CLI::App& command, std::vector<std::string>& search_path);

/// The Nix files that arguments mean: a file is itself, a directory all `.nix` files below it,
/// sorted. Symlinks to directories are not followed.
std::expected<std::vector<std::string>, std::string> nix_files(
    const std::vector<std::string>& arguments);

}  // namespace nilas::lsp
