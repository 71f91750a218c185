#pragma once

#include <cstdint>
#include <vector>

namespace wasmedge_embed::bench {

/// Pixels of three bytes each, red first, row by row without padding.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

}  // namespace wasmedge_embed::bench
