#pragma once

#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// A decoded picture: rows from the top, three bytes per pixel (red, green, blue), without padding.
struct Picture {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<uint8_t> pixels;
};

}  // namespace wasmedge_embed
