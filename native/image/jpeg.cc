#include <memory>

#include "image/decode.h"
#include "image/decoder_library.h"
#include "image/jpeg_survey.h"

namespace wasmedge_embed {
namespace {

// The part of the TurboJPEG API used here, of libjpeg-turbo 2.0 and newer (turbojpeg.h).
constexpr int kPixelFormatRgb = 0;
constexpr int kPixelFormatCmyk = 11;
constexpr int kColorSpaceCmyk = 3;
constexpr int kColorSpaceYcck = 4;
constexpr int kErrorWarning = 0;
/// Supported since 2.1, ignored before: at most 500 scans.
constexpr int kFlagLimitScans = 32768;

class TurboJpeg {
 public:
  using Instance = void;

  static const TurboJpeg& Get() {
    static const TurboJpeg library;
    return library;
  }

  Instance* (*InitDecompress)() = nullptr;
  int (*DecompressHeader3)(Instance*, const uint8_t* bytes, unsigned long size, int* width,
                           int* height, int* subsampling, int* color_space) = nullptr;
  int (*Decompress2)(Instance*, const uint8_t* bytes, unsigned long size, uint8_t* pixels,
                     int width, int pitch, int height, int pixel_format, int flags) = nullptr;
  int (*GetErrorCode)(Instance*) = nullptr;
  int (*Destroy)(Instance*) = nullptr;

 private:
  TurboJpeg()
      : library_(
            "libturbojpeg.so.0",
            "Install libjpeg-turbo's TurboJPEG library, 2.0 or newer: 'apt-get install "
            "libturbojpeg0' on Debian and Ubuntu, 'dnf install turbojpeg' on Fedora and Amazon "
            "Linux.") {
    library_.Resolve("tjInitDecompress", &InitDecompress);
    library_.Resolve("tjDecompressHeader3", &DecompressHeader3);
    library_.Resolve("tjDecompress2", &Decompress2);
    library_.Resolve("tjGetErrorCode", &GetErrorCode);
    library_.Resolve("tjDestroy", &Destroy);
  }

  DecoderLibrary library_;
};

/// For inverted inks, four bytes per pixel.
std::vector<uint8_t> CmykToRgb(const std::vector<uint8_t>& cmyk) {
  std::vector<uint8_t> rgb(cmyk.size() / 4 * 3);
  for (size_t pixel = 0; pixel < cmyk.size() / 4; ++pixel) {
    const uint32_t black = cmyk[pixel * 4 + 3];
    for (size_t channel = 0; channel < 3; ++channel) {
      rgb[pixel * 3 + channel] =
          static_cast<uint8_t>((cmyk[pixel * 4 + channel] * black + 127) / 255);
    }
  }
  return rgb;
}

}  // namespace

std::optional<Picture> DecodeJpeg(const ByteSpan& bytes, const ImageLimits& limits) {
  const TurboJpeg& library = TurboJpeg::Get();
  const auto survey = SurveyJpeg(bytes);
  if (!survey || survey->pixels > limits.pixels || !survey->IsWithinBounds()) return std::nullopt;
  const std::unique_ptr<TurboJpeg::Instance, int (*)(TurboJpeg::Instance*)> decoder(
      library.InitDecompress(), library.Destroy);
  if (decoder == nullptr) throw std::bad_alloc();
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int color_space = 0;
  if (library.DecompressHeader3(decoder.get(), bytes.data, bytes.size, &width, &height,
                                &subsampling, &color_space) != 0 &&
      library.GetErrorCode(decoder.get()) != kErrorWarning) {
    return std::nullopt;
  }
  if (width < 1 || height < 1) return std::nullopt;
  const uint64_t pixels = uint64_t{static_cast<uint32_t>(width)} * static_cast<uint32_t>(height);
  if (pixels > limits.pixels) return std::nullopt;

  const bool is_cmyk = color_space == kColorSpaceCmyk || color_space == kColorSpaceYcck;
  std::vector<uint8_t> decoded(pixels * (is_cmyk ? 4 : 3));
  if (library.Decompress2(decoder.get(), bytes.data, bytes.size, decoded.data(), width, 0, height,
                          is_cmyk ? kPixelFormatCmyk : kPixelFormatRgb, kFlagLimitScans) != 0 &&
      library.GetErrorCode(decoder.get()) != kErrorWarning) {
    return std::nullopt;
  }
  return Picture{static_cast<uint32_t>(width), static_cast<uint32_t>(height),
                 is_cmyk ? CmykToRgb(decoded) : std::move(decoded)};
}

}  // namespace wasmedge_embed
