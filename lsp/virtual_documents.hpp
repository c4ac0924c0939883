#pragma once
// Documents that exist nowhere: what an expression of an open document evaluates to, to be read in
// the editor as a file is (LSP 3.18, "Text Document Content").
//
//     nilas://value/main.nix?VERSION,OFFSET,URI         the whole value, as Nix
//     nilas://derivation/main.json?VERSION,OFFSET,URI   the derivation, as JSON
//     nilas://aterm/main.drv?VERSION,OFFSET,URI         the derivation, as the .drv file
//
// What follows `?` is percent-encoded once and as a whole: some editors decode and encode it anew.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lsp/documents.hpp"

namespace nilas::lsp {

constexpr std::string_view kVirtualScheme = "nilas";
/// Command of the server, with the URI as its argument: asks the client to show it.
constexpr std::string_view kShowCommand = "nilas.show";
/// Kind of the code actions that lead to virtual documents.
constexpr std::string_view kShowKind = "nilas.show";

struct VirtualDocument {
  enum class Kind : uint8_t { Value, Derivation, Aterm } kind;
  int64_t version;  ///< of the document at `uri`
  uint32_t offset;  ///< bytes, of the expression
  std::string uri;
};

std::string to_uri(const VirtualDocument& document);
/// nullopt: not one of ours.
std::optional<VirtualDocument> parse_virtual_uri(std::string_view uri);

/// Code actions that show what is at `offset`, as JSON of the protocol.
Json show_actions(const DocumentSnapshot& document, uint32_t offset);

}  // namespace nilas::lsp
