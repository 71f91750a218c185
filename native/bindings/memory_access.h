#pragma once

#include <napi.h>

#include <memory>

#include "bindings/mailbox.h"
#include "host/host_exchange.h"
#include "host/memory_request.h"

namespace wasmedge_embed {

/// Gives what was asked for, where the guest waits, else a promise of it: a Buffer, nothing, the
/// number of bytes, or of pages before. Throws `Error`: `kInvalidArgument` for what is not inside
/// the memory, `kLimit` for what it cannot grow by, `kClosed`.
Napi::Value AccessMemory(Napi::Env env, HostExchange& exchange, MemoryRequest request,
                         const std::shared_ptr<Mailbox>& mailbox);

}  // namespace wasmedge_embed
