#pragma once

#include <cstdint>

#include "image/picture.h"

namespace wasmedge_embed {

/// Writes the picture in another size as RGB, `width * height * 3` bytes, neither being 0. Bilinear
/// between the four nearest pixels, the corners' centres lying on each other, fractions cut off:
/// what WasmEdge's plug-in does through Boost.GIL's `resize_view` (numeric extension, resample.hpp
/// and sampler.hpp). Much smaller pictures lose pixels and are not smoothed.
void ResizeBilinear(const Picture& picture, uint32_t width, uint32_t height, uint8_t* output);

}  // namespace wasmedge_embed
