// Runs a regex program: a depth-first search over (state, position) pairs.
//
// What follows from a pair depends on nothing else (there are no back references), so its result is remembered: the end of
// the match that libstdc++'s backtracking would find from there, and which branch it takes. Only branching states are
// remembered. The search keeps its own stack; when it is done, the groups are read off by following the branches once more.
//
// Repetitions whose body can match nothing count how often it did at this position, up to two, as libstdc++ does. The counts are
// part of the pair. At most kMaxCounters repetitions count; a further one is entered once a position.

#include <boost/unordered/unordered_flat_map.hpp>
#include <new>

#include "evaluator/builtins/regex_program.hpp"

namespace nilas::eval::regex {

namespace {

constexpr size_t kMaxRemembered = 8'000'000;

struct Key {
  uint64_t at;     // position, and whether the empty match is excluded here
  uint64_t state;  // state and counts
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t h = key.at * 0x9e3779b97f4a7c15ULL ^ key.state;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9ULL;
    return h ^ h >> 32;
  }
};

}  // namespace

struct Runner::Memo {
  struct Result {
    size_t end;   // kNone: no match, or not known yet
    bool second;  // by the second branch
  };
  boost::unordered_flat_map<Key, Result, KeyHash> results;

  static Key key(const Position& p, bool excluded) {
    return {p.at << 1 | (excluded ? 1 : 0), uint64_t{p.counts} << 32 | p.state};
  }
};

Runner::Runner(const Program& program, std::string_view text)
    : program_(program), text_(text), memo_(new Memo) {}

Runner::~Runner() {
  delete memo_;
}

std::optional<size_t> Runner::match(size_t begin, Mode mode) {
  // Whole and Prefix have different results: a runner is used for one of them.
  mode_ = mode;
  begin_ = begin;
  if (memo_->results.size() > kMaxRemembered / 2) {
    const size_t from = begin << 1;
    erase_if(memo_->results, [from](const auto& entry) { return entry.first.at < from; });
  }
  const size_t end = search({program_.start, begin, 0});
  if (end == kNone) return std::nullopt;
  trace({program_.start, begin, 0});
  return end;
}

/// Goes on to the next branching state. The end of the match, or kNone, if there is none before.
std::optional<size_t> Runner::step(Position& p) const {
  for (;;) {
    const State& state = program_.states[p.state];
    switch (state.op) {
      case Op::Byte:
      case Op::Set: {
        if (p.at == text_.size()) return kNone;
        const auto byte = static_cast<uint8_t>(text_[p.at]);
        const bool fits =
            state.op == Op::Byte ? byte == state.argument : program_.sets[state.argument][byte];
        if (!fits) return kNone;
        ++p.at;
        p.counts = 0;
        break;
      }
      case Op::TextBegin:
        if (p.at != 0) return kNone;
        break;
      case Op::TextEnd:
        if (p.at != text_.size()) return kNone;
        break;
      case Op::Accept:
        if (mode_ == Mode::Whole && p.at != text_.size()) return kNone;
        if (mode_ == Mode::NotEmpty && p.at == begin_) return kNone;
        return p.at;
      case Op::Choice:
      case Op::Repeat: return std::nullopt;
      case Op::Jump:
      case Op::GroupBegin:
      case Op::GroupEnd: break;
    }
    p.state = state.next;
  }
}

/// Goes into the body of a repetition; false if it has matched nothing here too often.
bool Runner::enter(const State& repeat, Position& p) const {
  if (repeat.counter > 0) {
    const uint32_t shift = 2 * (repeat.counter - 1U);
    if ((p.counts >> shift & 3) == 2) return false;
    p.counts += 1U << shift;
  }
  p.state = repeat.other;
  return true;
}

size_t Runner::search(Position start) {
  decisions_.clear();
  Position p = start;
  for (;;) {
    // Down to a result.
    size_t end;
    for (;;) {
      if (const auto reached = step(p)) {
        end = *reached;
        break;
      }
      const bool excluded = mode_ == Mode::NotEmpty && p.at == begin_;
      const auto [entry, is_new] =
          memo_->results.try_emplace(Memo::key(p, excluded), Memo::Result{kNone, false});
      if (!is_new) {
        end = entry->second.end;
        break;
      }
      if (memo_->results.size() > kMaxRemembered) throw std::bad_alloc();
      decisions_.push_back({p, kNone, false});
      const State& state = program_.states[p.state];
      if (state.op == Op::Choice) {
        p.state = state.other;
      } else if (!enter(state, p)) {
        decisions_.back().second = true;
        p.state = state.next;
      }
    }
    // Up to a decision that has another branch.
    for (;;) {
      if (decisions_.empty()) return end;
      Decision& decision = decisions_.back();
      const State& state = program_.states[decision.position.state];
      if (!decision.second) {
        const bool settled = end != kNone && (state.op == Op::Repeat || mode_ == Mode::Whole);
        if (!settled) {
          decision.first = end;
          decision.second = true;
          p = decision.position;
          p.state = state.next;
          break;
        }
      }
      bool took_second = decision.second;
      if (took_second && decision.first != kNone && (end == kNone || end <= decision.first)) {
        end = decision.first;
        took_second = false;
      }
      const bool excluded = mode_ == Mode::NotEmpty && decision.position.at == begin_;
      memo_->results[Memo::key(decision.position, excluded)] = {end, took_second};
      decisions_.pop_back();
    }
  }
}

/// Follows a match from its start and notes where groups begin and end.
void Runner::trace(Position p) {
  groups_.assign(program_.groups, {});
  std::vector<size_t> begins(program_.groups);
  for (;;) {
    const State& state = program_.states[p.state];
    switch (state.op) {
      case Op::Accept: return;
      case Op::Byte:
      case Op::Set:
        ++p.at;
        p.counts = 0;
        break;
      case Op::GroupBegin: begins[state.argument] = p.at; break;
      case Op::GroupEnd: groups_[state.argument] = {begins[state.argument], p.at}; break;
      case Op::Choice:
      case Op::Repeat: {
        const bool excluded = mode_ == Mode::NotEmpty && p.at == begin_;
        if (memo_->results.find(Memo::key(p, excluded))->second.second) break;
        if (state.op == Op::Choice)
          p.state = state.other;
        else
          enter(state, p);
        continue;
      }
      case Op::Jump:
      case Op::TextBegin:
      case Op::TextEnd: break;
    }
    p.state = state.next;
  }
}

}  // namespace nilas::eval::regex
