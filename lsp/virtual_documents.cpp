#include "lsp/virtual_documents.hpp"

#include <charconv>
#include <fmt/format.h>

#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

using Kind = VirtualDocument::Kind;

struct KindNames {
  Kind kind;
  std::string_view folder, extension, title;
};
constexpr KindNames kKinds[] = {
    {Kind::Value, "value", "nix", "Show the whole value"},
    {Kind::Derivation, "derivation", "json", "Show the derivation"},
    {Kind::Aterm, "aterm", "drv", "Show the derivation as a .drv file"},
};

const KindNames& names_of(Kind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

/// The name of the document without folders, extension, and what editors append to URIs; encoded,
/// whether or not the editor did so.
std::string stem(std::string_view uri) {
  uri = uri.substr(uri.rfind('/') + 1);
  uri = uri.substr(0, uri.find_first_of("?#"));
  if (const size_t dot = uri.rfind('.'); dot != 0) uri = uri.substr(0, dot);
  return percent_encode(percent_decode(uri).value_or(std::string(uri)));
}

/// The number in front of the next comma; takes both away.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ',') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return number;
}

}  // namespace

std::string to_uri(const VirtualDocument& d) {
  const KindNames& names = names_of(d.kind);
  return fmt::format("{}://{}/{}.{}?{}", kVirtualScheme, names.folder, stem(d.uri), names.extension,
                     percent_encode(fmt::format("{},{},{}", d.version, d.offset, d.uri)));
}

std::optional<VirtualDocument> parse_virtual_uri(std::string_view uri) {
  for (const KindNames& names : kKinds) {
    if (!uri.starts_with(fmt::format("{}://{}/", kVirtualScheme, names.folder))) continue;
    const size_t mark = uri.find('?');
    if (mark == std::string_view::npos) return std::nullopt;
    const auto query = percent_decode(uri.substr(mark + 1));
    if (!query) return std::nullopt;
    std::string_view rest = *query;
    const auto version = take_number<int64_t>(rest);
    const auto offset = version ? take_number<uint32_t>(rest) : std::nullopt;
    if (!offset) return std::nullopt;
    return VirtualDocument{names.kind, *version, *offset, std::string(rest)};
  }
  return std::nullopt;
}

Json show_actions(const DocumentSnapshot& document, uint32_t offset) {
  Json actions = Json::array();
  for (const KindNames& names : kKinds) {
    Json command = Json::object(
        {{"title", names.title},
         {"command", kShowCommand},
         {"arguments",
          Json::array({to_uri({names.kind, document.version, offset, document.uri})})}});
    actions.push_back(Json::object(
        {{"title", names.title}, {"kind", kShowKind}, {"command", std::move(command)}}));
  }
  return actions;
}

}  // namespace nilas::lsp
