#pragma once
// Text as C++ Nix writes it to standard error.

#include <string>
#include <string_view>

namespace nilas::lsp {

/// Escape sequences, carriage returns and bells are left out. Tabs become spaces, to the next
/// column that 8 divides; columns are counted from the start of `text`, not of its line. O(bytes).
std::string terminal_text(std::string_view text);

}  // namespace nilas::lsp
