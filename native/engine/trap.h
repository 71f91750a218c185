#pragma once

#include <cstdint>

#include "base/error.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// The public name of a trap ("unreachable", "memory-out-of-bounds", …) for a code of WasmEdge's
/// execution or instantiation phase (enum.inc of its C API, the same in all supported lines); null
/// if the code is not a trap.
const char* TrapName(uint32_t code) noexcept;

/// The error for a guest that used up its stack.
Error StackOverflowError();

/// The error for a failed invocation: a trap, or another reason why the module could not run.
Error MakeRunError(const wasmedge::Api& api, wasmedge::Result result);

}  // namespace wasmedge_embed
