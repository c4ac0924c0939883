// builtins.match and builtins.split.
//
// RE2 answers whether and where something matches, and by which groups, where its rules are libstdc++'s (regex_program.hpp):
//  - a whole match: unless a repetition has a body that can match nothing;
//  - a search: if there are no alternatives either, and the expression does not match "".
// Otherwise it finds where a match starts, which is the same under both rules, and Runner finds the rest.

#include <algorithm>
#include <memory>
#include <new>
#include <re2/re2.h>
#include <unordered_map>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/builtins/regex_program.hpp"

namespace nilas::eval::builtins {

namespace {

using regex::Program;
using regex::Range;
using regex::Runner;

struct Regex {
  Program program;
  std::unique_ptr<re2::RE2> re2;  // null: RE2 cannot do this one
};

/// Sequence of matches in a text, as std::regex_iterator goes through them.
class Matches {
 public:
  Matches(const Regex& regex, std::string_view text)
      : regex_(regex), text_(text), runner_(regex.program, text) {
    const Program& p = regex.program;
    re2_alone_ = regex.re2 && !p.has_choice && !p.has_nullable_body && !p.nullable;
    pieces_.resize(1 + p.groups);
  }

  /// The next match, or false.
  bool next() {
    if (!started_) {
      started_ = true;
      return search(0);
    }
    if (!empty()) return search(whole_.end);
    // Behind an empty match: one right here that is not empty, or any further on.
    if (whole_.end == text_.size()) return false;
    const size_t at = whole_.end;
    if (const auto end = runner_.match(at, Runner::Mode::NotEmpty)) {
      whole_ = {at, *end};
      return true;
    }
    return search(at + 1);
  }

  Range whole() const { return whole_; }
  std::span<const Range> groups() const { return re2_alone_ ? re2_groups_ : runner_.groups(); }

 private:
  bool empty() const { return whole_.begin == whole_.end; }

  bool search(size_t from) {
    if (!re2_alone_) {
      // Nearby the runner is quicker: what it found out once it knows, while RE2 may look to the end of the text again.
      constexpr size_t kNearby = 64;
      const size_t end = regex_.re2 ? std::min(text_.size(), from + kNearby) : text_.size();
      for (; from <= end; ++from) {
        if (match_at(from)) return true;
      }
      if (from > text_.size()) return false;
    }
    const int wanted = re2_alone_ ? static_cast<int>(pieces_.size()) : 1;
    if (!regex_.re2->Match({text_.data(), text_.size()}, from, text_.size(), re2::RE2::UNANCHORED,
                           pieces_.data(), wanted)) {
      return false;
    }
    if (!re2_alone_) return match_at(range_of(pieces_[0]).begin);
    whole_ = range_of(pieces_[0]);
    re2_groups_.clear();
    for (size_t i = 1; i < pieces_.size(); ++i)
      re2_groups_.push_back(range_of(pieces_[i]));
    return true;
  }

  bool match_at(size_t at) {
    const auto end = runner_.match(at, Runner::Mode::Prefix);
    if (end) whole_ = {at, *end};
    return end.has_value();
  }

  Range range_of(re2::StringPiece piece) const {
    if (piece.data() == nullptr) return {};
    const auto begin = static_cast<size_t>(piece.data() - text_.data());
    return {begin, begin + piece.size()};
  }

