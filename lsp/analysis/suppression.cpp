#include "lsp/analysis/suppression.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

struct Marker {
  std::string_view text;
  std::string_view tool;  ///< of the column `others`; empty for ours
  size_t lead;            ///< bytes before the word that is searched for
  bool whole_file = false;
};

/// One of these is in every marker.
constexpr std::array<std::string_view, 2> kWords = {"ignore", "deadnix: skip"};

/// A longer marker stands before its prefix.
constexpr std::array kMarkers = {
    Marker{"nilas: ignore-file", "", 7, true}, Marker{"nilas: ignore", "", 7},
    Marker{"nilas:ignore-file", "", 6, true},  Marker{"nilas:ignore", "", 6},
    Marker{"nixf-ignore", "nixf", 5},          Marker{"statix: ignore", "statix", 8},
    Marker{"deadnix: skip", "deadnix", 0},
};

/// As string_view::find, which looks at every first letter; memmem skips what cannot be.
size_t find_fast(std::string_view text, std::string_view word, size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found = ::memmem(text.data() + from, text.size() - from, word.data(), word.size());
  return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data())
               : std::string_view::npos;
}

constexpr std::string_view kBlanks = " \t";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

size_t line_begin(std::string_view text, size_t at) {
  return at == 0 ? 0 : text.find_last_of("\r\n", at - 1) + 1;  // npos + 1 is 0
}

size_t line_end(std::string_view text, size_t at) {
  return std::min(text.find_first_of("\r\n", at), text.size());
}

/// Where the comment opens whose first word stands at `at`; npos if it is no comment's first word.
size_t comment_begin(std::string_view text, size_t at) {
  const size_t last = at == 0 ? std::string_view::npos : text.find_last_not_of(kBlanks, at - 1);
  if (last == std::string_view::npos) return last;
  if (text[last] == '#') return last;
  if (last > 0 && text[last] == '*' && text[last - 1] == '/') return last - 1;
  return std::string_view::npos;
}

/// Whether a tool's column of `others` has the name; any name of the tool if it is empty.
bool is_known_as(std::string_view others, std::string_view tool, std::string_view name) {
  const std::string want = std::string(tool) + ":" + std::string(name);
  for (size_t at = others.find(want); at != std::string_view::npos;
       at = others.find(want, at + 1)) {
    const size_t end = at + want.size();
    if (name.empty() || end == others.size() || others[end] == ' ') return true;
  }
  return false;
}

LintSet ids_of(std::string_view tool, std::string_view name) {
  LintSet ids;
  const auto table = syntax::all_diagnostics();
  for (size_t i = 0; i < table.size(); ++i) {
    ids[i] = tool.empty() ? name.empty() || table[i].name == name
                          : is_known_as(table[i].others, tool, name);
  }
  return ids;
}

/// The line a comment speaks of: its own, or the next with code in it if it stands alone.
Span target_of(std::string_view text, Span comment) {
  const size_t begin = line_begin(text, comment.begin);
  const std::string_view before = text.substr(begin, comment.begin - begin);
  size_t end = line_end(text, comment.end);
  const std::string_view after = text.substr(comment.end, end - comment.end);
  const bool alone = before.find_first_not_of(kBlanks) == std::string_view::npos &&
                     after.find_first_not_of(kBlanks) == std::string_view::npos;
  if (!alone) return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  // Further comments may stand between, but nothing more than lines that are one.
  size_t code = text.find_first_not_of(" \t\r\n", end);
  while (code != std::string_view::npos && text[code] == '#')
    code = text.find_first_not_of(" \t\r\n", line_end(text, code));
  if (code == std::string_view::npos) code = text.size();
  return {static_cast<uint32_t>(line_begin(text, code)),
          static_cast<uint32_t>(line_end(text, code))};
}

}  // namespace

