#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// The size of a page of a guest's memory, in bytes.
inline constexpr uint64_t kWasmPageSize = 65536;

}  // namespace wasmedge_embed
