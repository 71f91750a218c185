#include "bench/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <memory>
#include <stdexcept>

// Requires <cstdio> before it.
#include <jpeglib.h>

namespace wasmedge_embed::bench {
namespace {

constexpr unsigned kScales[] = {8, 4, 2};

/// How libjpeg is left on an error: its handler must not return.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

void Leave(j_common_ptr decoder) {
  auto& manager = *reinterpret_cast<ErrorManager*>(decoder->err);
  decoder->err->format_message(decoder, manager.message);
  std::longjmp(manager.escape, 1);
}

void SayNothing(j_common_ptr) {}

/// The code between setjmp and longjmp: longjmp would skip destructors, so no object here has one.
bool Decode(jpeg_decompress_struct* decoder, const std::vector<uint8_t>& jpeg, unsigned width,
            unsigned height, Picture* picture) {
  auto& manager = *reinterpret_cast<ErrorManager*>(decoder->err);
  if (setjmp(manager.escape) != 0) return false;
  jpeg_mem_src(decoder, jpeg.data(), jpeg.size());
  jpeg_read_header(decoder, TRUE);
  decoder->out_color_space = JCS_RGB;
  decoder->scale_num = 1;
  decoder->scale_denom = 1;
  for (const unsigned scale : kScales) {
    if (decoder->image_width / scale >= width && decoder->image_height / scale >= height) {
      decoder->scale_denom = scale;
      break;
    }
  }
  jpeg_start_decompress(decoder);
  picture->width = static_cast<int>(decoder->output_width);
  picture->height = static_cast<int>(decoder->output_height);
  const size_t stride = size_t{3} * decoder->output_width;
  picture->pixels.resize(stride * decoder->output_height);
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW row = picture->pixels.data() + stride * decoder->output_scanline;
    jpeg_read_scanlines(decoder, &row, 1);
  }
  jpeg_finish_decompress(decoder);
  return true;
}

}  // namespace

void DecodeScaled(const std::vector<uint8_t>& jpeg, int width, int height, Picture* picture) {
  ErrorManager manager{};
  jpeg_decompress_struct decoder{};
  decoder.err = jpeg_std_error(&manager.base);
  manager.base.error_exit = &Leave;
  manager.base.output_message = &SayNothing;
  jpeg_create_decompress(&decoder);
  const std::unique_ptr<jpeg_decompress_struct, void (*)(j_decompress_ptr)> owner(
      &decoder, &jpeg_destroy_decompress);
  if (!Decode(&decoder, jpeg, static_cast<unsigned>(width), static_cast<unsigned>(height),
              picture)) {
    throw std::runtime_error(manager.message);
  }
}

}  // namespace wasmedge_embed::bench
