#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/imported_functions.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// The host modules that exist only on request.
struct OptionalHostModules {
  /// `wasmedge_image`: decodes pictures outside the sandbox.
  bool image = false;
};

/// The embedder's functions, by module name and their own.
using EmbedderFunctions = std::map<std::string, std::set<std::string>>;

/// Everything that can satisfy a module's imports.
struct HostOffer {
  OptionalHostModules modules;
  EmbedderFunctions functions;
};

/// Checks a module's imports against all that the host offers, before any of it runs, and returns
/// those that no host module provides, without duplicates. Throws `Error`: `kLink` with module,
/// name and type of every import that cannot be satisfied; `kInvalidArgument` if the embedder
/// offers functions under the name of a host module.
std::vector<ImportedFunction> LinkImports(const Module& module, const HostOffer& offer);

/// Checks a declared memory against the limit, before anything runs: WasmEdge would create a
/// smaller memory than the module relies on. Throws `Error(kMemoryLimit)`.
void CheckMemory(const Module& module, uint32_t memory_pages);

}  // namespace wasmedge_embed
