#include "lsp/commands/input.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lsp/commands/evaluator_session.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

bool take_number(std::string_view& text, uint32_t& out) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size() || out == 0) return false;
  text = text.substr(0, colon);
  return true;
}

}  // namespace

std::expected<FilePosition, std::string> parse_position(std::string_view text) {
  FilePosition at{};
  std::string_view rest = text;
  if (!take_number(rest, at.column) || !take_number(rest, at.line) || rest.empty()) {
    return std::unexpected("'" + std::string(text) + "' is not FILE:LINE:COLUMN");
  }
  at.path = canonical_path(rest, working_directory());
  return at;
}

std::expected<std::string, std::string> read_whole_file(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return std::unexpected(path + ": Is a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected(path + ": " + std::strerror(errno));
  const auto size = std::filesystem::file_size(path, code);
  if (code) return std::string(std::istreambuf_iterator<char>(in), {});  // a pipe or a device
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

void add_search_path_option(CLI::App& command, std::vector<std::string>& search_path) {
  command.add_option("-I,--include", search_path, "Add to the search path: NAME=PATH or PATH.")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

std::expected<std::vector<std::string>, std::string> nix_files(
    const std::vector<std::string>& arguments) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& argument : arguments) {
    const std::string path = canonical_path(argument, working_directory());
    std::error_code code;
    if (!fs::is_directory(path, code)) {
      if (!fs::exists(path, code)) return std::unexpected(argument + ": No such file or directory");
      files.push_back(path);
      continue;
    }
    const size_t first = files.size();
    for (fs::recursive_directory_iterator
             it(path, fs::directory_options::skip_permission_denied, code),
         end;
         !code && it != end; it.increment(code)) {
      if (it->is_regular_file(code) && it->path().extension() == ".nix")
        files.push_back(it->path().string());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

}  // namespace nilas::lsp
