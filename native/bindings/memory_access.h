#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "bindings/mailbox.h"
#include "host/host_exchange.h"

namespace wasmedge_embed {

/// What JavaScript does with a guest's memory.
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

/// Gives what was asked for, where the guest waits, else a promise of it: a Buffer, nothing, the
/// number of bytes, or of pages before. Throws `Error`: `kInvalidArgument` for what is not inside
/// the memory, `kLimit` for what it cannot grow by, `kClosed`.
Napi::Value AccessMemory(Napi::Env env, HostExchange& exchange, MemoryRequest request,
                         const std::shared_ptr<Mailbox>& mailbox);

}  // namespace wasmedge_embed
