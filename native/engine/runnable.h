#pragma once

#include "engine/module.h"

namespace wasmedge_embed {

/// Checks what WasmEdge requires to run a module safely, before any of it runs.
///
/// `_start` and `_initialize` must have the type () -> () (WASI application ABI): with a reference
/// among their results, WasmEdge 0.14 ends the process. And interpreted code must not make tail
/// calls: a tail call of an imported function writes beyond the interpreter's stack in WasmEdge
/// 0.17.
///
/// Throws `Error(kModuleInvalid)`, which says what to do.
void CheckRunnable(const Module& module);

}  // namespace wasmedge_embed
