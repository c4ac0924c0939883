#pragma once
// Values of the Nix language: one 8-byte tagged word, and the heap objects it points to.
//
// The low three bits tell the type without touching memory:
//
//   tag 0  Thunk     pointer: suspended, running, evaluated (an indirection) or failed
//   tag 1  Int       61-bit integer in the upper bits; larger ones are Boxed
//   tag 2  Constant  null, true, false
//   tag 3  Attrs     pointer to Attrs
//   tag 4  List      pointer to List
//   tag 5  String    pointer to String, or to a Rope that is flattened when first read
//   tag 6  Function  pointer to Closure, PartialApp or BuiltinObject
//   tag 7  Boxed     pointer to Float, BigInt, Path, or an object that never reaches user code (captures, with-scope)
//
// Every object starts with an 8-byte header. Objects do not move; who may hold a raw Value for how long is told in
// heap.hpp. A value is *forced* (in weak head normal form) if its tag is not Thunk.

#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>

namespace nilas::eval {

using Symbol = uint32_t;  ///< index into SymbolTable: an attribute name of this world
using PosId = uint32_t;   ///< position of an attribute, see world.hpp; 0: unknown
using CodeId = uint32_t;  ///< index into the world's table of code blocks

enum class ObjectKind : uint8_t {
  Free,        // a cell that holds nothing
  Thunk,       // delayed computation
  Captures,    // values shared by the thunks and closures of one binding group
  Closure,     // function written in Nix
  PartialApp,  // function with some of its arguments
  Builtin,     // function written in C++
  Attrs,       // attribute set
  Keys,        // sorted names of a set: its shape, shared
  Positions,   // positions parallel to Keys, shared
  List,
  String,
  Rope,     // a + b not yet copied together
  Context,  // sorted ids of string-context elements
  Float,
  BigInt,  // integer outside 61 bits
  Path,
  WithScope,  // environment of a `with`, and the one outside it
  Failure,    // memoised error of a thunk
};

enum ObjectFlag : uint8_t {
  kMarked = 1,  // reached by the collection under way
  kLarge = 2,   // lies in no block of the heap
};

struct Object {
  ObjectKind kind;
  uint8_t flags;
  uint16_t
      aux;  // Thunk, Closure: number of own captures, or kSharedCaptures; PartialApp: arguments; Thunk's state is apart
  uint32_t
      count;  // List, Attrs, Keys...: elements; String, Path: bytes; Thunk, Closure: CodeId; Builtin: its index
};
static_assert(sizeof(Object) == 8, "headers are half of the small cells");

struct Thunk;
struct Attrs;
struct List;
struct String;
struct Closure;
struct Path;
struct Context;

enum class Type : uint8_t {
  Thunk,
  Int,
  Float,
  Bool,
  Null,
  String,
  Path,
  Attrs,
  List,
  Function,
  Internal
};

class Value {
 public:
  enum Tag : uint8_t { kThunk, kInt, kConstant, kAttrs, kList, kString, kFunction, kBoxed };

  constexpr Value() = default;  ///< no value at all: `!v.exists()`
  static constexpr Value null() { return Value(2); }
  static constexpr Value boolean(bool b) { return Value(b ? 18 : 10); }
  static constexpr bool fits_int(int64_t i) {
    return i >= -(int64_t{1} << 60) && i < (int64_t{1} << 60);
  }
  /// `i` must satisfy fits_int; use Vm::make_int for any integer.
  static constexpr Value small_int(int64_t i) {
    return Value(static_cast<uint64_t>(i) << 3 | kInt);
  }
  static Value of(Tag tag, const void* p) { return Value(reinterpret_cast<uint64_t>(p) | tag); }
  static Value of(const Thunk* t) { return of(kThunk, t); }
  static Value of(const Attrs* a) { return of(kAttrs, a); }
  static Value of(const List* l) { return of(kList, l); }
  static Value of(const String* s) { return of(kString, s); }

  constexpr Tag tag() const { return static_cast<Tag>(bits_ & 7); }
  constexpr bool exists() const { return bits_ != 0; }
  constexpr uint64_t bits() const { return bits_; }
  friend constexpr bool operator==(Value a, Value b) {
    return a.bits_ == b.bits_;
  }  ///< same word, not Nix's ==

  constexpr bool is_forced() const { return tag() != kThunk; }
  constexpr bool is_thunk() const { return tag() == kThunk; }
  constexpr bool is_null() const { return bits_ == 2; }
  constexpr bool is_true() const { return bits_ == 18; }
  constexpr bool is_false() const { return bits_ == 10; }
  constexpr bool is_bool() const { return bits_ == 18 || bits_ == 10; }
  constexpr bool is_small_int() const { return tag() == kInt; }
  constexpr bool is_attrs() const { return tag() == kAttrs; }
  constexpr bool is_list() const { return tag() == kList; }
  constexpr bool is_string() const { return tag() == kString; }
  constexpr bool is_function() const { return tag() == kFunction; }
  bool is_int() const { return tag() == kInt || is_boxed(ObjectKind::BigInt); }
  bool is_float() const { return is_boxed(ObjectKind::Float); }
  bool is_path() const { return is_boxed(ObjectKind::Path); }
  bool is_boxed(ObjectKind kind) const { return tag() == kBoxed && object()->kind == kind; }
  bool is_pointer() const { return tag() != kInt && tag() != kConstant && exists(); }

