// WorldOptions::remembers_calls: what imported functions gave for arguments that mean the same everywhere.
//
// A value holds positions: those of its attributes, functions and errors lie in the text that made it. So for another text
// of the same file a call is the same only if all text up to the end of its argument is: then each of those positions says
// the same in both. Whoever types below `import <nixpkgs> { config.allowUnfree = true; }` keeps it.

#include <algorithm>

#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

/// Calls kept for one function from one file: of texts that may be no more, or with different arguments.
constexpr std::ptrdiff_t kKept = 4;

bool same_file(const SourceUnit& a, const SourceUnit& b) {
  return a.is_file && b.is_file && a.name == b.name && a.base_dir == b.base_dir;
}

bool same_text(const SourceUnit& a, const SourceUnit& b, uint32_t end) {
  return end <= a.text->size() && end <= b.text->size() &&
         a.text->compare(0, end, *b.text, 0, end) == 0;
}

/// Damage behind a text may change how it is read.
bool same_node(const syntax::Ast& a, syntax::NodeId in_a, const syntax::Ast& b,
               syntax::NodeId in_b) {
  const syntax::Node &x = a.nodes[in_a], &y = b.nodes[in_b];
  return x.kind == y.kind && x.span == y.span && in_a - x.first == in_b - y.first;
}

}  // namespace

bool World::is_in(SourceSpan place, const SourceUnit& file) const {
  if (place.source == file.id) return true;
  const SourceUnit* unit = source(place.source);
  return unit != nullptr && same_file(*unit, file) && same_text(*unit, file, place.span.end);
}

Value World::recall(Value function, const SourceUnit* unit, syntax::NodeId argument) const {
  const auto known = calls_.find(function.bits());
  if (known == calls_.end()) return {};
  for (const RememberedCall& call : known->second) {
    if (call.unit == unit || argument == syntax::kNoNode) {
      if (call.argument == argument) return call.result;
    } else if (call.argument != syntax::kNoNode && same_file(*call.unit, *unit)) {
      if (same_node(*call.unit->ast, call.argument, *unit->ast, argument) &&
          same_text(*call.unit, *unit, unit->ast->nodes[argument].span.end))
        return call.result;
    }
  }
  return {};
}

void World::remember(Value function, const SourceUnit* unit, syntax::NodeId argument,
                     Value result) {
  std::vector<RememberedCall>& calls = calls_[function.bits()];
  calls.push_back({unit, argument, function, result});
  if (argument == syntax::kNoNode) return;
  const auto from_here = [&](const RememberedCall& call) {
    return call.argument != syntax::kNoNode && same_file(*call.unit, *unit);
  };
  if (std::ranges::count_if(calls, from_here) > kKept)
    calls.erase(std::ranges::find_if(calls, from_here));
}

}  // namespace nilas::eval
