#pragma once
// Lists of completions: one request's state, how a list is written, and what resolving its items
// needs later.

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "lsp/analysis/completion.hpp"
#include "lsp/analysis/completion_context.hpp"
#include "lsp/analysis/conventions.hpp"
#include "lsp/analysis/value_completion.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/files.hpp"
#include "lsp/nixpkgs.hpp"

namespace nilas::lsp {

/// Of longer lists only what matches is sent, and the client is told to ask again.
inline constexpr size_t kMaxItems = 1000;

/// Where attributes of a value came from: an expression of a text (perhaps mended), or a
/// convention.
struct CompletionSource {
  SnapshotPtr document;
  analysis::BaseExpression expression;
  std::optional<analysis::Convention> convention;
  EvaluatedText nixpkgs;  ///< of the convention
};

struct CompletionList {
  std::vector<analysis::CompletionItem> items;
  bool complete = true;
  /// Of the attributes without a definition in this file.
  std::optional<CompletionSource> source = std::nullopt;
};

/// Sources of the last lists, for completionItem/resolve. Any thread.
class KeptLists {
 public:
  uint64_t keep(CompletionSource source);
  std::optional<CompletionSource> find(uint64_t id);

 private:
  std::mutex mutex_;
  std::deque<std::pair<uint64_t, CompletionSource>> lists_;
  uint64_t last_ = 0;
};

/// One request, on the pool and perhaps on the evaluator's thread after that.
struct Completing {
  SnapshotQuery query;
  uint32_t offset;
  analysis::CompletionContext context;
  FileFinder files;
  bool snippets;
  std::shared_ptr<KeptLists> kept;
  std::optional<EvaluatedText> nixpkgs;  ///< what conventions refer to, if it is there

  const syntax::Ast& ast() const { return query.ast(); }
  const analysis::Names& names() const { return query.document->names(); }
};
using CompletingPtr = std::shared_ptr<Completing>;

/// Adds what `list` has no item of that name for.
void add_missing(std::vector<analysis::CompletionItem> more, CompletionList& list);
void write_list(const Completing& c, CompletionList list, JsonWriter& out);
void answer(const Completing& c, CompletionList list);

// On the evaluator's thread:

/// Attributes of what `expression` evaluates to, or else stands for by convention.
std::optional<CompletionList> evaluated_list(const Completing& c, const SnapshotPtr& document,
                                             const analysis::BaseExpression& expression,
                                             const EvaluatedQuery& e);
std::optional<CompletionList> conventional_list(const Completing& c,
                                                const analysis::Convention& convention,
                                                const EvaluatedQuery& e);
/// Parameters of what a function stands for by convention.
std::optional<std::vector<analysis::CompletionItem>> conventional_formals(const Completing& c,
                                                                          syntax::NodeId function,
                                                                          uint32_t applied,
                                                                          const EvaluatedQuery& e);
/// What is told of an attribute of a list's source.
std::optional<analysis::ItemDetails> describe(const CompletionSource& source, std::string_view name,
                                              const EvaluatedQuery& e);

}  // namespace nilas::lsp
