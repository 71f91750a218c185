#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// Checks the custom section in which a universal module carries its compiled code (WasmEdge,
/// "Universal WebAssembly binary"): version, system, processor, and that every address and part in
/// it lies inside. WasmEdge trusts them, and falls back to its interpreter in silence where it
/// cannot load one. What the code itself does is not checked: it is native code.
///
/// `wasmedge_version` is for messages; `unwinding` receives the places in the section for
/// `ForgetUnwindingTables`. Returns an empty string, or what is wrong and what to do, to follow the
/// file's name in a message.
std::string CheckCompiledSection(WasmBytes section, uint32_t aot_binary_version,
                                 const std::string& wasmedge_version,
                                 std::vector<size_t>* unwinding);

/// Where the parts of a universal module's code are, from the first byte of the memory that
/// WasmEdge gives to all of them.
struct CompiledLayout {
  uint64_t text_offset = 0;
  uint64_t text_size = 0;
  /// The tables of unwinding, and their index within the same memory.
  uint64_t tables_offset = 0;
  uint64_t tables_size = 0;
  uint64_t index_offset = 0;
  /// Where the functions begin, in their order, without the imported ones.
  std::vector<uint64_t> functions;
};

/// Absent of a module without compiled code, or without tables of unwinding.
std::optional<CompiledLayout> ReadCompiledLayout(WasmBytes module);

/// Removes the sections of compiled code, whatever is in them, from a module's bytes. Behind what
/// is malformed nothing is removed; such a module is refused by `CheckModuleFile`.
void DropCompiledSections(std::vector<uint8_t>& module);

}  // namespace wasmedge_embed
