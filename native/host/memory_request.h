#pragma once

#include <cstdint>
#include <vector>

#include "host/host_exchange.h"

namespace wasmedge_embed {

/// What the embedder does with the memory of a guest that waits.
struct MemoryRequest {
  enum class Kind { kRead, kWrite, kSize, kGrow };

  Kind kind;
  /// Of reading and writing.
  uint32_t address = 0;
  /// Of reading: bytes. Of growing: pages.
  uint32_t count = 0;
  /// Of writing.
  std::vector<uint8_t> bytes = {};
};

/// What came of it.
struct MemoryFound {
  /// Of reading.
  std::vector<uint8_t> bytes = {};
  /// The number of bytes, or of pages before it grew.
  uint64_t number = 0;
};

/// Carries it out. Throws `Error`: `kInvalidArgument` for what is not inside the memory, `kLimit`
/// for what it cannot grow by; nothing is read or written then.
MemoryFound PerformOn(WaitingMemory& memory, const MemoryRequest& request);

}  // namespace wasmedge_embed
