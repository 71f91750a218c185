#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// Turns the unwind tables in a universal module, which are at these offsets (from
/// `CheckCompiledSection`), into plain data. WasmEdge would register them with the C++ runtime for
/// the whole process, which trusts every byte of them and takes locks to search them; nothing ever
/// unwinds a guest.
void ForgetUnwindingTables(std::vector<uint8_t>& module, const std::vector<size_t>& places);

}  // namespace wasmedge_embed
