#pragma once

#include <cstdint>

#include "host/host_module.h"
#include "image/decode.h"

namespace wasmedge_embed {

/// The state of `wasmedge_image`: limits for pictures.
///
/// The module decodes outside the sandbox, with libjpeg-turbo and libpng, so it exists only on
/// request. It has both interfaces of WasmEdge's plug-in: that of 0.13 and newer, and that of 0.8
/// to 0.12. Every function returns 0, or 1 if the picture is not of this kind, for ranges outside
/// the guest's memory and for a size of 0. The result is resized (`ResizeBilinear`); floats are
/// bytes divided by 255.
class ImageState {
 public:
  enum class Format { kJpeg, kPng };

  /// The element types of the result, with the numbers of the interface since 0.13.
  enum class Elements : uint32_t { kRgb8 = 0, kBgr8 = 1, kRgb32F = 2, kBgr32F = 3 };

  explicit ImageState(const ImageLimits& limits = {}) : limits_(limits) {}

  /// Since 0.13: (image, image_length, width, height, elements, buffer, buffer_length). The buffer
  /// may be larger than the result.
  bool Load(Format format, HostCall& call) const;
  /// 0.8 to 0.12: (image, image_length, width, height, buffer).
  bool LegacyLoad(Format format, Elements elements, HostCall& call) const;

 private:
  struct Request {
    Format format;
    Elements elements;
    uint32_t image;
    uint32_t image_length;
    uint32_t width;
    uint32_t height;
    uint32_t buffer;
  };

  bool Load(const Request& request, const GuestMemory& memory, uint64_t buffer_length) const;

  const ImageLimits limits_;
};

/// `wasmedge_image`.
const HostModule<ImageState>& ImageModule();

}  // namespace wasmedge_embed
