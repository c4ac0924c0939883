#pragma once
// The real file system as evaluation sees it: everything asked once is remembered, so that an
// evaluation sees one state
// of the world, and the memory tells afterwards whether that state is still the present one.
// Unsaved buffers lie over it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/host.hpp"
#include "lsp/fetch/background.hpp"
#include "lsp/fetch/fetcher.hpp"

namespace nilas::lsp {

/// Unsaved buffers by canonical path; immutable once made.
using Overlay = std::map<std::string, std::shared_ptr<const std::string>, std::less<>>;
using OverlayPtr = std::shared_ptr<const Overlay>;

/// What an untrusted workspace may read: paths at or below one of these, and no environment.
struct Confinement {
  std::vector<std::string> roots;
};

class FileHost final : public eval::EvalHost {
 public:
  using MessageSink = std::function<void(Message, std::string_view)>;

  explicit FileHost(MessageSink sink, std::optional<Confinement> confinement = std::nullopt,
                    std::shared_ptr<BackgroundFetcher> background = nullptr);

  /// What fetch() may do; by default nothing that writes or uses the network. Before the first use.
  void set_fetching(FetcherOptions options);

  eval::HostResult<std::string> read_file(std::string_view path) override;
  eval::HostResult<std::vector<eval::DirEntry>> list_directory(std::string_view path) override;
  eval::HostResult<eval::FileInfo> info(std::string_view path) override;
  eval::HostResult<std::string> read_link(std::string_view path) override;
  std::optional<std::string> environment(std::string_view name) override;
  int64_t current_time() override;
  std::string working_directory() override;
  std::optional<std::string> home_directory() override;
  void message(Message level, std::string_view text) override { sink_(level, text); }
  FetchResult fetch(const eval::FetchAttributes& input, const eval::FetchControl& control) override;
  std::expected<uint64_t, eval::FetchFailure> count_commits(
      std::string_view repository, std::string_view rev,
      const eval::FetchControl& control) override;

  /// Puts other buffers over the disk. False, and nothing changes, if something that was read
  /// already would now read
  /// differently: then this host's world is out of date. A buffer that equals its file changes
  /// nothing. O(buffers), and
  /// reads those that are new or gone.
  bool replace_overlay(OverlayPtr overlay);
  /// Whether what was read from the disk is still there unchanged: one lstat for each path read.
  bool is_current() const;
  /// Whether evaluation looked at `path`, or listed it.
  bool has_seen(std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  template <class T>
  using Memo = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  /// What the world knows of a file or listing: of the disk then, or of a buffer.
  struct Content {
    eval::FileInfo state;  ///< of the target, where a symlink was followed; type Other: a buffer
    uint64_t hash;         ///< of a file's bytes
  };
  bool would_differ(const std::string& path, const Overlay& next);
  const std::shared_ptr<const std::string>* buffer(std::string_view path) const;
  bool allowed(std::string_view path) const;

  Fetcher& fetcher();
  Fetcher::Mounted mounted(std::string_view path) const {
    return fetcher_ ? fetcher_->find_mount(path) : Fetcher::Mounted{};
  }

  MessageSink sink_;
  FetcherOptions fetching_;
  std::shared_ptr<BackgroundFetcher> background_;  ///< asked for what is not here; may be null
  std::unique_ptr<Fetcher> fetcher_;               ///< once something was to be fetched
  std::optional<Confinement> confinement_;
  OverlayPtr overlay_ = std::make_shared<const Overlay>();
  Memo<eval::HostResult<eval::FileInfo>> infos_;
  Memo<eval::HostResult<std::vector<eval::DirEntry>>> listings_;
  Memo<eval::HostResult<std::string>> links_;
  Memo<Content> contents_;
  Memo<std::optional<std::string>> variables_;
  std::optional<int64_t> time_;
};

}  // namespace nilas::lsp
