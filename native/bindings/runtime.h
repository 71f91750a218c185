#pragma once

#include <napi.h>

namespace wasmedge_embed {

/// runtime() -> Promise<{ version, path }>: opens the WasmEdge library. Rejects with
/// ERR_NATIVE_LOAD if there is none.
Napi::Value OpenRuntime(const Napi::CallbackInfo& info);

/// inference() -> Promise<undefined>: opens the LiteRT library. Rejects with ERR_NATIVE_LOAD.
Napi::Value OpenInference(const Napi::CallbackInfo& info);

/// dieWithParent(parent): see engine/parent_process.h.
Napi::Value KillWithParent(const Napi::CallbackInfo& info);

/// endAboveMemory(bytes, report): see engine/memory_watch.h.
Napi::Value WatchMemory(const Napi::CallbackInfo& info);

/// trapName(code) -> string or undefined: the trap that has this number in WasmEdge.
Napi::Value NameTrap(const Napi::CallbackInfo& info);

}  // namespace wasmedge_embed
