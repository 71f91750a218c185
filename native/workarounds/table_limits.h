#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The same module with a maximum for each of its tables, so that together they have at most
/// `elements`: beyond its maximum `table.grow` returns -1 to the guest, as WebAssembly has it.
/// WasmEdge limits memories only, and ends the process when a table outgrows the memory there is.
///
/// What the tables' minimums leave of `elements` is shared evenly. Absent when the module needs no
/// change. Throws `Error(kLimit, "tableElements")` when the minimums alone are more, and
/// `Error(kModuleInvalid)` when the section of tables cannot be read; `name` is for the message.
std::optional<std::vector<uint8_t>> LimitTables(WasmBytes module, uint64_t elements,
                                                const std::string& name);

}  // namespace wasmedge_embed
