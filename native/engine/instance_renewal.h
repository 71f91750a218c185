#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/touched_pages.h"
#include "engine/module.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// Makes an instance as it was when it was new. That takes a fraction of the time of making another
/// one, for which WasmEdge makes an object for every function of the module, and the kernel a page
/// for all that the guest touches, one fault after the other.
///
/// What a guest changes is its memory and its size, mutable globals, tables, and segments that it
/// drops. Memory and globals are written anew; where tables have changed, and of a module with
/// segments that can be dropped, only another instance will do. Of the memory what the guest has
/// touched is written: with what was there at first, else with zeros. Pages that it has grown by
/// are zero, and closed.
class InstanceRenewal {
  // Only `Of` makes them.
  struct Private {};

 public:
  /// What a guest may have touched of its memory: where it is more, the system gives zero pages in
  /// less time.
  static constexpr uint64_t kMostTouched = uint64_t{8} << 20;

  /// Remembers how an instance is that has just been made, of a module that exports what can change
  /// (`Module::renewal_exports`). Null where that cannot be told or is too much. Throws
  /// `std::bad_alloc`.
  static std::unique_ptr<InstanceRenewal> Of(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance);

  InstanceRenewal(Private, const Module& module,
                  const wasmedge::ModuleInstanceContext* instance) noexcept;
  InstanceRenewal(const InstanceRenewal&) = delete;
  InstanceRenewal& operator=(const InstanceRenewal&) = delete;

  /// Whether the instance is as new now. If not, it must not be used again. Not for one whose guest
  /// was left in the middle of something. Throws `std::bad_alloc`.
  bool Renew();

 private:
  struct Global {
    wasmedge::GlobalInstanceContext* context;
    wasmedge::Value value;
  };
  struct Table {
    const wasmedge::TableInstanceContext* context;
    std::vector<wasmedge::Value> elements;
  };

  bool Remember(const StateExports& exports);
  bool RememberMemory(const std::string& name);
  bool RememberTables(const StateExports& exports);
  bool AreTablesAsNew() const;
  /// Counts what is touched in the first `size` bytes of memory; nothing where that is not known.
  bool Look(uint64_t size);
  bool RenewMemory();
  bool Shrink(uint64_t from);

  const wasmedge::Api& api_;
  const wasmedge::ModuleInstanceContext* const instance_;
  std::vector<Global> globals_;
  std::vector<Table> tables_;

  wasmedge::MemoryInstanceContext* memory_ = nullptr;
  uint8_t* begin_ = nullptr;
  uint64_t size_ = 0;
  /// The engine's own object of the memory, as it was.
  std::vector<uint8_t> object_;
  /// The pages that are not zero, in order, and what they hold.
  std::vector<size_t> pages_;
  std::vector<uint8_t> content_;
  TouchedPages touched_;
};

}  // namespace wasmedge_embed
