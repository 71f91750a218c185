#pragma once

#include <string>
#include <vector>

#include "engine/module.h"

namespace wasmedge_embed {

/// Checks a module's imports against all that the host offers, before anything of it runs. Throws
/// `Error(kLink)` that names every import that cannot be met: module, name and type.
void CheckImports(const Module& module);

/// Checks a declared memory against the limit, before anything runs: WasmEdge would make a memory
/// smaller than the module relies on. Throws `Error(kMemoryLimit)`.
void CheckMemory(const Module& module, uint32_t memory_pages);

}  // namespace wasmedge_embed
