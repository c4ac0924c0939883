#pragma once

#include <chrono>

#include "lsp/server.hpp"

namespace nilas::lsp {

/// Nobody waits for the timer any longer: what its function holds is freed now, not when its time comes. On the strand.
inline void release(StrandTimer& timer) {
  timer.start(std::chrono::milliseconds(0), [] {});
}

}  // namespace nilas::lsp