Suppressions::Suppressions(std::string_view text, const syntax::Ast& ast) : text_(text) {
  // Nearly all texts have none; that must not take long to see.
  for (const std::string_view word : kWords) {
    for (size_t at = find_fast(text, word, 0); at != std::string_view::npos;
         at = find_fast(text, word, at + 1)) {
      read(text, at, ast);
    }
  }
  std::ranges::sort(comments_, {}, [](const Comment& c) { return c.span.begin; });
}

/// `at`: where the word stands that all markers of its kind have in common.
void Suppressions::read(std::string_view text, size_t at, const syntax::Ast& ast) {
  const Marker* marker = nullptr;
  for (const Marker& m : kMarkers) {
    if (at < m.lead || text.substr(at - m.lead, m.text.size()) != m.text) continue;
    marker = &m;
    break;
  }
  if (!marker) return;
  at -= marker->lead;
  const size_t begin = comment_begin(text, at);
  if (begin == std::string_view::npos) return;
  const bool in_string = std::ranges::any_of(ast.parts, [&](const syntax::Part& part) {
    return part.expr == syntax::kNone && part.span.begin <= at && at < part.span.end;
  });
  if (in_string) return;
  const bool block = text[begin] == '/';
  const size_t close = block ? text.find("*/", at) : line_end(text, at);
  if (close == std::string_view::npos) return;
  Comment comment{
      .span = {static_cast<uint32_t>(begin), static_cast<uint32_t>(close + (block ? 2 : 0))},
      .target = {},
      .ours = marker->tool.empty(),
      .names_all = false,
      .names = {}};
  comment.target = marker->whole_file ? Span{0, syntax::kNone} : target_of(text, comment.span);
  read_names(text, at + marker->text.size(), close, marker->tool, comment);
  comments_.push_back(std::move(comment));
}

/// Names in brackets, or after a colon or a blank; of ours only in brackets, so that a remark may
/// follow.
void Suppressions::read_names(std::string_view text, size_t at, size_t end, std::string_view tool,
                              Comment& comment) {
  if (tool.empty()) {
    const bool list = at < end && text[at] == '[';
    end = list ? std::min(end, text.find(']', at)) : at;
  }
  while (tool != "deadnix" && at < end) {
    if (!is_name_character(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < end && is_name_character(text[at]))
      ++at;
    comment.names.push_back({{static_cast<uint32_t>(begin), static_cast<uint32_t>(at)},
                             ids_of(tool, text.substr(begin, at - begin))});
  }
  comment.names_all = comment.names.empty();
  if (comment.names_all) comment.names.push_back({comment.span, ids_of(tool, "")});
}

bool Suppressions::covers(syntax::DiagnosticId id, uint32_t offset) {
  bool covered = false;
  for (Comment& comment : comments_) {
    if (offset < comment.target.begin || offset > comment.target.end) continue;
    for (Name& name : comment.names) {
      if (!name.ids[static_cast<size_t>(id)]) continue;
      name.used = covered = true;
    }
  }
  return covered;
}

std::vector<syntax::Diagnostic> Suppressions::problems(const LintSet& looked_for) const {
  std::vector<syntax::Diagnostic> found;
  for (const Comment& comment : comments_) {
    if (!comment.ours) continue;
    const bool all_unused = std::ranges::none_of(comment.names, [&](const Name& name) {
      return name.used || name.ids.none() || (name.ids & ~looked_for).any();
    });
    if (all_unused || (comment.names_all && !comment.names[0].used)) {
      found.push_back(
          syntax::make_diagnostic(syntax::DiagnosticId::UnusedSuppression, comment.span));
      continue;
    }
    for (const Name& name : comment.names) {
      if (name.ids.none()) {
        found.push_back(syntax::make_diagnostic(
            syntax::DiagnosticId::UnknownSuppression, name.span,
            text_.substr(name.span.begin, name.span.end - name.span.begin)));
      } else if (!name.used && (name.ids & ~looked_for).none()) {
        found.push_back(syntax::make_diagnostic(syntax::DiagnosticId::UnusedSuppression, name.span,
                                                " of this name"));
        found.back().subject = comment.span.begin;
      }
    }
  }
  return found;
}

}  // namespace nilas::analysis
