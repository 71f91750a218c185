#pragma once

#include <cstdint>
#include <memory>

#include "base/memory_image.h"
#include "binary/guest_state.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

class Module;

/// What an instance was left with, for others of the same module to begin with. Immutable, shared
/// by all that do.
struct Snapshot {
  GuestState state;
  /// What its memory held; null where it has none.
  std::shared_ptr<const MemoryImage> memory;
};

/// Takes one of an instance of a module that exports its state (`ModuleOptions::exports_state`),
/// which it leaves as it is. Not while the guest runs. Throws `Error`: `kLimit` "snapshotBytes"
/// when the memory holds more than `most_bytes`, `kSnapshot` for what has no meaning in another
/// instance.
std::shared_ptr<const Snapshot> TakeSnapshot(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance,
                                             uint64_t most_bytes);

}  // namespace wasmedge_embed
