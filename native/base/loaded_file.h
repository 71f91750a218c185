#pragma once

#include <string>

namespace wasmedge_embed {

/// The path of the shared object, or program, that this address lies in, as the dynamic linker
/// knows it; empty where it knows none.
std::string LoadedFileAt(const void* address);

/// That of this code.
std::string OwnFile();

}  // namespace wasmedge_embed
