#pragma once

#include <cstdint>

#include "base/guest_memory.h"

namespace wasmedge_embed {

/// Whether a PNG with this size in pixels can contain its pixels in its bytes, according to its
/// first chunk (IHDR), which has the bit depth at offset 24 and the colour type at 25: a byte of
/// compressed data (deflate, RFC 1951) yields at most 1,032 bytes, 258 for two bits.
inline bool CanHoldPixels(const ByteSpan& png, uint32_t width, uint32_t height) noexcept {
  constexpr uint64_t kMaximumExpansion = 1032;
  if (png.size < 26) return false;
  const uint64_t depth = png.data[24];
  const uint8_t color_type = png.data[25];
  const uint64_t samples = color_type == 2 ? 3 : color_type == 4 ? 2 : color_type == 6 ? 4 : 1;
  return depth * samples * width * height / 8 <= kMaximumExpansion * png.size;
}

}  // namespace wasmedge_embed
