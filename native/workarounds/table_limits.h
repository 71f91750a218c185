#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The same module with a maximum for each of its tables, so that together they have at most
/// `elements`: beyond its maximum, `table.grow` returns -1 to the guest, as WebAssembly specifies.
/// WasmEdge limits only memories, and ends the process when a table outgrows the available memory.
///
/// What the minimums leave of `elements` is shared evenly. Absent if the module needs no change.
/// Throws `Error(kLimit, "tableElements")` if the minimums alone exceed it, and
/// `Error(kModuleInvalid)` if the table section cannot be read; `name` is for the message.
std::optional<std::vector<uint8_t>> LimitTables(WasmBytes module, uint64_t elements,
                                                const std::string& name);

}  // namespace wasmedge_embed
