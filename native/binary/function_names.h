#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The names of these functions of a module, in this order: what its name section says
/// (WebAssembly, appendix "Custom Sections"), else an export's name, else an import's after its
/// module's and a point; empty where there is none. Names are cut, and may be of any bytes. One
/// pass over the sections, in which so much is read at most.
std::vector<std::string> FunctionNames(WasmBytes module, const std::vector<uint32_t>& indices);

/// How many functions it imports.
uint32_t CountImportedFunctions(WasmBytes module);

/// A module of those sections alone that names are read from.
std::vector<uint8_t> KeepNames(WasmBytes module);

}  // namespace wasmedge_embed
