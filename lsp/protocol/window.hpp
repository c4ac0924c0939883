#pragma once
// LSP 3.17, "Window Features" and "Work Done Progress".

#include <string>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

namespace MessageType {
inline constexpr int Error = 1, Warning = 2, Info = 3, Log = 4;
}

/// Of window/logMessage and window/showMessage.
struct LogMessageParams {
  int type;
  std::string message;
};

inline void to_json(Json& j, const LogMessageParams& p) {
  j = Json::object({{"type", p.type}, {"message", p.message}});
}

}  // namespace nilas::lsp
