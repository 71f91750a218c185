#pragma once

#include <cstdint>
#include <vector>

#include "host/host_exchange.h"

namespace wasmedge_embed {

/// An access by the embedder to a waiting guest's memory.
struct MemoryRequest {
  enum class Kind { kRead, kWrite, kSize, kGrow };

  Kind kind;
  /// For reading and writing.
  uint32_t address = 0;
  /// For reading: bytes. For growing: pages.
  uint32_t count = 0;
  /// For writing.
  std::vector<uint8_t> bytes = {};
};

/// The result.
struct MemoryFound {
  /// For reading.
  std::vector<uint8_t> bytes = {};
  /// The number of bytes, or of pages before growing.
  uint64_t number = 0;
};

/// Performs it. Throws `Error`: `kInvalidArgument` for ranges that are not inside the memory,
/// `kLimit` if it cannot grow that much; nothing is read or written then.
MemoryFound PerformOn(WaitingMemory& memory, const MemoryRequest& request);

}  // namespace wasmedge_embed
