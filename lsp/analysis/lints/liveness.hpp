#pragma once
// Which let bindings something uses, directly or through others that are used.

#include <boost/unordered/unordered_flat_map.hpp>
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
  /// Another let binding that uses `decl`, which is dead, and is dead as well: the first in the text; kNone if there is none.
  syntax::DeclId user_of(syntax::DeclId decl) const {
    const auto user = users_.find(decl);
    return user == users_.end() ? syntax::kNone : user->second;
  }

 private:
  std::vector<bool> dead_;
  boost::unordered_flat_map<syntax::DeclId, syntax::DeclId> users_;
};

}  // namespace nilas::analysis
