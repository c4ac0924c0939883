#include "evaluator/features.hpp"

#include <algorithm>
#include <utility>

#include "evaluator/error.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

struct Row {
  std::string_view name;
  bool Features::* member;
};

constexpr Row kRows[] = {
#define FEATURE(member, name) {name, &Features::member},
#include "evaluator/features.def"
#undef FEATURE
};

constexpr std::pair<std::string_view, Feature> kBuiltins[] = {
    {"fetchClosure", Feature::fetch_closure},   {"fetchTree", Feature::fetch_tree},
    {"flakeRefToString", Feature::flakes},      {"getFlake", Feature::flakes},
    {"outputOf", Feature::dynamic_derivations}, {"parseFlakeRef", Feature::flakes},
};

}  // namespace

std::string_view feature_name(Feature feature) {
  return kRows[static_cast<size_t>(feature)].name;
}

bool Features::has(Feature feature) const {
  return this->*kRows[static_cast<size_t>(feature)].member;
}

bool Features::enable(std::string_view name) {
  const auto row = std::ranges::find(kRows, name, &Row::name);
  if (row == std::end(kRows)) return false;
  this->*row->member = true;
  fetch_tree |= flakes;
  return true;
}

void Features::require(Feature feature) const {
  if (has(feature)) return;
  const std::string_view name = feature_name(feature);
  throw EvalError(ErrorKind::Other, cat("experimental Nix feature '", name,
                                        "' is disabled; add '--extra-experimental-features ", name,
                                        "' to enable it"));
}

std::optional<Feature> feature_of_builtin(std::string_view name) {
  const auto row = std::ranges::find(kBuiltins, name, &std::pair<std::string_view, Feature>::first);
  if (row == std::end(kBuiltins)) return std::nullopt;
  return row->second;
}

}  // namespace nilas::eval
