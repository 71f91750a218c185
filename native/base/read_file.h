#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/page_buffer.h"

namespace wasmedge_embed {

/// Reads a whole file of at most 4 GiB, which no module exceeds. Throws `Error(kModuleLoad)` with
/// the path and the reason, or `std::bad_alloc`.
std::vector<uint8_t> ReadFile(const std::string& path);
/// The same, as a model is kept, for a file of at most `most_bytes`.
PageBuffer ReadFileIntoPages(const std::string& path, uint64_t most_bytes);

}  // namespace wasmedge_embed
