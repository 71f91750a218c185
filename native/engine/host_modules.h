#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/imported_functions.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// The host modules that are there for who asks for them; the others are always there.
struct OptionalHostModules {
  /// `wasmedge_image`: decodes pictures outside the sandbox.
  bool image = false;
};

/// The functions that the embedder offers, by the module's name and their own.
using EmbedderFunctions = std::map<std::string, std::set<std::string>>;

/// Everything that a module's imports may be met by.
struct HostOffer {
  OptionalHostModules modules;
  EmbedderFunctions functions;
};

/// Checks a module's imports against all that the host offers, before anything of it runs, and
/// gives those that no host module serves, without duplicates. Throws `Error`: `kLink` that names
/// every import that cannot be met, by module, name and type; `kInvalidArgument` when the embedder
/// offers functions under the name of a host module.
std::vector<ImportedFunction> LinkImports(const Module& module, const HostOffer& offer);

/// Checks a declared memory against the limit, before anything runs: WasmEdge would make a memory
/// smaller than the module relies on. Throws `Error(kMemoryLimit)`.
void CheckMemory(const Module& module, uint32_t memory_pages);

}  // namespace wasmedge_embed
