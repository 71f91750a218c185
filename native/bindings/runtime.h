#pragma once

#include <napi.h>

namespace wasmedge_embed {

/// runtime() -> { version, path }: the WasmEdge library that is, or would be, used. Throws
/// ERR_NATIVE_LOAD when there is none.
Napi::Value DescribeRuntime(const Napi::CallbackInfo& info);

}  // namespace wasmedge_embed
