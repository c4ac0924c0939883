#pragma once
// What the text of a file tells of the kinds of values its expressions can have: gradual, so that
// what is not known is `any`, and sound, so that what is said holds whatever the unknown parts are.
//
// A type is a set of kinds and the node it stems from: names, parentheses, lets and calls of
// functions written here are seen through, down to the set, list or function as it is written. What
// attributes a set has, what a list holds, what a call gives is read off that node when someone
// asks. So a type is two words, `//` and `if` merge nothing, and a function's body has one type,
// not one for each call: parameters are `any`.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

struct Type {
  Kinds kinds = kAnyKind;
  NodeId origin = kNoNode;  ///< the expression that makes the value; kNoNode: not known

  bool is_known() const { return kinds != kAnyKind; }
  /// Whether a value of this type can be one of `accepted`. True if there is no value at all.
  bool may_be(Kinds accepted) const { return kinds == 0 || (kinds & accepted) != 0; }
};

enum class Presence : uint8_t { Always, Maybe, Never };

struct AttributeType {
  Type type;
  Presence presence = Presence::Maybe;
};

/// Attributes of a set.
struct ShapeItem {
  uint32_t attr;      ///< into Ast::attrs
  Presence presence;  ///< Always or Maybe
};
struct Shape {
  std::vector<ShapeItem> items;  ///< by occurrence; what `//` hides is not among them
  /// Of what a builtin returns, in place of `items`.
  std::span<const TypeTerm::Field> fields = {};
  bool complete = false;  ///< there are no others
};

class Types {
 public:
  /// Expressions that a question looks into at most, one inside the other, and in all. What lies
  /// beyond is `any`. The first bounds native recursion.
  static constexpr int kMaxDepth = 200;
  static constexpr int kMaxSteps = 5000;

  /// `ast` is resolved, and outlives this. Nothing is computed before it is asked for.
  explicit Types(const Ast& ast) : ast_(ast) {}

  /// Type of the value of `node`, if it has one. Remembered: O(nodes) for all nodes together, but
  /// for the questions below.
  Type of(NodeId node);
  /// Of what `names`, the first of a path, select from `base`.
  Type of_path(NodeId base, std::span<const syntax::AttrName> names);

  /// An attribute of a set of this type, by name.
  AttributeType attribute(const Type& set, std::string_view name);
  /// Attributes that the file writes of a set of this type.
  Shape shape(const Type& set);
  /// Kinds of the elements of a list of this type.
  Kinds elements(const Type& list);
  /// The function written here that values of this type are, as a Lambda; kNoNode: not known.
  NodeId lambda(const Type& function) const;
  /// The builtin that is called with `arguments` of its arguments given already; nullptr: none.
  const BuiltinType* builtin(const Type& function, uint32_t& arguments);

  /// Whether the file binds this name, of two underscores, anywhere: operators are calls of
  /// `__sub`, `__lessThan`, ...
  bool is_bound(std::string_view name);

  /// For people: `int`, `[string]`, `{ a, b, ... }`, `any -> set -> int`.
  std::string text(const Type& type);

 private:
  /// One level of a question. The outermost one begins to count the steps.
  class Deeper {
   public:
    explicit Deeper(Types& types) : types_(types) {
      if (types_.depth_++ == 0) types_.steps_ = 0;
      allowed_ = types_.depth_ <= kMaxDepth && ++types_.steps_ <= kMaxSteps;
    }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    ~Deeper() { --types_.depth_; }
    explicit operator bool() const { return allowed_; }

   private:
    Types& types_;
    bool allowed_;
  };
  struct Call {
    const BuiltinType* builtin = nullptr;
    std::vector<NodeId> arguments;  ///< all that were given, those of partial applications too
  };

  Type compute(NodeId node);
  Type variable(NodeId id, const Node& n);
  Type select(NodeId id, const Node& n);
  AttributeType path_type(const Node& select);
  Type apply(NodeId id, const Node& n);
  Type binary(NodeId id, const Node& n);
  Type join(NodeId node, const Type& a, const Type& b) const;
  uint32_t find_attr(syntax::SetId set, std::string_view name);
  /// Whether evaluation may put other values in place of a recursive set's (`__overrides`).
  bool is_overridden(const Node& set);
  const BuiltinType* builtin_at(NodeId node) const;
  Call call_of(NodeId apply);
  Kinds instantiate(const TypeTerm& term, const Call& call);
  Kinds instantiate_element(const TypeTerm& list, const Call& call);
  Kinds bound(char variable, const Call& call);
  std::optional<Kinds> match(const TypeTerm& term, char variable, const Type& type);
  Type result_of(NodeId function, size_t arguments);
  void collect(const Type& set, Presence presence, Shape& out);

  const Ast& ast_;
  boost::unordered_flat_map<NodeId, Type> known_;
  /// Attributes of large sets by name.
  boost::unordered_flat_map<syntax::SetId, std::vector<uint32_t>> sorted_;
  std::optional<std::vector<std::string_view>> bound_;  ///< names of two underscores
  int depth_ = 0;
  int steps_ = 0;
};

}  // namespace nilas::analysis
