#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// Makes plain data of the tables of unwinding that a universal module brings, which are at these
/// places of it (`CheckCompiledSection` finds them). WasmEdge would give them to the C++ library
/// for the whole process, which believes every byte of them and takes locks to look into them;
/// nothing ever unwinds a guest.
void ForgetUnwindingTables(std::vector<uint8_t>& module, const std::vector<size_t>& places);

}  // namespace wasmedge_embed
