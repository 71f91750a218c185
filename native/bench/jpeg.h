#pragma once

#include <cstdint>
#include <vector>

#include "bench/picture.h"

namespace wasmedge_embed::bench {

/// Decodes a JPEG with libjpeg-turbo, scaled down by the largest of 1/8, 1/4 and 1/2 that leaves at
/// least `width` × `height` pixels: this saves most of the work of decoding a large photograph.
/// Throws `std::runtime_error` with the library's message if it cannot decode the bytes.
void DecodeScaled(const std::vector<uint8_t>& jpeg, int width, int height, Picture* picture);

}  // namespace wasmedge_embed::bench
