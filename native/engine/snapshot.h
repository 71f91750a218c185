#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/memory_image.h"
#include "binary/guest_state.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

class Module;

/// The state that an instance left, from which others of the same module start. Shared by them.
class Snapshot {
 public:
  Snapshot(GuestState state, std::shared_ptr<const MemoryImage> memory)
      : state_(std::move(state)), memory_(std::move(memory)) {}

  const GuestState& state() const noexcept { return state_; }

  /// The content of its memory; null if it has none. Throws `Error(kClosed)` if it was released.
  std::shared_ptr<const MemoryImage> RequireMemory() const;

  /// Releases the memory: no more instances will be created. The objects that hold the snapshot
  /// wait for JavaScript's garbage collection. From any thread.
  void Forget() const noexcept;

 private:
  const GuestState state_;
  /// Read and written atomically.
  mutable std::shared_ptr<const MemoryImage> memory_;
};

/// Takes one of an instance of a module that exports its state (`ModuleOptions::exports_state`),
/// without changing the instance. Not while the guest runs. Throws `Error`: `kLimit`
/// "snapshotBytes" if the memory holds more than `most_bytes`, `kSnapshot` for state that would be
/// meaningless in another instance. `check` is called from time to time and may throw.
std::shared_ptr<const Snapshot> TakeSnapshot(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance,
                                             uint64_t most_bytes,
                                             const std::function<void()>& check);

}  // namespace wasmedge_embed
