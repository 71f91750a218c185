#pragma once

#include <string>
#include <vector>

#include "engine/module.h"

namespace wasmedge_embed {

/// Checks a module's imports against all that the host offers, before anything of it runs. Throws
/// `Error(kLink)` that names every import that cannot be met: module, name and type.
void CheckImports(const Module& module);

}  // namespace wasmedge_embed
