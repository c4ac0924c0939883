#pragma once
// Fetching for a server: on a thread of its own, one input after the other, into the cache. Whoever
// evaluates is told to come again, and finds there what has arrived.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "lsp/fetch/fetcher.hpp"

namespace nilas::lsp {

class BackgroundFetcher {
 public:
  /// Called on the fetcher's thread.
  struct Events {
    std::function<void(const std::string& what)> started;
    /// It is in the cache, or `error` says why not.
    std::function<void(const std::string& what, const std::string& error)> ended;
  };

  BackgroundFetcher(FetcherOptions options, Events events);
  ~BackgroundFetcher() { stop(); }
  BackgroundFetcher(const BackgroundFetcher&) = delete;
  BackgroundFetcher& operator=(const BackgroundFetcher&) = delete;

  /// Sees to it that `input` is fetched, unless that has just failed. What evaluation is to be told
  /// meanwhile. From any thread.
  eval::FetchFailure request(const eval::FetchAttributes& input);
  /// Gives up what is being fetched now.
  void cancel_current() { interrupted_ = true; }
  /// Ends the thread; no event comes after it.
  void stop();

 private:
  struct Failure {
    std::string message;
    std::chrono::steady_clock::time_point when;
  };
  void loop();

  FetcherOptions options_;
  Events events_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<eval::FetchAttributes> queue_;  ///< the first is being fetched
  std::map<std::string, Failure> failures_;  ///< by the input as JSON
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace nilas::lsp
