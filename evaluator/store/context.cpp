#include "evaluator/store/context.hpp"

#include <algorithm>
#include <cstring>

#include "evaluator/store/path.hpp"
#include "evaluator/text.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kChunkBytes = 64 << 10;

uint32_t hash_element(ContextKind kind, ContextId drv, std::string_view text) {
  const size_t h = std::hash<std::string_view>()(text);
  const uint64_t mixed = h ^ ((static_cast<uint64_t>(kind) << 32 | drv) * 0x9e3779b97f4a7c15U);
  return static_cast<uint32_t>(mixed ^ mixed >> 32);
}

}  // namespace

ContextTable::ContextTable() : slots_(1024) {}

ContextId ContextTable::intern(ContextKind kind, ContextId drv, std::string_view text) {
  const uint32_t hash = hash_element(kind, drv, text);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const ContextId id = slots_[at] - 1;
    const ContextElement& e = elements_[id];
    if (hashes_[id] == hash && e.kind == kind && e.drv == drv && e.text == text) return id;
  }
  const auto id = static_cast<ContextId>(elements_.size());
  elements_.push_back({kind, drv, keep(text)});
  hashes_.push_back(hash);
  slots_[at] = id + 1;
  if (elements_.size() * 2 > slots_.size()) grow();
  return id;
}

void ContextTable::grow() {
  std::vector<uint32_t> slots(slots_.size() * 2);
  const size_t mask = slots.size() - 1;
  for (ContextId id = 0; id < elements_.size(); ++id) {
    size_t at = hashes_[id] & mask;
    while (slots[at] != 0)
      at = (at + 1) & mask;
    slots[at] = id + 1;
  }
  slots_ = std::move(slots);
}

std::string_view ContextTable::keep(std::string_view text) {
  if (text.size() > chunk_left_) {
    chunk_left_ = std::max(kChunkBytes, text.size());
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_left_));
    chunk_at_ = chunks_.back().get();
  }
  char* const at = chunk_at_;
  std::memcpy(at, text.data(), text.size());
  chunk_at_ += text.size();
  chunk_left_ -= text.size();
  return {at, text.size()};
}

std::string_view ContextTable::path(ContextId id) const {
  while (elements_[id].kind == ContextKind::Built)
    id = elements_[id].drv;
  return elements_[id].text;
}

std::string ContextTable::show(ContextId id) const {
  std::string text;
  for (; elements_[id].kind == ContextKind::Built; id = elements_[id].drv) {
    text += cat("!", elements_[id].text, "!");
  }
  if (elements_[id].kind == ContextKind::DrvDeep) text += '=';
  const std::string_view path = elements_[id].text;
  text += path.substr(path.rfind('/') + 1);
  return text;
}

std::string ContextTable::show_path(ContextId id) const {
  if (elements_[id].kind != ContextKind::Built) return std::string(elements_[id].text);
  std::string outputs;
  for (; elements_[id].kind == ContextKind::Built; id = elements_[id].drv) {
    outputs.insert(0, cat("^", elements_[id].text));
  }
  return cat(elements_[id].text, outputs);
}

Context* make_context(Vm& vm, std::span<const ContextId> ids) {
  if (ids.empty()) return nullptr;
  const size_t bytes = std::max(sizeof(Context), sizeof(Object) + ids.size_bytes());
  auto* const context = reinterpret_cast<Context*>(
      vm.heap.alloc(ObjectKind::Context, bytes, static_cast<uint32_t>(ids.size())));
  std::memcpy(context->ids, ids.data(), ids.size_bytes());
  return context;
}

std::span<const ContextId> ContextSet::ids() {
  std::ranges::sort(ids_);
  ids_.erase(std::ranges::unique(ids_).begin(), ids_.end());
  return ids_;
}

}  // namespace nilas::eval
