#pragma once

#include <cstdint>
#include <string>

namespace wasmedge_embed {

/// From now on, ends this process, which must be one that only compiles, as soon as more than
/// `bytes` of its memory are resident: a separate thread checks every 10 ms, writes `report` to
/// standard output and exits with 0. With a system limit, LLVM would abort when an allocation
/// fails, which could not be distinguished from a crash.
///
/// Throws `Error(kModuleLoad)` if the kernel does not report the resident size.
void EndAboveMemory(uint64_t bytes, std::string report);

}  // namespace wasmedge_embed
