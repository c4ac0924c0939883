#pragma once
// One entry of the VM's frame stack. Private to the VM's own files.

#include "evaluator/code.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

/// Either a code frame (body set) or a native frame (native set).
struct Vm::Frame {
  const CodeBlock* block = nullptr;
  const uint32_t* pc = nullptr;  // next instruction
  Value* up = nullptr;           // captures; they belong to `self`
  Object* self = nullptr;        // thunk, closure or Captures being run
  Thunk* update = nullptr;       // takes the result
  const uint32_t* tail_call =
      nullptr;  // where a tail call put this in place of the frame that made it
  Task::Handle native;
  uint32_t base = 0;              // stack index of slot 0
  uint32_t ret = 0;               // stack index that the result goes to
  uint32_t sp = 0;                // top of the stack while another frame runs above
  uint32_t depth = 0;             // nested calls, tail calls included
  uint32_t builtin = UINT32_MAX;  // native: index into the table
  bool is_call = false;           // function call, as opposed to the forcing of a thunk
  bool catches = false;           // native: waits in try_force
};

}  // namespace nilas::eval
