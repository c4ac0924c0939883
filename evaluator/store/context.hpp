#pragma once
// String contexts: what a string that mentions store paths depends on.
//
// A context is a heap object with sorted ids (value.hpp, Context); the elements behind the ids are
// interned here, once a world, so that the union of two contexts compares numbers and never touches
// text. Nix manual, "String context".

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/heap.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class Vm;

using ContextId = uint32_t;

enum class ContextKind : uint8_t {
  Opaque,   // a store path as it is: a source, or a .drv file itself
  DrvDeep,  // a .drv file with everything it needs and all its outputs
  Built,    // an output of a derivation
};

struct ContextElement {
  ContextKind kind;
  ContextId drv;          ///< Built: the derivation's element (Built if another one makes it)
  std::string_view text;  ///< Opaque, DrvDeep: the store path; Built: name of the output
};

class ContextTable {
 public:
  ContextTable();
  ContextTable(const ContextTable&) = delete;
  ContextTable& operator=(const ContextTable&) = delete;

  /// Ids are dense and start at 0. All O(1) on average; `path` is a full store path
  /// ("/nix/store/...").
  ContextId opaque(std::string_view path) { return intern(ContextKind::Opaque, 0, path); }
  ContextId drv_deep(std::string_view path) { return intern(ContextKind::DrvDeep, 0, path); }
  ContextId built(ContextId drv, std::string_view output) {
    return intern(ContextKind::Built, drv, output);
  }

  const ContextElement& operator[](ContextId id) const { return elements_[id]; }
  uint32_t size() const { return static_cast<uint32_t>(elements_.size()); }

  /// Path of an element: its own, or that of the .drv whose output it is (the innermost one if that
  /// is built as well).
  std::string_view path(ContextId id) const;
  /// As C++ Nix shows an element: "<base>" (opaque), "=<base>.drv" (deep), "!out!<base>.drv"
  /// (built).
  std::string show(ContextId id) const;
  /// For messages: the path, and for built ones "/nix/store/x.drv^out".
  std::string show_path(ContextId id) const;

 private:
  ContextId intern(ContextKind kind, ContextId drv, std::string_view text);
  void grow();
  std::string_view keep(std::string_view text);

  std::vector<ContextElement> elements_;
  std::vector<uint32_t> hashes_;                 // parallel to elements_
  std::vector<uint32_t> slots_;                  // open addressing: id + 1, or 0
  std::vector<std::unique_ptr<char[]>> chunks_;  // the texts
  size_t chunk_left_ = 0;
  char* chunk_at_ = nullptr;
};

/// Context with these ids, which must be sorted and unique; null if there are none. Allocates on
/// the heap.
Context* make_context(Vm& vm, std::span<const ContextId> ids);

/// Collects the ids of several contexts, in any order and repeatedly, until they are wanted as one.
class ContextSet {
 public:
  void add(const Context* context) {
    if (context) ids_.insert(ids_.end(), context->all().begin(), context->all().end());
  }
  void add(ContextId id) { ids_.push_back(id); }
  bool empty() const { return ids_.empty(); }
  /// Sorted and unique from here on, until the next add.
  std::span<const ContextId> ids();
  Context* make(Vm& vm) { return make_context(vm, ids()); }

 private:
  std::vector<ContextId> ids_;
};

}  // namespace nilas::eval
