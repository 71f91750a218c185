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

/// Resets an instance to its initial state. This takes a fraction of the time of creating another
/// one, for which WasmEdge allocates an object for each function of the module, and the kernel a
/// page for everything that the guest touches, one fault at a time.
///
/// A guest can change the content and the size of its memory, mutable globals and tables, and can
/// drop segments. Memory and globals are rewritten. If tables have changed, or if the module has
/// segments that can be dropped, a new instance is needed. Of the memory, only touched pages are
/// written: with their initial content, otherwise with zeros. Pages by which it has grown are
/// zeroed and closed.
class InstanceRenewal {
  // Only `Of` makes them.
  struct Private {};

 public:
  /// The most memory that a guest may have touched, in bytes. Beyond that, getting zero pages from
  /// the system is faster.
  static constexpr uint64_t kMostTouched = uint64_t{8} << 20;

  /// Records the state of a new instance of a module that exports its mutable state
  /// (`Module::renewal_exports`). Null if the state cannot be determined or is too large. Throws
  /// `std::bad_alloc`.
  static std::unique_ptr<InstanceRenewal> Of(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance);

  InstanceRenewal(Private, const Module& module,
                  const wasmedge::ModuleInstanceContext* instance) noexcept;
  InstanceRenewal(const InstanceRenewal&) = delete;
  InstanceRenewal& operator=(const InstanceRenewal&) = delete;

  /// Whether the instance has been reset. If not, it must not be used again. Not for an instance
  /// whose guest was stopped midway. Throws `std::bad_alloc`.
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
  /// Counts the touched pages in the first `size` bytes of memory; false if that is unknown.
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
  /// The engine's own memory object in its initial state.
  std::vector<uint8_t> object_;
  /// The initial nonzero pages, in order, and their content.
  std::vector<size_t> pages_;
  std::vector<uint8_t> content_;
  TouchedPages touched_;
};

}  // namespace wasmedge_embed
