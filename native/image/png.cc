#include <memory>

#include "image/decode.h"
#include "image/decoder_library.h"
#include "image/png_bounds.h"

namespace wasmedge_embed {
namespace {

// The part of libpng 1.6's simplified API used here (png.h).
struct Image {
  void* control = nullptr;
  uint32_t version = 1;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t format = 0;
  uint32_t flags = 0;
  uint32_t colormap_entries = 0;
  uint32_t warning_or_error = 0;
  char message[64] = {};
};

struct Color {
  uint8_t red;
  uint8_t green;
  uint8_t blue;
};

constexpr uint32_t kFormatRgb = 2;

class Png {
 public:
  static const Png& Get() {
    static const Png library;
    return library;
  }

  int (*BeginReadFromMemory)(Image*, const void* bytes, size_t size) = nullptr;
  int (*FinishRead)(Image*, const Color* background, void* pixels, int32_t row_stride,
                    void* colormap) = nullptr;
  void (*Free)(Image*) = nullptr;

 private:
  Png()
      : library_(
            "libpng16.so.16",
            "Install libpng 1.6: 'apt-get install libpng16-16t64' on Debian 13 and Ubuntu 24.04 "
            "or newer ('libpng16-16' before), 'dnf install libpng' on Fedora and Amazon Linux.") {
    library_.Resolve("png_image_begin_read_from_memory", &BeginReadFromMemory);
    library_.Resolve("png_image_finish_read", &FinishRead);
    library_.Resolve("png_image_free", &Free);
  }

  DecoderLibrary library_;
};

}  // namespace

std::optional<Picture> DecodePng(const ByteSpan& bytes, const ImageLimits& limits) {
  const Png& library = Png::Get();
  Image image;
  // Freeing is harmless even if nothing was begun.
  const std::unique_ptr<Image, void (*)(Image*)> owned(&image, library.Free);
  if (library.BeginReadFromMemory(&image, bytes.data, bytes.size) == 0) return std::nullopt;
  const uint64_t pixels = uint64_t{image.width} * image.height;
  if (pixels == 0 || pixels > limits.pixels || !CanHoldPixels(bytes, image.width, image.height)) {
    return std::nullopt;
  }
  Picture picture{image.width, image.height, std::vector<uint8_t>(pixels * 3)};
  image.format = kFormatRgb;
  constexpr Color kBlack{0, 0, 0};
  if (library.FinishRead(&image, &kBlack, picture.pixels.data(), 0, nullptr) == 0) {
    return std::nullopt;
  }
  return picture;
}

}  // namespace wasmedge_embed
