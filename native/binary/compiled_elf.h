#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// Whether the bytes begin like an ELF file.
bool LooksLikeElf(const std::vector<uint8_t>& bytes) noexcept;

/// Checks that an ELF file is a shared object for this processor as WasmEdge's compiler writes it:
/// all loadable segments inside the file (the system's loader would raise SIGBUS on a truncated
/// one), nothing that runs when it is opened, the symbols `version`, `intrinsics`, `wasm.code` and
/// `wasm.size`, and the given number in `version`.
///
/// `source` receives the plain module it was compiled from, which the file contains. Returns an
/// empty string, or what is wrong, to follow the file's name in a message. The layout is that of
/// the System V ABI (elf.h).
std::string CheckCompiledElf(const std::vector<uint8_t>& bytes, uint32_t aot_binary_version,
                             WasmBytes* source);

}  // namespace wasmedge_embed
