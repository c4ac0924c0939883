#include "lsp/fetch/background.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nilas::lsp {

namespace {

/// So long a failure stands before the same is tried again.
constexpr auto kRetry = std::chrono::seconds(60);

std::string name_of(const eval::FetchAttributes& input) {
  const auto text = [&](const char* name) {
    const auto it = input.find(name);
    const auto* value = it == input.end() ? nullptr : std::get_if<std::string>(&it->second);
    return value ? *value : std::string();
  };
  if (const std::string url = text("url"); !url.empty()) return url;
  return fmt::format("{}:{}/{}", text("type"), text("owner"), text("repo"));
}

}  // namespace

BackgroundFetcher::BackgroundFetcher(FetcherOptions options, Events events)
    : options_(std::move(options)), events_(std::move(events)), thread_([this] { loop(); }) {}

eval::FetchFailure BackgroundFetcher::request(const eval::FetchAttributes& input) {
  const std::string name = name_of(input);
  const std::scoped_lock lock(mutex_);
  const auto failed = failures_.find(eval::to_json_text(input));
  if (failed != failures_.end()) {
    if (std::chrono::steady_clock::now() - failed->second.when < kRetry) {
      return {failed->second.message, true};
    }
    failures_.erase(failed);
  }
  if (std::ranges::find(queue_, input) == queue_.end()) {
    queue_.push_back(input);
    wake_.notify_one();
  }
  return {fmt::format("'{}' is being fetched", name), true};
}

void BackgroundFetcher::stop() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    interrupted_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void BackgroundFetcher::loop() {
  while (true) {
    eval::FetchAttributes input;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return ending_ || !queue_.empty(); });
      if (ending_) return;
      input = queue_.front();
      interrupted_ = false;
    }
    const std::string name = name_of(input);
    events_.started(name);
    std::string error;
    try {
      const eval::FetchControl control{[this] { return interrupted_.load(); }};
      const FetchResult result = Fetcher(options_).fetch(input, control);
      if (!result) error = result.error().message;
    } catch (const std::exception& wrong) {  // an input without what its type must have
      error = wrong.what();
    }
    {
      const std::scoped_lock lock(mutex_);
      queue_.pop_front();
      if (!error.empty()) {
        failures_[eval::to_json_text(input)] = {error, std::chrono::steady_clock::now()};
      }
      if (ending_) return;
    }
    events_.ended(name, error);
  }
}

}  // namespace nilas::lsp
