#include "lsp/commands/parse.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <filesystem>
#include <memory>

#include "lsp/commands/commands.hpp"
#include "syntax/parse.hpp"
#include "syntax/print.hpp"

namespace nilas::lsp {
namespace {

struct Input {
  std::string name;  // as errors show it
  std::string base;  // what relative paths in it start from
  std::string text;
};

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

// Reads no more than one byte beyond what is parsed: that is enough to be refused.
std::expected<std::string, std::string> read_all(std::FILE* file) {
  std::string text;
  constexpr size_t kChunk = size_t{1} << 16;
  for (;;) {
    const size_t size = text.size();
    text.resize(size + kChunk);
    const size_t count = std::fread(text.data() + size, 1, kChunk, file);
    text.resize(size + count);
    if (count == 0 || text.size() > syntax::kMaxSourceBytes) break;
  }
  if (std::ferror(file) != 0) return std::unexpected(std::string(std::strerror(errno)));
  return text;
}

std::expected<Input, std::string> read_input(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path here = fs::current_path(ignored);
  Input input;
  std::unique_ptr<std::FILE, CloseFile> stream;
  if (file == "-") {
    input = {.name = "«stdin»", .base = here.string(), .text = {}};
    stream.reset(stdin);
  } else {
    std::string path = syntax::canonical_path(file, here.string());
    if (fs::is_directory(path, ignored)) path = syntax::canonical_path("default.nix", path);
    input = {.name = path, .base = fs::path(path).parent_path().string(), .text = {}};
    stream.reset(std::fopen(path.c_str(), "rb"));
    if (!stream) {
      return std::unexpected("opening file '" + path + "': " + std::strerror(errno));
    }
  }
  auto text = read_all(stream.get());
  if (!text) return std::unexpected("reading from file '" + input.name + "': " + text.error());
  input.text = std::move(*text);
  return input;
}

}  // namespace

int run_parse(const ParseOptions& options) {
  const char* home = std::getenv("HOME");
  int status = 0;
  for (const std::string& file : options.files) {
    auto input = read_input(file);
    if (!input) {
      std::fprintf(stderr, "error: %s\n", input.error().c_str());
      status = 1;
      continue;
    }
    const syntax::Parsed parsed = syntax::parse(input->text);
    if (!parsed.ok()) {
      const syntax::Source source(std::move(input->text));
      const std::string error =
          syntax::format_error(parsed.diagnostics.front(), source, input->name);
      std::fprintf(stderr, "%s\n", error.c_str());
      status = 1;
      continue;
    }
    if (!options.print) continue;
    std::string line = syntax::print(parsed.ast, parsed.ast.root,
                                     {.base = input->base, .home = home != nullptr ? home : ""});
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  return status;
}

void add_parse_command(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("parse", "Check files for what C++ Nix rejects unevaluated.");
  auto options = std::make_shared<ParseOptions>();
  command->add_option("files", options->files, "Nix files; '-' is standard input.")->required();
  command->add_flag("--print", options->print,
                    "Print each file on one line, desugared, as nix-instantiate --parse does.");
  command->callback([options, &status] { status = run_parse(*options); });
}

}  // namespace nilas::lsp
