#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The number of a function's parameters and results.
struct WasmFunctionType {
  uint32_t parameters = 0;
  uint32_t results = 0;
};

/// What is read from a WebAssembly binary without WasmEdge.
struct WasmOutline {
  /// The payload of the custom section that contains a universal module's compiled code.
  std::optional<WasmBytes> compiled_section;
  /// The initial size of its memory, imported or its own, in pages of 64 KiB. Absent if it has
  /// none.
  std::optional<uint64_t> memory_minimum;
  std::vector<WasmFunctionType> types;
  /// The type index of each function; imported functions come first.
  std::vector<uint32_t> functions;
  size_t imported_functions = 0;
  /// The payload of the code section.
  WasmBytes code;
  /// Whether a function of the module runs during instantiation.
  bool has_start = false;
  /// The approximate initial size of an instance, in bytes: functions, globals and tables, and the
  /// initial memory. Excludes instructions, of which an interpreted instance has a copy.
  uint64_t instance_bytes = 0;

  /// The function type with this index. An empty type if the index is out of range, which is left
  /// for WasmEdge to report.
  WasmFunctionType Type(uint64_t type) const {
    return type < types.size() ? types[type] : WasmFunctionType{};
  }
  WasmFunctionType TypeOfFunction(uint64_t function) const {
    return function < functions.size() ? Type(functions[function]) : WasmFunctionType{};
  }
};

/// Reads the outlines of a module's sections. Rejects what WasmEdge would accept but must not:
/// sections out of order, types and limits of disabled proposals (`rec` and `sub`, shared tables),
/// and anything beyond `wasm_limits`. Whether the module is valid is left to WasmEdge.
///
/// Throws `Error(kModuleInvalid)`; `name` begins its message.
WasmOutline ReadWasmOutline(WasmBytes module, const std::string& name);

}  // namespace wasmedge_embed
