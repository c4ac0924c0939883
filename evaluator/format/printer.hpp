#pragma once
// The machine behind print.hpp: it runs until it needs a value that is not evaluated, tells which, and goes on when asked.
// So the same code prints synchronously and from a Task.

#include <string>
#include <unordered_set>
#include <vector>

#include "evaluator/format/layout.hpp"
#include "evaluator/format/print.hpp"

namespace nilas::eval {

class Printer {
 public:
  /// `root` must stay alive, and with it everything that will be printed.
  Printer(Vm& vm, const PrintOptions& options, Value root);

  /// Prints until the end (returns no value) or until a thunk must be forced (returns it). Then force it, or tell failed(),
  /// and call again. With options.force unset it never asks.
  Value advance();
  /// The thunk asked for last could not be forced.
  void failed(const ErrorData& error);

  std::string take();

 private:
  /// A set or list whose elements are being printed.
  struct Level {
    Value container;  // Attrs or List
    uint64_t identity;
    std::vector<uint32_t> order;  // of attributes; empty for a list
    uint32_t next = 0;
    uint32_t counted = 0;  // elements that the limits on their number know of
  };
  /// What is asked of the host by advance().
  enum class Asked : uint8_t { Nothing, Element, DerivationType, DerivationText };

  bool next_element();
  void open(Value container, uint64_t identity);
  void close();
  bool repeats(Value value, uint64_t identity);
  Value print(Value value, uint64_t identity);
  void print_scalar(Value value);
  void print_string(std::string_view bytes);
  void print_function(Value function);
  Value print_derivation(Attrs* set, bool& done);
  std::string elided(size_t count, size_t all, std::string_view one, std::string_view many) const;
  bool comments() const { return options_.elision == PrintOptions::Elision::Comment; }
  bool full() const { return text_.size() >= options_.max_output; }

  Vm& vm_;
  PrintOptions options_;
  LaidOutText text_;
  std::vector<Level> levels_;
  std::unordered_set<uint64_t> seen_;  // Repeated: all containers; Cycles: those around
  Value current_;                      // element being printed, or no value
  Asked asked_ = Asked::Nothing;
  bool not_a_derivation_ = false;  // current_: its `type` failed
  bool nameless_ = false;          // current_: its `name` or `drvPath` failed
  bool statement_ = false;         // current_ is the value of an attribute: `;` follows
  size_t attrs_printed_ = 0;
  size_t items_printed_ = 0;
};

}  // namespace nilas::eval
