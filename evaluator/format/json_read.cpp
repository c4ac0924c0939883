#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "evaluator/builtins/support.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/format/json_lexer.hpp"
#include "evaluator/format/pause.hpp"

namespace nilas::eval {

namespace {

using json::Lexer;
using json::name_of;
using json::Token;

/// Builds values bottom-up. Nothing runs meanwhile, so nothing is rooted.
class Reader {
 public:
  Reader(Vm& vm, std::string_view text) : vm_(vm), lexer_(text) {}
  Value read();

 private:
  struct Container {
    bool is_object;
    size_t first;  // of its values in values_
    size_t first_name;
  };

  void next() {
    token_ = lexer_.scan();
    if (++tokens_ % kStepsPerPause == 0) vm_.poll();
  }
  Value scalar();
  Value make_number();
  Value close();
  void read_name();
  [[noreturn]] void fail(std::string_view context, std::string_view expected);
  [[noreturn]] void fail_raw(std::string_view message);

  Vm& vm_;
  Lexer lexer_;
  Token token_ = Token::End;
  uint32_t tokens_ = 0;
  std::vector<Container> open_;
  std::vector<Value> values_;
  std::vector<Symbol> names_;
};

void Reader::fail_raw(std::string_view message) {
  throw EvalError(ErrorKind::Other, cat("[json.exception.parse_error.101] parse error at ",
                                        lexer_.position(), ": ", message));
}

void Reader::fail(std::string_view context, std::string_view expected) {
  std::string message = cat("syntax error while parsing ", context, " - ");
  if (token_ == Token::Error) {
    message += cat(lexer_.error(), "; last read: '", lexer_.last_read(), "'");
  } else {
    message += cat("unexpected ", name_of(token_));
  }
  if (!expected.empty()) message += cat("; expected ", expected);
  fail_raw(message);
}

/// A name and its colon; `token_` should be the name.
void Reader::read_name() {
  if (token_ != Token::String) fail("object key", name_of(Token::String));
  builtins::refuse_nul(lexer_.string);
  names_.push_back(vm_.symbols.intern(lexer_.string));
  next();
  if (token_ != Token::NameSeparator) fail("object separator", name_of(Token::NameSeparator));
  next();
}

Value Reader::make_number() {
  if (token_ == Token::Signed) return vm_.make_int(lexer_.signed_value);
  if (token_ == Token::Unsigned) {
    if (lexer_.unsigned_value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      throw EvalError(ErrorKind::Other, cat("unsigned json number ", lexer_.unsigned_value,
                                            " outside of Nix integer range"));
    }
    return vm_.make_int(static_cast<int64_t>(lexer_.unsigned_value));
  }
  if (!std::isfinite(lexer_.float_value)) {
    throw EvalError(ErrorKind::Other,
                    cat("[json.exception.out_of_range.406] number overflow parsing '",
                        lexer_.number_text(), "'"));
  }
  return vm_.make_float(lexer_.float_value);
}

Value Reader::scalar() {
  switch (token_) {
    case Token::True: return Value::boolean(true);
    case Token::False: return Value::boolean(false);
    case Token::Null: return Value::null();
    case Token::String: builtins::refuse_nul(lexer_.string); return vm_.make_string(lexer_.string);
    case Token::Unsigned:
    case Token::Signed:
    case Token::Float: return make_number();
    case Token::Error: fail("value", "");
    case Token::End:
      if (lexer_.read() == 1) {
        fail_raw(
            "attempting to parse an empty input; check that your input string or stream contains "
            "the expected JSON");
      }
      [[fallthrough]];
    default: fail("value", "'[', '{', or a literal");
  }
}

Value Reader::close() {
  const Container container = open_.back();
  open_.pop_back();
  Value result;
  if (container.is_object) {
    AttrsBuilder attrs(vm_, values_.size() - container.first);
    for (size_t i = 0; container.first + i < values_.size(); ++i) {
      attrs.add(names_[container.first_name + i], values_[container.first + i]);
    }
    names_.resize(container.first_name);
    result = attrs.finish();
  } else {
    result = builtins::make_list(vm_, std::span(values_).subspan(container.first));
  }
  values_.resize(container.first);
  return result;
}

Value Reader::read() {
  next();
  for (;;) {
    // A value starts here.
    Value value;
    if (token_ == Token::BeginArray || token_ == Token::BeginObject) {
      const bool is_object = token_ == Token::BeginObject;
      open_.push_back({is_object, values_.size(), names_.size()});
      next();
      if (token_ != (is_object ? Token::EndObject : Token::EndArray)) {
        if (is_object) read_name();
        continue;
      }
      value = close();
    } else {
      value = scalar();
    }
    // A value ended here, and perhaps the containers around it.
    for (;;) {
      next();
      if (open_.empty()) {
        if (token_ != Token::End) fail("value", name_of(Token::End));
        return value;
      }
      const bool is_object = open_.back().is_object;
      values_.push_back(value);
      if (token_ == Token::ValueSeparator) {
        next();
        if (is_object) read_name();
        break;
      }
      const Token end = is_object ? Token::EndObject : Token::EndArray;
      if (token_ != end) fail(is_object ? "object" : "array", name_of(end));
      value = close();
    }
  }
}

}  // namespace

Value from_json(Vm& vm, std::string_view text) {
  try {
    return Reader(vm, text).read();
  } catch (EvalError& error) {
    if (error.data().message.starts_with("[json")) error.trace("while decoding a JSON string");
    throw;
  }
}

}  // namespace nilas::eval
