#include "lsp/analysis/document_links.hpp"

#include <algorithm>
#include <array>

#include "lsp/analysis/static_definition.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxUrl = 2000;

/// `owner/repo/ref` of a forge: the page of that tree.
std::string forge_page(std::string_view site, std::string_view tree, std::string_view rest) {
  rest = rest.substr(0, rest.find_first_of("?#"));
  const size_t owner = rest.find('/');
  if (owner == 0 || owner == std::string_view::npos || owner + 1 == rest.size()) return {};
  const size_t repo = rest.find('/', owner + 1);
  std::string out(site);
  out += rest.substr(0, repo);
  if (repo != std::string_view::npos && repo + 1 < rest.size()) {
    out += tree;
    out += rest.substr(repo + 1);
  }
  return out;
}

bool is_url_text(std::string_view s) {
  return s.size() <= kMaxUrl && std::ranges::all_of(s, [](char c) {
           return c > ' ' && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
         });
}

}  // namespace

std::string url_of(std::string_view text) {
  if (!is_url_text(text)) return {};
  struct Forge {
    std::string_view scheme, site, tree;
  };
  constexpr std::array kForges = {
      Forge{"github:", "https://github.com/", "/tree/"},
      Forge{"gitlab:", "https://gitlab.com/", "/-/tree/"},
      Forge{"sourcehut:", "https://git.sr.ht/", "/tree/"},
  };
  for (const Forge& forge : kForges) {
    if (text.starts_with(forge.scheme))
      return forge_page(forge.site, forge.tree, text.substr(forge.scheme.size()));
  }
  for (const std::string_view wrapper : {"git+", "tarball+", "file+", "hg+"}) {
    if (text.starts_with(wrapper)) {
      text.remove_prefix(wrapper.size());
      break;
    }
  }
  for (const std::string_view scheme : {"https://", "http://", "ftp://"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) return std::string(text);
  }
  return {};
}

std::vector<DocumentLink> document_links(const syntax::Ast& ast) {
  std::vector<DocumentLink> out;
  for (syntax::NodeId id = 0; id < ast.nodes.size(); ++id) {
    const syntax::Node& n = ast[id];
    if (n.kind == NodeKind::SearchPath) {
      out.push_back({n.span, LinkKind::SearchPath, std::string(ast.text(n.a))});
    } else if (n.kind == NodeKind::Path) {
      if (const auto path = literal_path(ast, id))
        out.push_back({n.span, LinkKind::Path, std::string(*path)});
    } else if (n.kind == NodeKind::String && n.b == 1 &&
               ast.string_parts(n)[0].expr == syntax::kNoNode) {
      std::string url = url_of(ast.text(ast.string_parts(n)[0].text));
      if (url.empty()) continue;
      const bool bare = static_cast<syntax::StringStyle>(n.op) == syntax::StringStyle::Url;
      const bool quoted = static_cast<syntax::StringStyle>(n.op) == syntax::StringStyle::Quoted;
      const uint32_t quotes = bare ? 0 : quoted ? 1 : 2;
      out.push_back({{n.span.begin + quotes, std::max(n.span.begin + quotes, n.span.end - quotes)},
                     LinkKind::Url,
                     std::move(url)});
    }
  }
  std::ranges::sort(out, {}, [](const DocumentLink& l) { return l.span.begin; });
  return out;
}

}  // namespace nilas::analysis
