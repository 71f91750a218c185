#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// Checks the custom section that contains a universal module's compiled code (WasmEdge, "Universal
/// WebAssembly binary"): version, operating system, processor, and that all addresses and parts lie
/// inside. WasmEdge trusts them, and silently falls back to its interpreter if it cannot load one.
/// The code itself is not checked: it is native code.
///
/// `wasmedge_version` is for messages; `unwinding` receives the offsets in the section for
/// `ForgetUnwindingTables`. Returns an empty string, or what is wrong and what to do, to follow the
/// file's name in a message.
std::string CheckCompiledSection(WasmBytes section, uint32_t aot_binary_version,
                                 const std::string& wasmedge_version,
                                 std::vector<size_t>* unwinding);

/// Offsets of the parts of a universal module's code, from the first byte of the memory that
/// WasmEdge allocates for all of them.
struct CompiledLayout {
  uint64_t text_offset = 0;
  uint64_t text_size = 0;
  /// The unwind tables, and their index in the same memory.
  uint64_t tables_offset = 0;
  uint64_t tables_size = 0;
  uint64_t index_offset = 0;
  /// The start of each function, in order, without the imported ones.
  std::vector<uint64_t> functions;
};

/// Absent if the module has no compiled code or no unwind tables.
std::optional<CompiledLayout> ReadCompiledLayout(WasmBytes module);

/// Removes all sections of compiled code from a module's bytes, whatever they contain. Nothing
/// after a malformed section is removed; `CheckModuleFile` rejects such a module.
void DropCompiledSections(std::vector<uint8_t>& module);

}  // namespace wasmedge_embed
