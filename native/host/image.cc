#include "host/image.h"

#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "image/resize.h"

namespace wasmedge_embed {
namespace {

using Elements = ImageState::Elements;
using Format = ImageState::Format;

constexpr uint64_t kChannels = 3;

bool IsFloat(Elements elements) noexcept {
  return elements == Elements::kRgb32F || elements == Elements::kBgr32F;
}

bool IsBgr(Elements elements) noexcept {
  return elements == Elements::kBgr8 || elements == Elements::kBgr32F;
}

/// The size in bytes of a result that could fit in a memory; nothing for larger and for empty ones.
std::optional<uint64_t> ResultSize(uint32_t width, uint32_t height, Elements elements) noexcept {
  const uint64_t row = width * kChannels * (IsFloat(elements) ? sizeof(float) : 1);
  if (row == 0 || height == 0) return std::nullopt;
  if (height > std::numeric_limits<uint32_t>::max() / row) return std::nullopt;
  return row * height;
}

void WriteFloats(const std::vector<uint8_t>& bytes, uint8_t* target) noexcept {
  for (const uint8_t byte : bytes) {
    const auto value = static_cast<float>(byte / 255.0);
    // The guest's buffer may have any alignment.
    std::memcpy(target, &value, sizeof value);
    target += sizeof value;
  }
}

}  // namespace

bool ImageState::Load(Format format, HostCall& call) const {
  const uint32_t elements = call.I32(4);
  if (elements > static_cast<uint32_t>(Elements::kBgr32F)) return false;
  return Load({format, static_cast<Elements>(elements), call.I32(0), call.I32(1), call.I32(2),
               call.I32(3), call.I32(5)},
              call.memory(), call.I32(6));
}

bool ImageState::LegacyLoad(Format format, Elements elements, HostCall& call) const {
  return Load({format, elements, call.I32(0), call.I32(1), call.I32(2), call.I32(3), call.I32(4)},
              call.memory(), std::numeric_limits<uint64_t>::max());
}

bool ImageState::Load(const Request& request, const GuestMemory& memory,
                      uint64_t buffer_length) const {
  ByteSpan image;
  ByteSpan buffer;
  const auto size = ResultSize(request.width, request.height, request.elements);
  if (!size || *size > buffer_length || !memory.Range(request.buffer, *size, &buffer) ||
      !memory.Range(request.image, request.image_length, &image)) {
    return false;
  }
  if (uint64_t{request.width} * request.height > limits_.pixels) {
    ThrowLimit("imagePixels", limits_.pixels);
  }
  // A copy: the decoder reads the header twice, and the result may overwrite the image.
  std::vector<uint8_t> copy(image.data, image.data + image.size);
  const ByteSpan bytes{copy.data(), copy.size()};
  const auto picture =
      request.format == Format::kJpeg ? DecodeJpeg(bytes, limits_) : DecodePng(bytes, limits_);
  if (!picture) return false;

  std::vector<uint8_t> resized(size_t{request.width} * request.height * kChannels);
  ResizeBilinear(*picture, request.width, request.height, resized.data());
  if (IsBgr(request.elements)) {
    for (size_t pixel = 0; pixel < resized.size(); pixel += kChannels) {
      std::swap(resized[pixel], resized[pixel + 2]);
    }
  }
  if (IsFloat(request.elements)) {
    WriteFloats(resized, buffer.data);
  } else {
    std::memcpy(buffer.data, resized.data(), resized.size());
  }
  return true;
}

namespace {

template <Format format>
HostOutcome Load(ImageState& state, HostCall& call) {
  return call.ReturnI32(state.Load(format, call) ? 0 : 1);
}

template <Format format, Elements elements>
HostOutcome LegacyLoad(ImageState& state, HostCall& call) {
  return call.ReturnI32(state.LegacyLoad(format, elements, call) ? 0 : 1);
}

}  // namespace

const HostModule<ImageState>& ImageModule() {
  constexpr auto kJpeg = Format::kJpeg;
  constexpr auto kPng = Format::kPng;
  static const HostModule<ImageState> module{
      "wasmedge_image",
      {
          {"load_jpg", "iiiiiii:i", Load<kJpeg>},
          {"load_png", "iiiiiii:i", Load<kPng>},
          {"wasmedge_image_load_jpg_to_rgb8", "iiiii:i", LegacyLoad<kJpeg, Elements::kRgb8>},
          {"wasmedge_image_load_jpg_to_bgr8", "iiiii:i", LegacyLoad<kJpeg, Elements::kBgr8>},
          {"wasmedge_image_load_jpg_to_rgb32f", "iiiii:i", LegacyLoad<kJpeg, Elements::kRgb32F>},
          {"wasmedge_image_load_jpg_to_bgr32f", "iiiii:i", LegacyLoad<kJpeg, Elements::kBgr32F>},
          {"wasmedge_image_load_png_to_rgb8", "iiiii:i", LegacyLoad<kPng, Elements::kRgb8>},
          {"wasmedge_image_load_png_to_bgr8", "iiiii:i", LegacyLoad<kPng, Elements::kBgr8>},
          {"wasmedge_image_load_png_to_rgb32f", "iiiii:i", LegacyLoad<kPng, Elements::kRgb32F>},
          {"wasmedge_image_load_png_to_bgr32f", "iiiii:i", LegacyLoad<kPng, Elements::kBgr32F>},
      },
  };
  return module;
}

}  // namespace wasmedge_embed
