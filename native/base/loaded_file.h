#pragma once

#include <string>

namespace wasmedge_embed {

/// The path of the shared object or program that contains this address, as the dynamic linker knows
/// it; empty if it knows none.
std::string LoadedFileAt(const void* address);

/// The path of the file that contains this code.
std::string OwnFile();

}  // namespace wasmedge_embed
