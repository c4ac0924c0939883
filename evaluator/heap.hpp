#pragma once
// Memory of one world: size-segregated cells that never move, a precise mark-and-sweep collector, and its roots.
//
// Who may hold a raw Value, and for how long
//  - Allocation never collects. A collection happens only at a *safepoint*: when the VM pushes a frame or when the host
//    asks for one between evaluations.
//  - So C++ code may hold raw Values and object pointers freely as long as it does not let the VM run. In a builtin that
//    is a coroutine this means: between one `co_await` and the next. What must survive a `co_await` lies in an argument
//    slot (Args), in a Root, or in a RootVector. Functions that are not coroutines need no care at all.
//  - Coroutine frames are invisible to the collector; that is why Task functions take `Root` parameters, not `Value`.
//  - `HeapOptions::stress` collects at every safepoint; the tests run everything once in this mode.
//
// Marking uses an explicit worklist and sweeping walks blocks: neither uses native stack in proportion to the data.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "evaluator/value.hpp"

namespace nilas::eval {

class Heap;
struct ErrorData;

/// A link of the heap's list of roots. Not copyable; may be moved (into a coroutine frame).
class RootBase {
 public:
  RootBase(const RootBase&) = delete;
  RootBase& operator=(const RootBase&) = delete;

 public:
  virtual ~RootBase();

 protected:
  explicit RootBase(Heap& heap);
  RootBase(RootBase&& other) noexcept;

 private:
  friend class Heap;
  friend class HeapSentinel;
  struct Sentinel {};
  RootBase(Heap& heap, Sentinel);
  virtual std::span<Value> rooted() = 0;
  RootBase* previous_;
  RootBase* next_;
};

/// One value kept alive. Converts to Value; assignable.
class Root final : public RootBase {
 public:
  Root(Heap& heap, Value v) : RootBase(heap), value_(v) {}
  Root(Root&& other) noexcept : RootBase(std::move(other)), value_(other.value_) {}
  Root& operator=(Value v) {
    value_ = v;
    return *this;
  }
  operator Value() const { return value_; }
  Value get() const { return value_; }
  const Value* operator->() const { return &value_; }

 private:
  std::span<Value> rooted() override { return {&value_, 1}; }
  Value value_;
};

/// Any number of values kept alive.
class RootVector final : public RootBase {
 public:
  explicit RootVector(Heap& heap) : RootBase(heap) {}
  RootVector(RootVector&& other) noexcept
      : RootBase(std::move(other)), values(std::move(other.values)) {}
  std::vector<Value> values;

 private:
  std::span<Value> rooted() override { return values; }
};

struct HeapOptions {
  size_t limit_bytes = SIZE_MAX;              ///< allocation beyond it throws a LimitError
  size_t first_collection_bytes = 256 << 20;  ///< no collection below it
  double growth = 2.0;  ///< next collection when the heap is this many times what survived
  bool stress = false;  ///< collect at every safepoint
};

struct HeapStats {
  uint64_t allocated_bytes = 0;  ///< ever
  uint64_t allocated_objects = 0;
  size_t live_bytes = 0;      ///< cells in use, garbage not yet swept included
  size_t reserved_bytes = 0;  ///< taken from the system
  uint32_t collections = 0;
};

class Heap {
 public:
  explicit Heap(HeapOptions options = {});
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// A cell of at least `bytes` bytes with its header set and the rest uninitialised: the caller fills all slots before
  /// the next safepoint. Throws EvalError (memory limit). O(1) but for large cells.
  Object* alloc(ObjectKind kind, size_t bytes, uint32_t count = 0, uint16_t aux = 0) {
    if (bytes <= kMaxSmall) [[likely]] {
      const size_t c = (bytes + 7) / 8;
      Lane& lane = lanes_[c];
      char* p = lane.cursor;
      if (p != lane.end) [[likely]] {
        lane.cursor = p + c * 8;
        auto* o = reinterpret_cast<Object*>(p);
        *o = {kind, 0, aux, count};
        return o;
      }
    }
    return alloc_slow(kind, bytes, count, aux);
  }

  bool wants_collection() const { return wants_collection_; }

  /// Marks from the registered roots, from `visit_more` (which calls mark() for each further root), then frees the rest.
  void collect(const std::function<void(Heap&)>& visit_more);
  void mark(Value v) {
    if (v.is_pointer()) mark(v.object());
  }
  void mark(Object* o);

  /// Keeps an error for a Failure object; it is freed with that object.
  Object* alloc_failure(std::shared_ptr<const ErrorData> error);
  const std::shared_ptr<const ErrorData>& failure(const Object* failure) const;

  HeapStats stats() const;
  HeapOptions options;

 private:
  friend class RootBase;
  static constexpr size_t kMaxSmall = 512;
  static constexpr size_t kBlockBytes = 64 << 10;
  struct Lane {
    char* cursor = nullptr;
    char* end = nullptr;
  };
  struct Block;
  struct Large;
  struct Cursor {
    size_t block = 0, cell = 0;
  };
  Object* alloc_slow(ObjectKind kind, size_t bytes, uint32_t count, uint16_t aux);
  bool next_run(size_t size_class);
  void refill(size_t size_class);
  Block* new_block();
  void account(size_t bytes);
  [[noreturn]] void fail_limit();
  void drain();
  size_t scan(Object* o);  // marks what it refers to; bytes of the object
  void finish_sweep();
  void release_empty_blocks();
  void poison_garbage();

  static constexpr size_t kLanes = kMaxSmall / 8 + 1;  // by size in 8-byte words
  Lane lanes_[kLanes];
  std::vector<Block*> blocks_[kLanes];
  Cursor sweep_at_[kLanes];
  std::vector<Block*> free_blocks_;
  std::vector<void*> chunks_;
  std::vector<Large*> large_;
  std::vector<Object*> worklist_;
  std::unique_ptr<RootBase> sentinel_;
  RootBase* roots_ = nullptr;
  std::vector<std::shared_ptr<const ErrorData>> failures_;
  std::vector<uint32_t> free_failures_;
  std::vector<Object*> failure_objects_;
  size_t used_bytes_ = 0;  // runs handed out and large cells
  size_t marked_bytes_ = 0;
  size_t next_collection_ = 0;
  bool wants_collection_ = false;
  HeapStats stats_;
};

}  // namespace nilas::eval
