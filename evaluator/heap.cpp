#include "evaluator/heap.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <utility>

#include "evaluator/error.hpp"

#ifdef __SANITIZE_ADDRESS__
#define NILAS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NILAS_ADDRESS_SANITIZER
#endif
#endif

namespace nilas::eval {

// Blocks are 64 KiB, aligned to their size, each of cells of one size. Allocation takes runs of free cells ("lanes") and
// bumps through them. A collection marks, then leaves sweeping to the allocator: refill() walks on from where it stopped,
// clears marks and returns the next run of unmarked cells. Everything unswept is finished before the next marking.
struct Heap::Block {
  uint32_t cell_bytes;
  uint32_t cells;
  bool holds_marked;  ///< set by marking, and cleared when it was looked at behind that
  static Block* of(Object* o) {
    return reinterpret_cast<Block*>(reinterpret_cast<uintptr_t>(o) & ~(kBlockBytes - 1));
  }
  char* at(size_t i) { return reinterpret_cast<char*>(this) + kHeader + i * cell_bytes; }
  static constexpr size_t kHeader = 16;
};

struct Heap::Large {
  size_t bytes;
  Object* object() { return reinterpret_cast<Object*>(this + 1); }
};

namespace {

constexpr size_t kChunkBytes = 1 << 20;  // 16 blocks

// Straight from the system and back to it: what a young world has not touched takes no memory, and one that ends leaves no
// holes between what others allocated. Sanitizers watch only what is allocated through them.
#ifdef NILAS_ADDRESS_SANITIZER
void* new_chunk(size_t bytes, size_t alignment) {
  return std::aligned_alloc(alignment, bytes);
}
void free_chunk(void* chunk, size_t /*bytes*/) {
  std::free(chunk);
}
#else
void* new_chunk(size_t bytes, size_t alignment) {
  void* mapped = ::mmap(nullptr, bytes + alignment, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(mapped);
  const size_t before = (alignment - reinterpret_cast<uintptr_t>(begin) % alignment) % alignment;
  if (before > 0) ::munmap(begin, before);
  ::munmap(begin + before + bytes, alignment - before);
  return begin + before;
}
void free_chunk(void* chunk, size_t bytes) {
  ::munmap(chunk, bytes);
}
#endif

size_t captures_of(const Object* o) {
  return o->aux == kSharedCaptures ? 1 : o->aux;
}

}  // namespace

RootBase::RootBase(Heap& heap) {
  // The list is headed by a sentinel, so that links need not know the heap.
  previous_ = heap.roots_;
  next_ = previous_->next_;
  previous_->next_ = this;
  next_->previous_ = this;
}

RootBase::RootBase(RootBase&& other) noexcept : previous_(&other), next_(other.next_) {
  other.next_ = this;
  next_->previous_ = this;
}

RootBase::~RootBase() {
  if (previous_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
}

class HeapSentinel final : public RootBase {
 public:
  explicit HeapSentinel(Heap& heap) : RootBase(heap, Sentinel{}) {}

 private:
  std::span<Value> rooted() override { return {}; }
};

RootBase::RootBase(Heap& heap, Sentinel) : previous_(this), next_(this) {
  heap.roots_ = this;
}

Heap::Heap(HeapOptions o) : options(o), next_collection_(o.first_collection_bytes) {
  sentinel_ = std::make_unique<HeapSentinel>(*this);
}

Heap::~Heap() {
  for (Large* l : large_)
    std::free(l);
  for (void* chunk : chunks_)
    free_chunk(chunk, kChunkBytes);
}

Object* Heap::alloc_slow(ObjectKind kind, size_t bytes, uint32_t count, uint16_t aux) {
  if (bytes > kMaxSmall) {
    if (used_bytes_ + bytes > options.limit_bytes) fail_limit();
    auto* l = static_cast<Large*>(std::malloc(sizeof(Large) + bytes));
    if (l == nullptr) fail_limit();
    l->bytes = bytes;
    large_.push_back(l);
    account(bytes);
    stats_.reserved_bytes += bytes;
    *l->object() = {kind, kLarge, aux, count};
    return l->object();
  }
  refill((bytes + 7) / 8);
  return alloc(kind, bytes, count, aux);
}

void Heap::fail_limit() {
  wants_collection_ = true;
  throw EvalError(ErrorKind::MemoryLimit, "memory limit reached: evaluation needs more than " +
                                              std::to_string(options.limit_bytes >> 20) + " MiB");
}

void Heap::account(size_t bytes) {
  used_bytes_ += bytes;
  stats_.allocated_bytes += bytes;
  if (used_bytes_ >= next_collection_) wants_collection_ = true;
}

bool Heap::next_run(size_t c) {
  auto& blocks = blocks_[c];
  Cursor& cursor = sweep_at_[c];
  while (cursor.block < blocks.size()) {
    Block* b = blocks[cursor.block];
    while (cursor.cell < b->cells) {
      auto* o = reinterpret_cast<Object*>(b->at(cursor.cell));
      if (o->flags & kMarked) {
        o->flags &= static_cast<uint8_t>(~kMarked);
        ++cursor.cell;
        continue;
      }
      const size_t begin = cursor.cell;
      do
        ++cursor.cell;
      while (cursor.cell < b->cells &&
             !(reinterpret_cast<Object*>(b->at(cursor.cell))->flags & kMarked));
      lanes_[c] = {b->at(begin), b->at(cursor.cell)};
      return true;
    }
    cursor = {cursor.block + 1, 0};
  }
  return false;
}

void Heap::refill(size_t c) {
  if (used_bytes_ > options.limit_bytes) fail_limit();
  if (!next_run(c)) {
    Block* b = new_block();
    b->cell_bytes = static_cast<uint32_t>(c * 8);
    b->cells = static_cast<uint32_t>((kBlockBytes - Block::kHeader) / b->cell_bytes);
    b->holds_marked = false;
    blocks_[c].push_back(b);
    sweep_at_[c] = {blocks_[c].size(), 0};
    lanes_[c] = {b->at(0), b->at(b->cells)};
  }
  account(static_cast<size_t>(lanes_[c].end - lanes_[c].cursor));
}

Heap::Block* Heap::new_block() {
  if (free_blocks_.empty()) {
    void* chunk = new_chunk(kChunkBytes, kBlockBytes);
    if (chunk == nullptr) fail_limit();
    chunks_.push_back(chunk);
    stats_.reserved_bytes += kChunkBytes;
    for (size_t i = kChunkBytes / kBlockBytes; i-- > 0;)
      free_blocks_.push_back(reinterpret_cast<Block*>(static_cast<char*>(chunk) + i * kBlockBytes));
  }
  Block* b = free_blocks_.back();
  free_blocks_.pop_back();
  return b;
}

void Heap::finish_sweep() {
  for (size_t c = 0; c < std::size(lanes_); ++c) {
    Lane& lane = lanes_[c];
    // Cells never handed out must look free to the marker's successor.
    for (; lane.cursor != lane.end; lane.cursor += c * 8)
      *reinterpret_cast<Object*>(lane.cursor) = {ObjectKind::Free, 0, 0, 0};
    while (next_run(c)) {
      for (; lane.cursor != lane.end; lane.cursor += c * 8)
        *reinterpret_cast<Object*>(lane.cursor) = {ObjectKind::Free, 0, 0, 0};
    }
    lane = {};
  }
}

void Heap::collect(const std::function<void(Heap&)>& visit_more) {
  finish_sweep();
  marked_bytes_ = 0;
  for (RootBase* r = roots_->next_; r != roots_; r = r->next_)
    for (Value v : r->rooted())
      mark(v);
  visit_more(*this);
  drain();
  std::erase_if(failure_objects_, [this](Object* o) {
    if (o->flags & kMarked) return false;
    failures_[o->count].reset();
    free_failures_.push_back(o->count);
    return true;
  });
  std::erase_if(large_, [this](Large* l) {
    if (l->object()->flags & kMarked) {
      l->object()->flags &= static_cast<uint8_t>(~kMarked);
      return false;
    }
    stats_.reserved_bytes -= l->bytes;
    std::free(l);
    return true;
  });
  if (options.stress) poison_garbage();
  release_empty_blocks();
  for (auto& cursor : sweep_at_)
    cursor = {0, 0};
  used_bytes_ = marked_bytes_;
  ++stats_.collections;
  wants_collection_ = false;
  const auto grown = static_cast<size_t>(static_cast<double>(marked_bytes_) * options.growth);
  next_collection_ = std::max(options.first_collection_bytes, grown);
  if (options.limit_bytes != SIZE_MAX && marked_bytes_ < options.limit_bytes)
    next_collection_ =
        std::min(next_collection_, marked_bytes_ + (options.limit_bytes - marked_bytes_) / 2);
}

/// A root that was forgotten shows at once when garbage does not look like anything.
void Heap::poison_garbage() {
  for (auto& blocks : blocks_) {
    for (Block* b : blocks) {
      for (size_t i = 0; i < b->cells; ++i) {
        auto* o = reinterpret_cast<Object*>(b->at(i));
        if (o->flags & kMarked) continue;
        std::memset(b->at(i), 0xdb, b->cell_bytes);
        *o = {ObjectKind::Free, 0, 0, 0};
      }
    }
  }
}

void Heap::release_empty_blocks() {
  // Whole free blocks go back to the common pool, so that memory moves between cell sizes.
  for (auto& blocks : blocks_) {
    std::erase_if(blocks, [this](Block* b) {
      if (std::exchange(b->holds_marked, false)) return false;
      free_blocks_.push_back(b);
      return true;
    });
  }
}

void Heap::mark(Object* o) {
  if (o != nullptr) worklist_.push_back(o);
}

// Objects wait a few turns between the list and being looked at, so that each is in the cache by then.
void Heap::drain() {
  constexpr size_t kAhead = 16;
  Object* waiting[kAhead] = {};
  size_t count = 0;
  for (size_t turn = 0;; turn = (turn + 1) % kAhead) {
    Object* const o = std::exchange(waiting[turn], nullptr);
    if (o != nullptr) --count;
    if (!worklist_.empty()) {
      waiting[turn] = worklist_.back();
      worklist_.pop_back();
      __builtin_prefetch(waiting[turn]);
      ++count;
    } else if (o == nullptr && count == 0) {
      return;
    }
    if (o == nullptr || (o->flags & kMarked)) continue;
    o->flags |= kMarked;
    if ((o->flags & kLarge) == 0) Block::of(o)->holds_marked = true;
    marked_bytes_ += scan(o);
  }
}

size_t Heap::scan(Object* o) {
  const auto mark_all = [this](const Value* v, size_t n) {
    for (size_t i = 0; i < n; ++i)
      mark(v[i]);
  };
  switch (o->kind) {
    case ObjectKind::Free: return 0;
    case ObjectKind::Thunk: {
      auto* t = reinterpret_cast<Thunk*>(o);
      const size_t n = std::max<size_t>(1, captures_of(o));
      const bool done = t->state() >= ThunkState::Evaluated;
      mark_all(t->slots, done ? 1 : captures_of(o));
      return 8 + 8 * n;
    }
    case ObjectKind::Captures: {
      mark_all(reinterpret_cast<Captures*>(o)->slots, o->count);
      return 8 + 8 * size_t{o->count};
    }
    case ObjectKind::Closure: {
      mark_all(reinterpret_cast<Closure*>(o)->slots, captures_of(o));
      return 8 + 8 * std::max<size_t>(1, captures_of(o));
    }
    case ObjectKind::PartialApp: {
      auto* p = reinterpret_cast<PartialApp*>(o);
      mark(p->function);
      mark_all(p->args, o->aux);
      return 16 + 8 * size_t{o->aux};
    }
    case ObjectKind::Builtin: return 16;
    case ObjectKind::Attrs: {
      auto* a = reinterpret_cast<Attrs*>(o);
      mark(&a->keys->object);
      if (a->positions != nullptr) mark(&a->positions->object);
      mark_all(a->values, o->count);
      return 24 + 8 * size_t{o->count};
    }
    case ObjectKind::Keys: {
      mark(reinterpret_cast<Keys*>(o)->name_order);
      return 24 + 4 * size_t{o->count};
    }
    case ObjectKind::Positions: return 8 + 4 * size_t{o->count};
    case ObjectKind::List: {
      mark_all(reinterpret_cast<List*>(o)->items, o->count);
      return 8 + 8 * size_t{o->count};
    }
    case ObjectKind::String: {
      auto* s = reinterpret_cast<String*>(o);
      if (s->context != nullptr) mark(&s->context->object);
      return 17 + size_t{o->count};
    }
    case ObjectKind::Rope: {
      auto* r = reinterpret_cast<Rope*>(o);
      if (r->context != nullptr) mark(&r->context->object);
      mark(r->left);
      mark(r->right);
      return sizeof(Rope);
    }
    case ObjectKind::Context: return 8 + 4 * size_t{o->count};
    case ObjectKind::Float:
    case ObjectKind::BigInt: return 16;
    case ObjectKind::Path: return 9 + size_t{o->count};
    case ObjectKind::WithScope: {
      auto* w = reinterpret_cast<WithScope*>(o);
      mark(w->env);
      if (w->outside != nullptr) mark(&w->outside->object);
      return sizeof(WithScope);
    }
    case ObjectKind::Failure: return sizeof(Failure);
  }
  return 0;
}

Object* Heap::alloc_failure(std::shared_ptr<const ErrorData> error) {
  Object* o = alloc(ObjectKind::Failure, sizeof(Failure));
  if (free_failures_.empty()) {
    o->count = static_cast<uint32_t>(failures_.size());
    failures_.push_back(std::move(error));
  } else {
    o->count = free_failures_.back();
    free_failures_.pop_back();
    failures_[o->count] = std::move(error);
  }
  failure_objects_.push_back(o);
  return o;
}

const std::shared_ptr<const ErrorData>& Heap::failure(const Object* failure) const {
  return failures_[failure->count];
}

HeapStats Heap::stats() const {
  HeapStats s = stats_;
  s.live_bytes = used_bytes_;
  return s;
}

}  // namespace nilas::eval
