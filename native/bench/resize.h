#pragma once

#include <cstdint>

#include "bench/picture.h"

namespace wasmedge_embed::bench {

/// Resizes bilinearly, aligned at pixel centres, to `width` × `height` pixels of three bytes. The
/// aspect ratio is not kept, as in the models' training.
void ResizeBilinear(const Picture& picture, int width, int height, uint8_t* out);

}  // namespace wasmedge_embed::bench
