#pragma once

#include <chrono>
#include <thread>

#include "lsp/server.hpp"

namespace nilas::lsp {

/// Lets what somebody waits for have the processors, and the allocator, first: long work in the background calls it at each
/// step. A pause is at most as long as the work before it, so that the work ends, however busy the server is.
///
/// Not by priorities: a thread of low priority that is stopped inside the allocator stops all others.
class GivingWay {
 public:
  explicit GivingWay(const Server& server) : server_(server) {}

  void operator()() {
    if (!server_.is_busy() || Clock::now() < works_until_) return;
    const auto end = Clock::now() + kTurn;
    while (server_.is_busy() && Clock::now() < end)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    works_until_ = Clock::now() + kTurn;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTurn{5};

  const Server& server_;
  Clock::time_point works_until_;
};

}  // namespace nilas::lsp
