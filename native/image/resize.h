#pragma once

#include <cstdint>

#include "image/picture.h"

namespace wasmedge_embed {

/// Writes the picture resized as RGB, `width * height * 3` bytes; neither may be 0. Bilinear
/// interpolation between the four nearest pixels, with the centres of the corner pixels aligned and
/// fractions truncated, like WasmEdge's plug-in with Boost.GIL's `resize_view` (numeric extension,
/// resample.hpp and sampler.hpp). Shrinking a picture strongly skips pixels and does not smooth it.
void ResizeBilinear(const Picture& picture, uint32_t width, uint32_t height, uint8_t* output);

}  // namespace wasmedge_embed
