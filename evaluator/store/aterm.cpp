#include "evaluator/store/aterm.hpp"

#include <array>

#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

struct SyntaxError {
  std::string message;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Derivation derivation();

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw SyntaxError{cat("expected ", expected, " at byte ", at_)};
  }
  bool accept(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail(cat("'", token, "'"));
  }
  /// Calls `item` for each element of [a,b,c].
  template <class Item>
  void list(Item item) {
    expect("[");
    if (accept("]")) return;
    do {
      item();
    } while (accept(","));
    expect("]");
  }

  std::string string();
  std::vector<std::string> strings();
  void input(std::vector<InputDerivation>& inputs);

  std::string_view text_;
  size_t at_ = 0;
};

std::string Reader::string() {
  expect("\"");
  std::string out;
  while (true) {
    const size_t stop = text_.find_first_of("\"\\", at_);
    if (stop == text_.npos) fail("the end of a string");
    out += text_.substr(at_, stop - at_);
    at_ = stop + 1;
    if (text_[stop] == '"') return out;
    if (at_ == text_.size()) fail("an escaped character");
    const char c = text_[at_++];
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
  }
}

std::vector<std::string> Reader::strings() {
  std::vector<std::string> all;
  list([&] { all.push_back(string()); });
  return all;
}

// Reads the node behind a derivation's path: [outputs], or ([outputs],[(output,node),...]) where
// other nodes nest. Each node becomes an entry of its own; `chain` is the way to the one being
// read.
void Reader::input(std::vector<InputDerivation>& inputs) {
  expect("(");
  const std::string path = string();
  expect(",");
  std::vector<std::string> chain;
  while (true) {
    const bool nested = accept("(");
    std::vector<std::string> outputs = strings();
    if (!outputs.empty() || !nested) inputs.push_back({path, chain, std::move(outputs)});
    if (nested) {
      expect(",[(");
      chain.push_back(string());
      expect(",");
      continue;
    }
    // Leave the nodes that end here; another child may follow at any level.
    bool another = false;
    while (!chain.empty() && !another) {
      expect(")");
      chain.pop_back();
      another = accept(",(");
      if (!another) expect("])");
    }
    if (!another) break;
    chain.push_back(string());
    expect(",");
  }
  expect(")");
}

Derivation Reader::derivation() {
  Derivation drv;
  if (!accept("Derive(")) {
    if (!accept("DrvWithVersion(")) fail("'Derive('");
    if (string() != "xp-dyn-drv") fail("version \"xp-dyn-drv\"");
    expect(",");
  }
  list([&] {
    DerivationOutput output;
    expect("(");
    output.name = string();
    expect(",");
    output.path = string();
    expect(",");
    output.algorithm = string();
    expect(",");
    output.hash = string();
    expect(")");
    drv.outputs.push_back(std::move(output));
  });
  expect(",");
  drv.inputs_begin = at_;
  list([&] { input(drv.input_derivations); });
  drv.inputs_end = at_;
  expect(",");
  drv.input_sources = strings();
  expect(",");
  drv.system = string();
  expect(",");
  drv.builder = string();
  expect(",");
  drv.args = strings();
  expect(",");
  list([&] {
    expect("(");
    std::string name = string();
    expect(",");
    drv.env.emplace_back(std::move(name), string());
    expect(")");
  });
  expect(")");
  return drv;
}

}  // namespace

std::expected<Derivation, std::string> parse_derivation(std::string_view text) {
  try {
    return Reader(text).derivation();
  } catch (SyntaxError& error) {
    return std::unexpected(std::move(error.message));
  }
}

void append_escaped(std::string& to, std::string_view text) {
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char letter = kEscapes[static_cast<unsigned char>(text[i])];
    if (letter == 0) [[likely]]
      continue;
    to.append(text, done, i - done);
    to += '\\';
    to += letter;
    done = i + 1;
  }
  to.append(text, done);
}

void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  to += text;
  to += '"';
}

}  // namespace nilas::eval
