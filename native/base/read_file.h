#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// Reads a whole file, a module or a model, of 4 GiB at most. Throws `Error(kModuleLoad)` that
/// names the path and the system's reason, `std::bad_alloc`.
std::vector<uint8_t> ReadFile(const std::string& path);

}  // namespace wasmedge_embed
