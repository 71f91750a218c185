#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/page_buffer.h"

namespace wasmedge_embed {

/// Reads a whole file, a module or a model, of at most 4 GiB. Throws `Error(kModuleLoad)` with the
/// path and the system's reason, or `std::bad_alloc`.
std::vector<uint8_t> ReadFile(const std::string& path);
/// The same, as a model is kept.
PageBuffer ReadFileIntoPages(const std::string& path);

}  // namespace wasmedge_embed
