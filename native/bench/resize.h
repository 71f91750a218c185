#pragma once

#include <cstdint>

#include "bench/picture.h"

namespace wasmedge_embed::bench {

/// Resizes bilinearly, pixel centres on pixel centres, into `width` × `height` pixels of three
/// bytes. The proportions are not kept, as the models were trained.
void ResizeBilinear(const Picture& picture, int width, int height, uint8_t* out);

}  // namespace wasmedge_embed::bench
