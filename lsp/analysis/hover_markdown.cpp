#include "lsp/analysis/hover_markdown.hpp"

#include <algorithm>

namespace nilas::analysis {
namespace {

constexpr size_t kMaxCode = 32000;
constexpr size_t kMaxDocumentation = 6000;
constexpr size_t kMaxMessage = 1500;

/// `s`, cut at a character's boundary.
std::string cut(std::string_view s, size_t limit) {
  if (s.size() <= limit) return std::string(s);
  while (limit > 0 && (static_cast<unsigned char>(s[limit]) & 0xc0) == 0x80)
    --limit;
  return std::string(s.substr(0, limit)) + " ...";
}

class Writer {
 public:
  explicit Writer(const HoverStyle& style) : style_(style) {}

  void paragraph(std::string_view text) {
    if (text.empty()) return;
    if (!out_.empty()) out_ += "\n\n";
    out_ += text;
  }

  void fenced(std::string_view code) {
    if (code.empty()) return;
    const std::string text = cut(code, kMaxCode);
    if (!markdown()) return paragraph(text);
    // A fence longer than any run of backticks inside.
    size_t longest = 2, run = 0;
    for (const char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    paragraph(fence + "nix\n" + text + "\n" + fence);
  }

  void rule() {
    if (!out_.empty() && markdown()) paragraph("---");
  }

  std::string escaped(std::string_view s) const {
    if (!markdown()) return std::string(s);
    std::string out;
    for (const char c : s) {
      if (std::string_view("\\`*_[]<>#|~").find(c) != std::string_view::npos) out += '\\';
      if (c == '\n') out += "  ";  // a hard line break
      out += c;
    }
    return out;
  }

  std::string link(const Place& place) const {
    const std::string name = style_.place_name(place);
    const std::string target = style_.place_link(place);
    if (!markdown() || target.empty()) return escaped(name);
    return "[" + escaped(name) + "](" + target + ")";
  }

  std::string strong(std::string_view s) const {
    return markdown() ? "**" + std::string(s) + "**" : std::string(s);
  }
  std::string italic(std::string_view s) const {
    return markdown() ? "*" + std::string(s) + "*" : std::string(s);
  }
  std::string code(std::string_view s) const {
    return markdown() && !s.contains('`') ? "`" + std::string(s) + "`" : escaped(s);
  }
  bool markdown() const { return style_.format == HoverFormat::Markdown; }
  std::string take() { return std::move(out_); }

 private:
  const HoverStyle& style_;
  std::string out_;
};

void write_error(Writer& w, const HoverError& error) {
  w.paragraph(w.strong("error:") + " " + w.escaped(cut(error.message, kMaxMessage)));
  if (error.thrown) w.paragraph("thrown at " + w.link(*error.thrown));
  if (error.step)
    w.paragraph("… " + w.escaped(cut(error.step->message, 300)) + " at " +
                w.link(error.step->place));
}

void write_facts(Writer& w, const std::vector<HoverFact>& facts) {
  std::string lines;
  for (const HoverFact& fact : facts) {
    if (!lines.empty()) lines += w.markdown() ? "  \n" : "\n";
    lines += fact.name + ": " + w.code(cut(fact.value, 1000));
  }
  w.paragraph(lines);
}

std::string_view label(DefinitionKind kind) {
  switch (kind) {
    case DefinitionKind::LetBinding: return "let binding";
    case DefinitionKind::Attribute: return "attribute";
    case DefinitionKind::Parameter: return "parameter";
    case DefinitionKind::Builtin: return "builtin";
  }
  return {};
}

std::string summary(const Writer& w, const HoverContent& content) {
  std::string line;
  const auto add = [&](const std::string& part) {
    if (!line.empty()) line += " · ";
    line += part;
  };
  if (!content.type.empty()) add(w.italic(content.type));
  if (content.definition) {
    const Definition& d = *content.definition;
    std::string text(label(d.kind) == content.type ? "" : label(d.kind));
    if (!d.name.empty()) text += (text.empty() ? "" : " ") + w.code(cut(d.name, 200));
    if (d.place) text += ", defined at " + w.link(*d.place);
    add(text);
  }
  const bool elsewhere =
      content.function && !(content.definition && content.definition->place &&
                            content.definition->place->path == content.function->path &&
                            w.link(*content.definition->place) == w.link(*content.function));
  if (elsewhere) add("function at " + w.link(*content.function));
  return line;
}

std::string argument_text(const Writer& w, const HoverContent& content) {
  std::string text = w.italic("Its argument in the call at") + " " + w.link(*content.argument);
  if (content.other_arguments == 1) text += w.italic("; another call gives another one");
  if (content.other_arguments > 1)
    text += w.italic("; " + std::to_string(content.other_arguments) + " calls give others");
  return text;
}

}  // namespace

std::string hover_text(const HoverContent& content, const HoverStyle& style) {
  Writer w(style);
  w.fenced(content.code);
  if (content.error) write_error(w, *content.error);
  write_facts(w, content.facts);
  w.paragraph(content.note.empty() ? "" : w.italic(w.escaped(content.note)));
  if (content.argument) w.paragraph(argument_text(w, content));
  const std::string line = summary(w, content);
  if (!line.empty() || !content.documentation.empty()) w.rule();
  w.paragraph(line);
  w.paragraph(cut(content.documentation, kMaxDocumentation));
  return w.take();
}

}  // namespace nilas::analysis
