#pragma once
// Which let bindings something uses, directly or through others that are used.

#include <vector>

#include "syntax/ast.hpp"

namespace nilas::analysis {

class Liveness {
 public:
  /// O(nodes + names), but for sorting the let bindings.
  explicit Liveness(const syntax::Ast& ast);

  /// Whether `decl`, of a let, is used by nothing that is used, while the let itself is. So of
  /// unused bindings within each other only the outermost are dead: those within go with them.
  bool is_dead(syntax::DeclId decl) const { return dead_[decl]; }

 private:
  std::vector<bool> dead_;
};

}  // namespace nilas::analysis
