#include "lsp/analysis/virtual_text.hpp"

#include "evaluator/format/print.hpp"
#include "evaluator/store/derivation_show.hpp"

namespace nilas::analysis {
namespace {

using eval::Root;
using std::chrono::steady_clock;

/// Each line of `text` behind a `#`.
std::string as_comment(std::string_view text) {
  std::string out = "# ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "# ";
  }
  return out + "\n";
}

std::string bounded(std::string text, std::string_view comment) {
  if (text.size() <= kMaxVirtualText) return text;
  size_t end = kMaxVirtualText;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80)
    --end;  // no half a character
  text.resize(end);
  return text + "\n" + std::string(comment);
}

void allow_until(eval::World& world, const VirtualLimits& limits,
                 steady_clock::time_point deadline) {
  eval::Limits l;
  l.call_depth = limits.call_depth;
  l.deadline = deadline;
  l.cancelled = limits.stop;
  world.vm.set_limits(l);
}

/// The value that a hover of `target` would show, in weak head normal form.
eval::Value value_of(eval::World& world, const eval::SourceUnit& unit,
                     const syntax::Located& target) {
  const bool prefix = target.kind == syntax::LocatedKind::Prefix;
  const syntax::NodeId node = prefix ? target.select : target.expr;
  return world.vm.run(world.focus(unit, node, prefix ? target.names : 0));
}

bool has_value(const syntax::Located& target) {
  return target.kind != syntax::LocatedKind::Nothing &&
         target.kind != syntax::LocatedKind::Parameter &&
         (target.kind == syntax::LocatedKind::Prefix ? target.select : target.expr) !=
             syntax::kNoNode;
}

/// `work`'s text, or why there is none.
template <class Work>
std::string text_or_error(const syntax::Located& target, Work work) {
  if (!has_value(target)) return "# There is no expression.\n";
  try {
    return work();
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    if (e.data().kind == eval::ErrorKind::UnknownArgument)
      return "# The value depends on the argument of a function.\n";
    return bounded(as_comment("error: " + e.data().message), "");
  }
}

std::string print_whole(eval::World& world, const Root& value, const VirtualLimits& limits) {
  eval::PrintOptions options = eval::PrintOptions::hover();
  options.max_depth = 200;
  options.max_container = options.max_string = SIZE_MAX;
  options.max_output = kMaxVirtualText;
  try {
    // Some of the time is for printing what there is when it runs out.
    const auto now = steady_clock::now();
    allow_until(world, limits, now + (limits.deadline - now) * 3 / 4);
    const eval::Value text =
        world.vm.run_task(eval::print_value(world.vm, Root(world.vm.heap, value), options));
    return std::string(world.vm.view(text)) + "\n";
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    options.force = false;
    allow_until(world, limits, limits.deadline);
    return as_comment("Not everything was evaluated: " + e.data().message) +
           eval::print_shallow(world.vm, value, options) + "\n";
  }
}

}  // namespace

std::string value_text(eval::World& world, const eval::SourceUnit& unit,
                       const syntax::Located& target, const VirtualLimits& limits) {
  return text_or_error(target, [&] {
    allow_until(world, limits, limits.deadline);
    const Root value(world.vm.heap, value_of(world, unit, target));
    return bounded(print_whole(world, value, limits), "# The rest is left out.\n");
  });
}

std::string derivation_text(eval::World& world, const eval::SourceUnit& unit,
                            const syntax::Located& target, DerivationForm form,
                            const VirtualLimits& limits) {
  return text_or_error(target, [&] {
    allow_until(world, limits, limits.deadline);
    const Root value(world.vm.heap, value_of(world, unit, target));
    const eval::Value drv =
        world.vm.run_task(eval::derivation_path_of(world.vm, Root(world.vm.heap, value)));
    const std::string path(world.vm.view(drv));
    return bounded(
        form == DerivationForm::Json ? eval::show_json(world, path) : eval::show_aterm(world, path),
        "... the rest is left out\n");
  });
}

}  // namespace nilas::analysis
