#include "evaluator/builtins/regex_classes.hpp"

#include <string>

namespace nilas::eval::regex {

namespace {

/// Names of the collating symbols, by code, each with a space behind it.
constexpr std::string_view kCollatingNames =
    "NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed "
    "carriage-return SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 "
    "space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand "
    "apostrophe left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period "
    "slash zero one two three four five six seven eight nine colon semicolon less-than-sign "
    "equals-sign greater-than-sign question-mark commercial-at A B C D E F G H I J K L M N O "
    "P Q R S T U V W X Y Z left-square-bracket backslash right-square-bracket circumflex "
    "underscore grave-accent a b c d e f g h i j k l m n o p q r s t u v w x y z "
    "left-curly-bracket vertical-line right-curly-bracket tilde DEL ";

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<ByteSet> character_class(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    c = to_lower(c);
  const auto between = [](int c, int low, int high) { return c >= low && c <= high; };
  bool known = true;
  ByteSet set;
  for (int c = 0; c < 128; ++c) {
    const bool upper = between(c, 'A', 'Z'), small = between(c, 'a', 'z');
    const bool digit = between(c, '0', '9'), graph = between(c, 33, 126);
    const bool alnum = upper || small || digit;
    bool in = false;
    if (lower == "alpha")
      in = upper || small;
    else if (lower == "digit" || lower == "d")
      in = digit;
    else if (lower == "alnum")
      in = alnum;
    else if (lower == "w")
      in = alnum || c == '_';
    else if (lower == "space" || lower == "s")
      in = c == ' ' || between(c, 9, 13);
    else if (lower == "blank")
      in = c == ' ' || c == '\t';
    else if (lower == "upper")
      in = upper;
    else if (lower == "lower")
      in = small;
    else if (lower == "punct")
      in = graph && !alnum;
    else if (lower == "graph")
      in = graph;
    else if (lower == "print")
      in = graph || c == ' ';
    else if (lower == "cntrl")
      in = c < 32 || c == 127;
    else if (lower == "xdigit")
      in = digit || between(c, 'a', 'f') || between(c, 'A', 'F');
    else
      known = false;
    set[static_cast<size_t>(c)] = in;
  }
  return known ? std::optional(set) : std::nullopt;
}

std::optional<char> collating_symbol(std::string_view name) {
  std::string_view rest = kCollatingNames;
  for (char code = 0; !rest.empty(); ++code) {
    const size_t end = rest.find(' ');
    if (rest.substr(0, end) == name) return code;
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

ByteSet equivalence_class(char c) {
  ByteSet set;
  for (int b = 0; b < 128; ++b) {
    if (to_lower(static_cast<char>(b)) == to_lower(c)) set.set(static_cast<size_t>(b));
  }
  return set;
}

}  // namespace nilas::eval::regex
