#include "evaluator/host.hpp"

#include "evaluator/text.hpp"

namespace nilas::eval {

std::expected<FetchedTree, FetchFailure> EvalHost::fetch(const FetchAttributes& input,
                                                         const FetchControl&) {
  const std::string* url = find_string(input, "url");
  return std::unexpected(FetchFailure{cat("'", url ? *url : to_json_text(input),
                                          "' is not in the store, and nothing is fetched here"),
                                      true});
}

std::expected<uint64_t, FetchFailure> EvalHost::count_commits(std::string_view repository,
                                                              std::string_view,
                                                              const FetchControl&) {
  return std::unexpected(
      FetchFailure{cat("the history of '", repository, "' is not read here"), true});
}

}  // namespace nilas::eval
