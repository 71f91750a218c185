#pragma once

#include <napi.h>

#include <memory>

#include "bindings/mailbox.h"
#include "host/host_exchange.h"
#include "host/memory_request.h"

namespace wasmedge_embed {

/// Returns the result if the guest is waiting, otherwise a promise of it: a Buffer, undefined, the
/// number of bytes, or the previous number of pages. Throws `Error`: `kInvalidArgument` for ranges
/// that are not inside the memory, `kLimit` if it cannot grow that much, `kClosed`.
Napi::Value AccessMemory(Napi::Env env, HostExchange& exchange, MemoryRequest request,
                         const std::shared_ptr<Mailbox>& mailbox);

}  // namespace wasmedge_embed
