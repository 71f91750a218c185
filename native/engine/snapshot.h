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

/// What an instance was left with, for others of the same module to begin with. Shared by all that
/// do.
class Snapshot {
 public:
  Snapshot(GuestState state, std::shared_ptr<const MemoryImage> memory)
      : state_(std::move(state)), memory_(std::move(memory)) {}

  const GuestState& state() const noexcept { return state_; }

  /// What its memory held; null where it has none. Throws `Error(kClosed)` when it was forgotten.
  std::shared_ptr<const MemoryImage> RequireMemory() const;

  /// Lets go of the memory: no instance will be made any more. Who has the snapshot is collected by
  /// JavaScript some time. From any thread.
  void Forget() const noexcept;

 private:
  const GuestState state_;
  /// Read and written atomically.
  mutable std::shared_ptr<const MemoryImage> memory_;
};

/// Takes one of an instance of a module that exports its state (`ModuleOptions::exports_state`),
/// which it leaves as it is. Not while the guest runs. Throws `Error`: `kLimit` "snapshotBytes"
/// when the memory holds more than `most_bytes`, `kSnapshot` for what has no meaning in another
/// instance. `check` is called while it takes time, and may throw.
std::shared_ptr<const Snapshot> TakeSnapshot(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance,
                                             uint64_t most_bytes,
                                             const std::function<void()>& check);

}  // namespace wasmedge_embed
