#pragma once

#include <cstdint>
#include <string>

namespace wasmedge_embed {

/// From now on ends this process, which must be one that only compiles, as soon as more than
/// `bytes` of its memory are resident: a thread of its own looks every 10 ms, writes `report` to
/// standard output and exits with 0. A limit of the system would have LLVM abort where an
/// allocation fails, which nobody could tell from a crash.
///
/// Throws `Error(kModuleLoad)` where the kernel does not tell how much is resident.
void EndAboveMemory(uint64_t bytes, std::string report);

}  // namespace wasmedge_embed
