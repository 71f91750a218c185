#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The names of these functions of a module, in the same order: from its name section (WebAssembly,
/// appendix "Custom Sections"), otherwise the name of an export, otherwise "MODULE.NAME" of an
/// import; empty if there is none. Names are truncated and may contain any bytes. Makes one pass
/// over the sections and reads only a limited number of entries.
std::vector<std::string> FunctionNames(WasmBytes module, const std::vector<uint32_t>& indices);

/// The number of functions it imports.
uint32_t CountImportedFunctions(WasmBytes module);

/// A module that has only the sections from which names are read.
std::vector<uint8_t> KeepNames(WasmBytes module);

}  // namespace wasmedge_embed
