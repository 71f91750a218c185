#pragma once

#include <cstdint>
#include <optional>

#include "base/guest_memory.h"
#include "image/picture.h"

namespace wasmedge_embed {

/// Limits for a picture, checked before memory is allocated for it.
struct ImageLimits {
  /// "imagePixels": width times height. A picture with more cannot be decoded; requesting a result
  /// with more ends the guest with `kLimit`.
  uint64_t pixels = 50'000'000;
};

/// Decodes a JPEG with libjpeg-turbo: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK
/// (inverted, as Adobe writes them). Damage after which the decoder can continue leaves grey areas.
/// Orientation is not applied. Nothing if it is not a JPEG that can be decoded, or if its pixels,
/// work or memory exceed the limits (`JpegSurvey`). Throws `Error(kLimit)`, `Error(kNativeLoad)`,
/// `std::bad_alloc`.
std::optional<Picture> DecodeJpeg(const ByteSpan& bytes, const ImageLimits& limits);

/// Decodes a PNG of any kind with libpng; transparent pixels are blended with black. Nothing if it
/// is not a PNG that can be decoded, or if it has too many pixels, or more than its bytes can hold.
/// Throws like `DecodeJpeg`.
std::optional<Picture> DecodePng(const ByteSpan& bytes, const ImageLimits& limits);

}  // namespace wasmedge_embed