  const Regex& regex_;
  std::string_view text_;
  Runner runner_;
  bool re2_alone_;
  bool started_ = false;
  Range whole_;
  std::vector<re2::StringPiece> pieces_;
  std::vector<Range> re2_groups_;
};

// --- Compiling -------------------------------------------------------------------------------------------------------

[[noreturn]] void fail_pattern(Vm& vm, regex::ParseError error, std::string_view pattern) {
  const std::string_view what = error == regex::ParseError::TooLarge
                                    ? "memory limit exceeded by regular expression '"
                                    : "invalid regular expression '";
  vm.fail(ErrorKind::Other, cat(what, pattern, "'"));
}

std::shared_ptr<const Regex> compile(Vm& vm, std::string_view pattern) {
  regex::ParseResult parsed = regex::parse(pattern);
  if (!parsed.program) fail_pattern(vm, parsed.error, pattern);
  auto result = std::make_shared<Regex>(Regex{std::move(*parsed.program), nullptr});
  if (result->program.re2) {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    auto re2 = std::make_unique<re2::RE2>(*result->program.re2, options);
    if (re2->ok()) result->re2 = std::move(re2);
  }
  return result;
}

/// Compiled once and kept: library code uses the same few expressions over and over.
std::shared_ptr<const Regex> compiled(Vm& vm, std::string_view pattern) {
  constexpr size_t kMaxKept = 512;
  thread_local std::unordered_map<std::string, std::shared_ptr<const Regex>> kept;
  std::string key(pattern);
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  auto result = compile(vm, pattern);
  if (kept.size() >= kMaxKept) kept.clear();
  kept.emplace(std::move(key), result);
  return result;
}

// --- Results ---------------------------------------------------------------------------------------------------------

/// Captured texts, null for groups that took no part. Without context, as in C++ Nix.
Value group_list(Vm& vm, std::string_view text, std::span<const Range> groups) {
  List* list = vm.alloc_list(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const Range r = groups[i];
    list->items[i] = r.begin == std::string_view::npos
                         ? Value::null()
                         : vm.make_string(text.substr(r.begin, r.end - r.begin));
  }
  return Value::of(list);
}

/// Groups if all of `text` matches, or null.
Value match_whole(Vm& vm, const Regex& regex, std::string_view text) {
  const Program& program = regex.program;
  if (regex.re2) {
    const bool has_groups = program.groups > 0;
    const bool re2_alone = !program.has_nullable_body;
    std::vector<re2::StringPiece> pieces(has_groups && re2_alone ? 1 + program.groups : 0);
    if (!regex.re2->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::ANCHOR_BOTH,
                          pieces.data(), static_cast<int>(pieces.size()))) {
      return Value::null();
    }
    if (!has_groups) return vm.empty_list();
    if (re2_alone) {
      std::vector<Range> groups;
      for (size_t i = 1; i < pieces.size(); ++i) {
        const auto begin = static_cast<size_t>(pieces[i].data() - text.data());
        groups.push_back(pieces[i].data() == nullptr ? Range{}
                                                     : Range{begin, begin + pieces[i].size()});
      }
      return group_list(vm, text, groups);
    }
  }
  Runner runner(program, text);
  if (!runner.match(0, Runner::Mode::Whole)) return Value::null();
  return group_list(vm, text, runner.groups());
}

/// The texts between matches, and between these the groups of each match. `string` itself if nothing matches.
Value split_at_matches(Vm& vm, const Regex& regex, Value string) {
  const std::string_view text = vm.view(string);
  std::vector<Value> parts;
  size_t rest = 0;
  for (Matches matches(regex, text); matches.next();) {
    const Range match = matches.whole();
    parts.push_back(vm.make_string(text.substr(rest, match.begin - rest)));
    parts.push_back(group_list(vm, text, matches.groups()));
    rest = match.end;
  }
  parts.push_back(parts.empty() ? string : vm.make_string(text.substr(rest)));
  return make_list(vm, parts);
}

}  // namespace

Value match(Vm& vm, Args args) {
  const std::string_view pattern = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.match");
  const auto regex = compiled(vm, pattern);
  const std::string_view text =
      vm.expect_string(args[1], "while evaluating the second argument passed to builtins.match");
  try {
    return match_whole(vm, *regex, text);
  } catch (const std::bad_alloc&) {
    fail_pattern(vm, regex::ParseError::TooLarge, pattern);
  }
}

Value split(Vm& vm, Args args) {
  const std::string_view pattern = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.split");
  const auto regex = compiled(vm, pattern);
  vm.expect_string(args[1], "while evaluating the second argument passed to builtins.split");
  try {
    return split_at_matches(vm, *regex, args[1]);
  } catch (const std::bad_alloc&) {
    fail_pattern(vm, regex::ParseError::TooLarge, pattern);
  }
}

}  // namespace nilas::eval::builtins
