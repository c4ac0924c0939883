#pragma once
// Declares every function of builtins.def that is implemented in this folder.

#include "evaluator/builtins/support.hpp"

namespace nilas::eval::builtins {

#define LEAF(function, name, strictness, arguments, doc) Value function(Vm& vm, Args args);
#define TASK(function, name, strictness, arguments, doc) Task function(Vm& vm, Args args);
#define BOTH(function, name, strictness, arguments, doc) \
  Task function(Vm& vm, Args args);                      \
  Value function##_now(Vm& vm, Args args);
#include "evaluator/builtins.def"
#undef LEAF
#undef TASK
#undef BOTH

}  // namespace nilas::eval::builtins
