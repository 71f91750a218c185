#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// How many values a function takes and gives.
struct WasmFunctionType {
  uint32_t parameters = 0;
  uint32_t results = 0;
};

/// What is read out of a WebAssembly binary without WasmEdge.
struct WasmOutline {
  /// The payload of the custom section in which a universal module carries its compiled code.
  std::optional<WasmBytes> compiled_section;
  /// Pages of 64 KiB that its memory, imported or its own, has at least. Absent where it has none.
  std::optional<uint64_t> memory_minimum;
  std::vector<WasmFunctionType> types;
  /// The index of each function's type; the imported functions come first.
  std::vector<uint32_t> functions;
  size_t imported_functions = 0;
  /// The payload of the code section.
  WasmBytes code;
  /// Whether a function of it runs as soon as an instance is made.
  bool has_start = false;
  /// About how many bytes an instance takes at once: its functions, globals and tables, and what
  /// its memory begins with. Without the instructions, of which one that is interpreted has a copy.
  uint64_t instance_bytes = 0;

  /// The type of a function or, by its own index, a type. One without values where there is none of
  /// that index, which is for WasmEdge to say.
  WasmFunctionType Type(uint64_t type) const {
    return type < types.size() ? types[type] : WasmFunctionType{};
  }
  WasmFunctionType TypeOfFunction(uint64_t function) const {
    return function < functions.size() ? Type(functions[function]) : WasmFunctionType{};
  }
};

/// Reads the heads of a module's sections, and refuses what WasmEdge would take although the module
/// must not have it: sections out of order, types and limits of proposals that are off (`rec` and
/// `sub`, shared tables), and more of anything than `wasm_limits` has. Whether the module is valid
/// is for WasmEdge to say.
///
/// Throws `Error(kModuleInvalid)`; `name` begins its message.
WasmOutline ReadWasmOutline(WasmBytes module, const std::string& name);

}  // namespace wasmedge_embed
