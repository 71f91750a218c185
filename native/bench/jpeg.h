#pragma once

#include <cstdint>
#include <vector>

#include "bench/picture.h"

namespace wasmedge_embed::bench {

/// Decodes a JPEG with libjpeg-turbo, scaled down by the largest of 1/8, 1/4 and 1/2 that leaves at
/// least `width` × `height` pixels: most of the decoding of a large photograph is saved. Throws
/// `std::runtime_error` with the library's words when the bytes are no JPEG that it can decode.
void DecodeScaled(const std::vector<uint8_t>& jpeg, int width, int height, Picture* picture);

}  // namespace wasmedge_embed::bench