  constexpr int64_t small_int() const { return static_cast<int64_t>(bits_) >> 3; }
  int64_t as_int() const;   ///< requires is_int()
  double as_float() const;  ///< requires is_float()
  bool as_bool() const { return is_true(); }
  Object* object() const { return reinterpret_cast<Object*>(bits_ & ~uint64_t{7}); }
  Thunk* thunk() const { return as<Thunk>(); }
  Attrs* attrs() const { return as<Attrs>(); }
  List* list() const { return as<List>(); }
  Path* path() const { return as<Path>(); }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(bits_ & ~uint64_t{7});
  }

  /// Type of a forced value; Type::Thunk for one that is not.
  Type type() const;

 private:
  explicit constexpr Value(uint64_t bits) : bits_(bits) {}
  uint64_t bits_ = 0;
};
static_assert(sizeof(Value) == 8);

inline constexpr uint16_t kSharedCaptures = 0xffff;

enum class ThunkState : uint8_t {
  Suspended,
  Running,    // a black hole: forcing it again is infinite recursion
  Evaluated,  // slots[0] is the (forced) value
  Failed,     // slots[0] is a Failure
};

/// Captures follow the header; the result overwrites the first. `object.aux == kSharedCaptures`: slots[0] is a Captures.
struct Thunk {
  Object object;  // count: CodeId; flags: ObjectFlag | ThunkState << 4
  Value slots[1];

  ThunkState state() const { return static_cast<ThunkState>(object.flags >> 4); }
  void set_state(ThunkState s) {
    object.flags = static_cast<uint8_t>((object.flags & 0xf) | static_cast<uint8_t>(s) << 4);
  }
};

struct Captures {
  Object object;  // count: slots
  Value slots[1];
};

struct Closure {
  Object object;  // count: CodeId, aux: captures as in Thunk
  Value slots[1];
};

struct PartialApp {
  Object object;   // aux: number of arguments held
  Value function;  // a Closure or Builtin, never a PartialApp
  Value args[1];
};

struct BuiltinObject {
  Object object;  // count: index into the table of builtins
};

/// Strictly ascending symbols. Compare `serial`, not the address: addresses are reused after a collection.
struct Keys {
  Object object;    // count: number of symbols
  uint32_t serial;  // unique in the world
  uint32_t pad;
  Object*
      name_order;  // Positions-like array of indexes in the order of names, made when first asked for; or null
  Symbol symbols[1];

  std::span<const Symbol> all() const { return {symbols, object.count}; }
};

struct Positions {
  Object object;
  PosId ids[2];
};

struct Attrs {
  Object object;  // count
  Keys* keys;
  Positions* positions;  // null: none known
  Value values[1];

  uint32_t size() const { return object.count; }
  std::span<Value> all() { return {values, object.count}; }
  /// Index of `s`, or -1. O(log n).
  int32_t find(Symbol s) const;
  /// The slot of `s` (its value perhaps a thunk), or null.
  Value* get(Symbol s) {
    const int32_t i = find(s);
    return i < 0 ? nullptr : &values[i];
  }
  PosId pos(uint32_t index) const { return positions ? positions->ids[index] : 0; }
};

struct List {
  Object object;  // count
  Value items[1];

  uint32_t size() const { return object.count; }
  std::span<Value> all() { return {items, object.count}; }
};

/// Sorted, unique ids of ContextTable (store/context.hpp).
struct Context {
  Object object;  // count
  uint32_t ids[2];
  std::span<const uint32_t> all() const { return {ids, object.count}; }
};

struct String {
  Object object;     // count: bytes
  Context* context;  // null: none
  char data[8];      // NUL-terminated

  std::string_view view() const { return {data, object.count}; }
};

/// Overwritten by {Rope, left = flat String, right = nothing} when it is flattened.
struct Rope {
  Object object;  // count: bytes in all
  Context* context;
  Value left, right;
};

struct Float {
  Object object;
  double value;
};

struct BigInt {
  Object object;
  int64_t value;
};

/// Absolute, canonical (no `.`, `..`, `//`, trailing `/`).
struct Path {
  Object object;  // count: bytes
  char data[8];   // NUL-terminated
  std::string_view view() const { return {data, object.count}; }
};

struct WithScope {
  Object object;
  Value env;           // the set, perhaps a thunk
  WithScope* outside;  // null at the outermost
};

/// Error of a failed thunk; the error itself lies in the world's table of failures.
struct Failure {
  Object object;  // count: index into Heap::failures
  uint64_t pad;
};

inline int64_t Value::as_int() const {
  return is_small_int() ? small_int() : as<BigInt>()->value;
}
inline double Value::as_float() const {
  return as<Float>()->value;
}

/// "an integer", "a set", ... as C++ Nix names a value's type in messages (a thunk is "a thunk").
std::string_view describe_type(Value v);
/// Result of builtins.typeOf for a forced value: "int", "set", "lambda", ...
std::string_view type_name(Value v);

}  // namespace nilas::eval
