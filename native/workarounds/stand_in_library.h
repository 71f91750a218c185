#pragma once

#include <cstdint>
#include <vector>

#include "workarounds/library_imports.h"

namespace wasmedge_embed {

/// The file of a shared library with the requested name and symbols, but without code: every symbol
/// has the same address, in the process that creates the file (SHN_ABS, which the dynamic linker
/// does not relocate since glibc 2.28). Nothing in it is executable.
///
/// Layout: System V ABI (elf.h), "Symbol Versioning" of the Linux Standard Base.
std::vector<uint8_t> MakeStandInLibrary(const LibraryImports& imports, const void* address);

/// The same for any process of this processor: every symbol is the only function in the file, which
/// returns 0. Its segment is executable and not writable.
std::vector<uint8_t> MakeStandInLibrary(const LibraryImports& imports);

}  // namespace wasmedge_embed
