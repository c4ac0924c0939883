// What the literals of strings and paths contain.
#include "syntax/builder.hpp"

namespace nilas::syntax {
namespace {

// Escapes of "..." and of `''\x`: a line end of any kind becomes \n unless it is escaped.
std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\\' && i + 1 < raw.size()) {
      const char d = raw[++i];
      out += d == 'n' ? '\n' : d == 'r' ? '\r' : d == 't' ? '\t' : d;
    } else if (c == '\r') {
      out += '\n';
      if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
    } else {
      out += c;
    }
  }
  return out;
}

// Indentation of the lines of a '' string, piece by piece. Only spaces indent; a tab is text.
class Indentation {
 public:
  void text(std::string_view s) {
    for (const char c : s) {
      if (c == '\n') {
        at_start_ = true;
        current_ = 0;
      } else if (at_start_) {
        if (c == ' ') {
          ++current_;
        } else {
          other();
        }
      }
    }
  }
  // Something that is not white space: the line's indentation is known.
  void other() {
    if (!at_start_) return;
    at_start_ = false;
    least_ = std::min(least_, current_);
  }
  size_t least() const { return least_; }

 private:
  bool at_start_ = true;
  size_t current_ = 0;
  size_t least_ = 1000000;  // as in C++ Nix: what has no line with text loses all its spaces
};

// Takes `least` spaces from the beginning of each line, piece by piece.
class Stripper {
 public:
  explicit Stripper(size_t least) : least_(least) {}

  std::string text(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (const char c : s) {
      if (at_start_ && c == ' ') {
        if (dropped_++ >= least_) out += c;
        continue;
      }
      if (at_start_) dropped_ = 0;
      at_start_ = c == '\n';
      out += c;
    }
    return out;
  }
  void other() {
    at_start_ = false;
    dropped_ = 0;
  }

 private:
  size_t least_;
  bool at_start_ = true;
  size_t dropped_ = 0;
};

// The last line of a '' string does not count if it has nothing but spaces.
void drop_last_line(std::string& s) {
  const size_t newline = s.rfind('\n');
  if (newline != std::string::npos && s.find_first_not_of(' ', newline + 1) == std::string::npos) {
    s.resize(newline + 1);
  }
}

}  // namespace

// C++ Nix refuses the byte 0 in strings, which it keeps as C strings; it shows it as a picture.
void Builder::check_null(std::string_view bytes, Span span) {
  if (bytes.find('\0') == std::string_view::npos) return;
  std::string shown;
  for (const char c : bytes) {
    if (c == '\0') {
      shown += "\xe2\x90\x80";
    } else {
      shown += c;
    }
  }
  report(DiagnosticId::NullByte, span, shown);
}

std::string Builder::resolved(const PendingPart& part) {
  const std::string_view raw = source(part.span);
  switch (part.piece) {
    case IndPiece::Raw: break;
    case IndPiece::Dollar: return "$";
    case IndPiece::TwoQuotes: return "''";
    case IndPiece::Quote: return "'";
    case IndPiece::Escape: {
      std::string text = unescape(raw.substr(2));
      check_null(text, part.span);
      return text;
    }
  }
  std::string text = unescape(raw);
  check_null(text, part.span);
  return text;
}

NodeId Builder::string(Span span, NodeId first, size_t mark) {
  const auto begin = static_cast<uint32_t>(ast.parts.size());
  const auto count = static_cast<uint32_t>(pending_parts_.size() - mark);
  for (size_t i = mark; i < pending_parts_.size(); ++i) {
    const PendingPart& part = pending_parts_[i];
    Part out{.text = kNone, .expr = part.expr, .span = part.span};
    if (part.expr == kNoNode) {
      const std::string_view raw = source(part.span);
      const bool plain = raw.find_first_of(std::string_view("\\\r\0", 3)) == std::string_view::npos;
      out.text = plain ? text_id(raw) : text_id(resolved(part));
    }
    ast.parts.push_back(out);
  }
  pending_parts_.resize(mark);
  return add(NodeKind::String, span, first, begin, count, 0,
             static_cast<uint8_t>(StringStyle::Quoted));
}

NodeId Builder::ind_string(Span span, NodeId first, size_t mark) {
  Indentation indentation;
  for (size_t i = mark; i < pending_parts_.size(); ++i) {
    const PendingPart& part = pending_parts_[i];
    if (part.expr == kNoNode && part.piece == IndPiece::Raw) {
      indentation.text(source(part.span));
    } else {
      indentation.other();
    }
  }
  Stripper stripper(indentation.least());
  const auto begin = static_cast<uint32_t>(ast.parts.size());
  for (size_t i = mark; i < pending_parts_.size(); ++i) {
    const PendingPart& part = pending_parts_[i];
    if (part.expr != kNoNode) {
      stripper.other();
      ast.parts.push_back({.text = kNone, .expr = part.expr, .span = part.span});
      continue;
    }
    std::string text;
    if (part.piece == IndPiece::Raw) {
      check_null(source(part.span), part.span);
      text = stripper.text(source(part.span));
    } else {
      text = stripper.text(resolved(part));
    }
    if (i + 1 == pending_parts_.size()) drop_last_line(text);
    if (text.empty()) continue;
    ast.parts.push_back({.text = text_id(text), .expr = kNoNode, .span = part.span});
  }
  pending_parts_.resize(mark);
  return add(NodeKind::String, span, first, begin, static_cast<uint32_t>(ast.parts.size() - begin),
             0, static_cast<uint8_t>(StringStyle::Indented));
}

NodeId Builder::path(Span span, NodeId first, size_t mark) {
  const auto begin = static_cast<uint32_t>(ast.parts.size());
  for (size_t i = mark; i < pending_parts_.size(); ++i) {
    const PendingPart& part = pending_parts_[i];
    const bool text = part.expr == kNoNode;
    ast.parts.push_back(
        {.text = text ? text_id(source(part.span)) : kNone, .expr = part.expr, .span = part.span});
  }
  pending_parts_.resize(mark);
  const char lead = text_[span.begin];
  const PathStyle style = lead == '/'   ? PathStyle::Absolute
                          : lead == '~' ? PathStyle::Home
                                        : PathStyle::Relative;
  return add(NodeKind::Path, span, first, begin, static_cast<uint32_t>(ast.parts.size() - begin), 0,
             static_cast<uint8_t>(style));
}

}  // namespace nilas::syntax
