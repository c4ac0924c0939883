#pragma once
// What one question to a Program may cost; it bounds native recursion, too.

#include "lsp/analysis/program.hpp"

namespace nilas::analysis {

struct Program::Budget {
  int steps = 600;
  int depth = 60;
  bool spend() { return --steps >= 0; }

  /// One level of recursion.
  class Level {
   public:
    explicit Level(Budget& budget) : budget_(budget) { --budget_.depth; }
    ~Level() { ++budget_.depth; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    bool is_too_deep() const { return budget_.depth < 0; }

   private:
    Budget& budget_;
  };
};

}  // namespace nilas::analysis
