#include "lsp/commands/eval_observers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nilas::lsp {
namespace {

using eval::FrameInfo;
using std::chrono::microseconds;

/// Frames of a sample, from the innermost: endless recursion would make each a megabyte.
constexpr size_t kSampledFrames = 128;

constexpr auto kSamplePeriod = microseconds(100);

/// "lib/lists.nix:12:5" without the folders above: enough to find the place, short enough for a graph.
std::string place(const eval::World& world, eval::SourceSpan span) {
  const eval::SourceUnit* unit = world.source(span.source);
  if (unit == nullptr) return {};
  std::string_view name = unit->name;
  size_t slash = name.rfind('/');
  if (slash != std::string_view::npos && slash > 0) slash = name.rfind('/', slash - 1);
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const eval::LineColumn at = world.line_column(span);
  return fmt::format("{}:{}:{}", name, at.line, at.column);
}

std::string label(const eval::World& world, const FrameInfo& frame) {
  if (frame.kind == FrameInfo::Kind::Builtin) return fmt::format("builtins.{}", frame.name);
  const std::string_view name = frame.name.empty() ? "(anonymous)" : frame.name;
  return fmt::format("{} {}", name, place(world, frame.span));
}

}  // namespace

void Tracer::entered(eval::Vm& vm) {
  const FrameInfo frame = vm.frame(0);
  if (frame.kind != FrameInfo::Kind::Call && frame.kind != FrameInfo::Kind::Builtin) return;
  size_t depth = 0;
  for (size_t i = 1; i < vm.frame_count() && depth < 40; ++i) {
    const auto kind = vm.frame(i).kind;
    depth += kind == FrameInfo::Kind::Call || kind == FrameInfo::Kind::Builtin;
  }
  std::string line(depth * 2, ' ');
  line += label(world_, frame);
  for (const eval::Value argument : frame.args) {
    const eval::Value v = vm.resolve(argument);
    line += v.is_forced() ? " " + vm.brief(v) : " …";
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), to_);
}

void Profiler::entered(eval::Vm& vm) {
  const Clock::time_point now = Clock::now();
  if (now - last_ < kSamplePeriod) return;
  std::string stack;
  for (size_t i = std::min(vm.frame_count(), kSampledFrames); i-- > 0;) {
    const FrameInfo frame = vm.frame(i);
    if (frame.kind == FrameInfo::Kind::Other || frame.kind == FrameInfo::Kind::Thunk) continue;
    if (!stack.empty()) stack += ';';
    stack += label(world_, frame);
  }
  samples_[stack.empty() ? "(top level)" : stack] +=
      std::chrono::duration_cast<microseconds>(now - last_).count();
  last_ = Clock::now();  // the time that sampling takes is nobody's
}

std::string Profiler::collapsed() const {
  std::string text;
  for (const auto& [stack, time] : samples_)
    text += fmt::format("{} {}\n", stack, time);
  return text;
}

}  // namespace nilas::lsp
