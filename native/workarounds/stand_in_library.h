#pragma once

#include <cstdint>
#include <vector>

#include "workarounds/library_imports.h"

namespace wasmedge_embed {

/// The file of a shared library that has the name and the symbols that are asked for, and no code:
/// every symbol is the one address, in the process that the file is made by (SHN_ABS, which the
/// dynamic linker takes as it is since glibc 2.28). Nothing of it is executable.
///
/// Layout: System V ABI (elf.h), "Symbol Versioning" of the Linux Standard Base.
std::vector<uint8_t> MakeStandInLibrary(const LibraryImports& imports, const void* address);

}  // namespace wasmedge_embed
