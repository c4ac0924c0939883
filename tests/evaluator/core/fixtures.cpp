#include "tests/evaluator/core/fixtures.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "evaluator/format/print.hpp"

namespace nilas::tests {

using namespace nilas::eval;

namespace {

bool is_expectation(const std::string& line) {
  return line.starts_with("=> ") || line.starts_with("!> ") || line.starts_with("!  ") ||
         line.starts_with("!? ");
}

bool is_known(const std::string& line) {
  return line.starts_with("FIXME ") || line.starts_with("OURS ");
}

void append_line(std::string& to, std::string_view line) {
  if (!to.empty()) to += '\n';
  to += line;
}

void load_file(const std::filesystem::path& path, std::vector<Fixture>& fixtures) {
  std::ifstream in(path, std::ios::binary);
  const std::string name = path.filename().string();
  Fixture block{name, 0, {}, {}, {}, false};
  std::string line;
  const auto finish = [&] {
    if (!block.expression.empty()) fixtures.push_back(block);
    block = {name, 0, {}, {}, {}, false};
  };
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty()) {
      finish();
    } else if (is_known(line)) {
      block.intended = line.starts_with("OURS ");
      append_line(block.known, std::string_view(line).substr(line.find(' ') + 1));
    } else if (is_expectation(line)) {
      append_line(block.expected, line);
    } else if (!line.starts_with("# ")) {
      if (block.line == 0) block.line = number;
      append_line(block.expression, line);
    }
  }
  finish();
}

}  // namespace

std::vector<Fixture> load_fixtures() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NILAS_CORE_DATA))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<Fixture> fixtures;
  for (const auto& file : files)
    load_file(file, fixtures);
  return fixtures;
}

std::string Fixture::comparable(std::string answer) const {
  if (!expected.starts_with("!> - ") || !answer.starts_with("!> ")) return answer;
  return "!> -" + answer.substr(answer.find(' ', 3));
}

void write_known(const std::vector<Fixture>& fixtures) {
  std::map<std::string, std::map<int, const Fixture*>> files;
  for (const Fixture& f : fixtures)
    files[f.file][f.line] = &f;
  for (const auto& [name, by_line] : files) {
    const auto path = std::filesystem::path(NILAS_CORE_DATA) / name;
    std::ifstream in(path, std::ios::binary);
    std::string text, line;
    const Fixture* block = nullptr;
    const auto finish = [&] {
      if (block == nullptr || block->known.empty()) return;
      const std::string mark = block->intended ? "OURS " : "FIXME ";
      text += mark;
      for (const char c : block->known)
        text += c == '\n' ? '\n' + mark : std::string(1, c);
      text += '\n';
    };
    for (int number = 1; std::getline(in, line); ++number) {
      if (is_known(line)) continue;
      if (const auto it = by_line.find(number); it != by_line.end()) block = it->second;
      if (line.empty()) {
        finish();
        block = nullptr;
      }
      text += line + "\n";
    }
    finish();
    in.close();
    std::ofstream(path, std::ios::binary) << text;
  }
}

Value TestWorld::thunk(const std::string& text) {
  return world.thunk_of(world.parse_source("«stdin»", "/", text, false));
}

std::string TestWorld::print(Value v) {
  Vm& vm = world.vm;
  const Root kept(vm.heap, v);
  const Value forced = vm.run_task(force_deep(vm, Root(vm.heap, v)));
  const Root result(vm.heap, forced);
  return print_shallow(vm, result, PrintOptions::result());
}

std::string TestWorld::describe(const ErrorData& error) const {
  std::string out = "!> ";
  if (const auto at = world.line_column(error.span); at.line != 0)
    out += std::to_string(at.line) + ":" + std::to_string(at.column);
  else
    out += "-";
  out += " ";
  for (const char c : error.message)
    out += c == '\n' ? std::string("\n!  ") : std::string(1, c);
  for (size_t i = 0; i < error.suggestions.size(); ++i)
    out += (i == 0 ? "\n!? " : ", ") + error.suggestions[i];
  return out;
}

std::string TestWorld::answer(const std::string& text) {
  try {
    return "=> " + print(text);
  } catch (const EvalError& error) {
    return describe(error.data());
  }
}

std::string TestWorld::answer(Value v) {
  try {
    return "=> " + print(v);
  } catch (const EvalError& error) {
    return describe(error.data());
  }
}

}  // namespace nilas::tests
