#pragma once

#include <cstdint>
#include <optional>

#include "base/guest_memory.h"
#include "image/picture.h"

namespace wasmedge_embed {

/// What a picture may ask for. Checked before memory is taken for it.
struct ImageLimits {
  /// "imagePixels": width times height. A picture with more is one that cannot be decoded; a guest
  /// that asks for a result with more is ended with `kLimit`.
  uint64_t pixels = 50'000'000;
};

/// Decodes a JPEG with libjpeg-turbo: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK (as
/// Adobe writes them, inverted). Damage that the decoder can go on after leaves grey. Orientation
/// is not applied. Nothing when it is no JPEG that can be decoded, or when its pixels, work or
/// memory are beyond bounds (`JpegSurvey`). Throws `Error(kLimit)`, `Error(kNativeLoad)`,
/// `std::bad_alloc`.
std::optional<Picture> DecodeJpeg(const ByteSpan& bytes, const ImageLimits& limits);

/// Decodes a PNG of any kind with libpng; what is transparent lies on black. Nothing when it is no
/// PNG that can be decoded, or when it has too many pixels, or more than its bytes can hold. Throws
/// as `DecodeJpeg`.
std::optional<Picture> DecodePng(const ByteSpan& bytes, const ImageLimits& limits);

}  // namespace wasmedge_embed
