#pragma once
// From the plain structs of analysis/ to the protocol: byte offsets become positions, paths become
// URIs.

#include "lsp/analysis/finding.hpp"
#include "lsp/documents.hpp"
#include "lsp/protocol/diagnostics.hpp"

namespace nilas::lsp {

/// Places in `document` keep the spelling of the client's URI.
struct WireContext {
  const DocumentSnapshot& document;
  PositionEncoding encoding;
  bool related_information;
  bool code_description = false;
};

/// Where a diagnostic is explained.
std::string documentation_link(std::string_view code);

Location to_location(const analysis::Place& place, const WireContext& context);
WireDiagnostic to_wire(const analysis::Finding& finding, const WireContext& context);

/// At most 500: the errors, then as many of the others as there is room for, in their order. More
/// would only slow the editor down.
std::vector<WireDiagnostic> to_wire(std::vector<analysis::Finding> findings,
                                    const WireContext& context);

}  // namespace nilas::lsp
