#pragma once

#include <napi.h>

namespace wasmedge_embed {

/// compile({ input: Uint8Array, output: string, optimize, generic, interruptible, meter, universal
/// }) -> Promise<undefined>. Writes the compiled module to `output`.
Napi::Value Compile(const Napi::CallbackInfo& info);

}  // namespace wasmedge_embed
