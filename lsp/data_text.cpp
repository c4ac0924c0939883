#include "lsp/data_text.hpp"

#include <algorithm>

#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "lsp/host.hpp"
#include "syntax/parse.hpp"

namespace nilas::lsp {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr uint32_t kWidth = 80;

bool is_nix(std::string_view text) {
  const syntax::Parsed parsed = syntax::parse(text);
  return std::ranges::none_of(parsed.diagnostics, [](const syntax::Diagnostic& d) {
    return d.id == syntax::DiagnosticId::SyntaxError;
  });
}

std::optional<std::string> read_with(std::string_view builtin, std::string_view text) {
  FileHost host([](eval::EvalHost::Message, std::string_view) {});
  eval::WorldOptions setup;
  setup.pure = true;
  eval::World world(host, std::move(setup));
  try {
    const auto& unit = world.parse_source(
        "«selection»", "/", "builtins." + std::string(builtin) + " " + eval::quote_string(text),
        false);
    eval::Root value(world.vm.heap, world.thunk_of(unit));
    value = world.vm.run(value);
    if (!value->is_attrs() && !value->is_list()) return std::nullopt;
    world.vm.run_task(eval::force_deep(world.vm, eval::Root(world.vm.heap, value)));
    eval::PrintOptions options;
    options.sharing = eval::PrintOptions::Sharing::Cycles;
    options.width = kWidth;
    return eval::print_shallow(world.vm, value, options);
  } catch (const eval::EvalError&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<DataText> data_as_nix(std::string_view text) {
  if (text.size() > kMaxBytes || text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return std::nullopt;
  if (is_nix(text)) return std::nullopt;
  if (auto nix = read_with("fromJSON", text)) return DataText{"JSON", std::move(*nix)};
  if (auto nix = read_with("fromTOML", text)) return DataText{"TOML", std::move(*nix)};
  return std::nullopt;
}

}  // namespace nilas::lsp
