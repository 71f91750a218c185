#pragma once

#include <cstdint>

/// The kinds of imports and exports in a module's binary format.
namespace wasmedge_embed::extern_kind {

inline constexpr uint8_t kFunction = 0;
inline constexpr uint8_t kTable = 1;
inline constexpr uint8_t kMemory = 2;
inline constexpr uint8_t kGlobal = 3;
inline constexpr uint8_t kTag = 4;

}  // namespace wasmedge_embed::extern_kind
