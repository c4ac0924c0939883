#pragma once
// Work-done progress (LSP 3.17): told to the client only if the work takes long.

#include <functional>
#include <memory>
#include <string>

#include "lsp/server.hpp"

namespace nilas::lsp {

/// Made and ended on the strand. Begins to be shown after a second; ends with end(), at the latest
/// when destroyed.
class Progress : public std::enable_shared_from_this<Progress> {
 public:
  /// `token`: workDoneToken of a request, or null: then one is asked for, if the client supports
  /// that.
  /// `cancel` is called on the strand if the user cancels (window/workDoneProgress/cancel).
  static std::shared_ptr<Progress> start(Server& server, Json token, std::string title,
                                         std::function<void()> cancel);
  ~Progress() { end(); }
  void end();

  Progress(Server& server, Json token, std::string title, std::function<void()> cancel);

 private:
  void begin();
  void report(Json value);

  Server& server_;
  Json token_;
  std::string title_;
  std::function<void()> cancel_;
  StrandTimer timer_;
  bool shown_ = false, ended_ = false;
};

}  // namespace nilas::lsp
