#pragma once

#include "engine/module.h"

namespace wasmedge_embed {

/// Checks what a module must be so that WasmEdge runs it safely, before anything of it runs.
///
/// `_start` and `_initialize` have the type () -> () (WASI application ABI): with a reference among
/// their results WasmEdge 0.14 ends the process. And what is interpreted makes no tail calls: one
/// of an imported function writes beyond the interpreter's stack in WasmEdge 0.17.
///
/// Throws `Error(kModuleInvalid)` that says what to do.
void CheckRunnable(const Module& module);

}  // namespace wasmedge_embed
