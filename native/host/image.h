#pragma once

#include <cstdint>

#include "host/host_module.h"
#include "image/decode.h"

namespace wasmedge_embed {

/// The state of `wasmedge_image`: what a picture may ask for.
///
/// The module decodes outside the sandbox, in libjpeg-turbo and libpng, so it is only there for
/// who asks for it. Both interfaces of WasmEdge's plug-in: from 0.13 on and of 0.8 to 0.12. Every
/// function returns 0, or 1 for what is no such picture, for what lies outside of the guest's
/// memory and for a size of 0. The result is resized (`ResizeBilinear`); floats are bytes divided
/// by 255.
class ImageState {
 public:
  enum class Format { kJpeg, kPng };

  /// The elements of the result, numbered as the interface from 0.13 on does.
  enum class Elements : uint32_t { kRgb8 = 0, kBgr8 = 1, kRgb32F = 2, kBgr32F = 3 };

  explicit ImageState(const ImageLimits& limits = {}) : limits_(limits) {}

  /// From 0.13 on: (image, image_length, width, height, elements, buffer, buffer_length). The
  /// buffer may be larger than the result.
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
