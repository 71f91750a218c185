#pragma once

#include "engine/module.h"

namespace wasmedge_embed {

/// The host modules that are there for who asks for them; the others are always there.
struct OptionalHostModules {
  /// `wasmedge_image`: decodes pictures outside of the sandbox.
  bool image = false;
};

/// Checks a module's imports against all that the host offers, before anything of it runs. Throws
/// `Error(kLink)` that names every import that cannot be met: module, name and type.
void CheckImports(const Module& module, const OptionalHostModules& modules);

/// Checks a declared memory against the limit, before anything runs: WasmEdge would make a memory
/// smaller than the module relies on. Throws `Error(kMemoryLimit)`.
void CheckMemory(const Module& module, uint32_t memory_pages);

}  // namespace wasmedge_embed
