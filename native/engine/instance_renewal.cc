#include "engine/instance_renewal.h"

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/wasm_page.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed {
namespace {

/// Larger memories take too long to scan.
constexpr uint64_t kMostMemory = uint64_t{64} << 20;
/// Larger tables take too long to compare.
constexpr size_t kMostElements = 4096;
/// Larger than in any version of the engine.
constexpr size_t kMostObjectBytes = 1024;

bool HoldsReferences(uint8_t type) { return type == 0x70 || type == 0x6F; }

bool IsZero(const uint8_t* page, size_t size) {
  return page[0] == 0 && std::memcmp(page, page + 1, size - 1) == 0;
}

bool CanBeDropped(const StateOutline& outline) {
  const auto has_passive = [](const auto& segments) {
    return std::any_of(segments.begin(), segments.end(),
                       [](const auto& each) { return each.is_passive && each.size != 0; });
  };
  return has_passive(outline.data) || has_passive(outline.elements);
}

}  // namespace

std::unique_ptr<InstanceRenewal> InstanceRenewal::Of(
    const Module& module, const wasmedge::ModuleInstanceContext* instance) {
  const StateExports* const exports = module.renewal_exports();
  if (exports == nullptr) return nullptr;
  auto renewal = std::make_unique<InstanceRenewal>(Private{}, module, instance);
  if (!renewal->Remember(*exports)) return nullptr;
  return renewal;
}

InstanceRenewal::InstanceRenewal(Private, const Module& module,
                                 const wasmedge::ModuleInstanceContext* instance) noexcept
    : api_(module.api()), instance_(instance) {}

bool InstanceRenewal::Remember(const StateExports& exports) {
  const StateOutline& outline = exports.outline;
  if (CanBeDropped(outline)) return false;
  for (uint32_t index = 0; index < outline.globals.size(); ++index) {
    const StateOutline::Global& type = outline.globals[index];
    if (!type.is_mutable) continue;
    if (HoldsReferences(type.type)) return false;
    const std::string name = exports.prefix + "g" + std::to_string(index);
    auto* const global = api_.ModuleInstanceFindGlobal(instance_, wasmedge::MakeString(name));
    if (global == nullptr) return false;
    globals_.push_back({global, api_.GlobalInstanceGetValue(global)});
  }
  return RememberTables(exports) && (!outline.has_memory || RememberMemory(exports.prefix + "m"));
}

bool InstanceRenewal::RememberTables(const StateExports& exports) {
  size_t elements = 0;
  for (uint32_t index = 0; index < exports.outline.tables.size(); ++index) {
    const std::string name = exports.prefix + "t" + std::to_string(index);
    const auto* const context = api_.ModuleInstanceFindTable(instance_, wasmedge::MakeString(name));
    if (context == nullptr) return false;
    const uint64_t size = api_.TableSize(context);
    if (size > kMostElements - elements) return false;
    elements += size;
    Table& table = tables_.emplace_back(Table{context, std::vector<wasmedge::Value>(size)});
    for (uint64_t place = 0; place < size; ++place) {
      if (!api_.GetTableElement(context, place, &table.elements[place])) return false;
    }
  }
  return true;
}

bool InstanceRenewal::RememberMemory(const std::string& name) {
  memory_ = api_.ModuleInstanceFindMemory(instance_, wasmedge::MakeString(name));
  api_.GetMemory(memory_, &begin_, &size_);
  // A memory that is initially empty may be allocated anywhere later.
  if (begin_ == nullptr || !Look(size_)) return false;
  const size_t page_size = TouchedPages::page_size();
  for (size_t page = 0; page < size_ / page_size; ++page) {
    const uint8_t* const bytes = begin_ + page * page_size;
    if (!touched_.MayBeTouched(page) || IsZero(bytes, page_size)) continue;
    pages_.push_back(page);
    content_.insert(content_.end(), bytes, bytes + page_size);
  }
  const auto* const object = reinterpret_cast<const uint8_t*>(memory_);
  const size_t object_size = malloc_usable_size(memory_);
  if (object_size > kMostObjectBytes) return false;
  object_.assign(object, object + object_size);
  return true;
}

bool InstanceRenewal::Look(uint64_t size) {
  if (size > kMostMemory) return false;
  const size_t pages = size / TouchedPages::page_size();
  touched_.Read(begin_, pages);
  if (!touched_.is_known()) return false;
  size_t touched = 0;
  for (size_t page = 0; page < pages; ++page) touched += touched_.MayBeTouched(page) ? 1 : 0;
  return touched * TouchedPages::page_size() <= kMostTouched;
}

bool InstanceRenewal::Renew() {
  if (!AreTablesAsNew()) return false;
  for (const Global& global : globals_) {
    if (!api_.ResultOK(api_.GlobalInstanceSetValue(global.context, global.value))) return false;
  }
  return memory_ == nullptr || RenewMemory();
}

bool InstanceRenewal::AreTablesAsNew() const {
  return std::all_of(tables_.begin(), tables_.end(), [this](const Table& table) {
    if (api_.TableSize(table.context) != table.elements.size()) return false;
    wasmedge::Value now{};
    for (uint64_t place = 0; place < table.elements.size(); ++place) {
      if (!api_.GetTableElement(table.context, place, &now)) return false;
      if (now.bits != table.elements[place].bits) return false;
    }
    return true;
  });
}

bool InstanceRenewal::RenewMemory() {
  uint8_t* begin = nullptr;
  uint64_t size = 0;
  api_.GetMemory(memory_, &begin, &size);
  if (begin != begin_ || size < size_ || !Look(size)) return false;
  const size_t page_size = TouchedPages::page_size();
  size_t next = 0;
  for (size_t page = 0; page < size / page_size; ++page) {
    const bool is_known = next < pages_.size() && pages_[next] == page;
    const size_t place = next;
    if (is_known) ++next;
    if (!touched_.MayBeTouched(page)) {
      // A page with initial content has been touched, whatever the system says.
      if (is_known) return false;
      continue;
    }
    uint8_t* const bytes = begin + page * page_size;
    if (is_known) {
      std::memcpy(bytes, content_.data() + place * page_size, page_size);
    } else {
      std::memset(bytes, 0, page_size);
    }
  }
  return size == size_ || Shrink(size);
}

// WasmEdge's C API can only grow a memory. The page count is a number in its object, where it is
// identified as the only thing that has changed.
bool InstanceRenewal::Shrink(uint64_t from) {
  auto* const object = reinterpret_cast<uint8_t*>(memory_);
  const auto pages_then = static_cast<uint32_t>(size_ / kWasmPageSize);
  const auto pages_now = static_cast<uint32_t>(from / kWasmPageSize);
  std::vector<uint8_t> expected = object_;
  for (size_t place = 0; place + sizeof pages_then <= object_.size(); place += sizeof pages_then) {
    if (std::memcmp(object_.data() + place, &pages_then, sizeof pages_then) != 0 ||
        std::memcmp(object + place, &pages_now, sizeof pages_now) != 0) {
      continue;
    }
    std::memcpy(expected.data() + place, &pages_now, sizeof pages_now);
    if (std::memcmp(object, expected.data(), expected.size()) != 0 ||
        !MemoryReservation::Close(begin_, size_, from)) {
      return false;
    }
    std::memcpy(object + place, &pages_then, sizeof pages_then);
    uint8_t* begin = nullptr;
    uint64_t size = 0;
    api_.GetMemory(memory_, &begin, &size);
    return begin == begin_ && size == size_;
  }
  return false;
}

}  // namespace wasmedge_embed
