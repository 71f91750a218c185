#include "test/pictures.h"

#include <cstdio>
// Requires size_t and FILE.
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

namespace wasmedge_embed::test {
namespace {

constexpr size_t kChannels = 3;

struct Rgb {
  size_t width = 0;
  size_t height = 0;
  std::vector<uint8_t> bytes;
};

struct ErrorExit {
  jpeg_error_mgr manager;
  std::jmp_buf back;
};

/// `longjmp` leaves this function, so it must have no object with a destructor.
bool Decode(const std::vector<uint8_t>& file, Rgb* picture) {
  jpeg_decompress_struct decoder;
  ErrorExit error;
  decoder.err = jpeg_std_error(&error.manager);
  error.manager.error_exit = [](j_common_ptr common) {
    std::longjmp(reinterpret_cast<ErrorExit*>(common->err)->back, 1);
  };
  error.manager.emit_message = [](j_common_ptr, int) {};
  if (setjmp(error.back) != 0) {
    jpeg_destroy_decompress(&decoder);
    return false;
  }
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, file.data(), file.size());
  jpeg_read_header(&decoder, TRUE);
  decoder.out_color_space = JCS_RGB;
  jpeg_start_decompress(&decoder);
  picture->width = decoder.output_width;
  picture->height = decoder.output_height;
  picture->bytes.resize(picture->width * picture->height * kChannels);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = picture->bytes.data() + decoder.output_scanline * picture->width * kChannels;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return true;
}

/// The mean of the source pixels covered by each pixel; the nearest one when enlarging.
std::vector<uint8_t> Scale(const Rgb& source, size_t width, size_t height) {
  std::vector<uint8_t> scaled(width * height * kChannels);
  const auto reach = [](size_t index, size_t from, size_t to) {
    const size_t first = index * from / to;
    return std::make_pair(first, std::max(first + 1, (index + 1) * from / to));
  };
  for (size_t y = 0; y < height; ++y) {
    const auto [top, bottom] = reach(y, source.height, height);
    for (size_t x = 0; x < width; ++x) {
      const auto [left, right] = reach(x, source.width, width);
      const size_t count = (bottom - top) * (right - left);
      for (size_t channel = 0; channel < kChannels; ++channel) {
        size_t sum = count / 2;
        for (size_t row = top; row < bottom; ++row) {
          const uint8_t* value =
              source.bytes.data() + (row * source.width + left) * kChannels + channel;
          for (size_t column = left; column < right; ++column, value += kChannels) sum += *value;
        }
        scaled[(y * width + x) * kChannels + channel] = static_cast<uint8_t>(sum / count);
      }
    }
  }
  return scaled;
}

}  // namespace

std::vector<Picture> ReadPhotographs(const std::string& folder, size_t width, size_t height) {
  std::vector<std::filesystem::path> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    const auto extension = entry.path().extension();
    if (extension == ".jpg" || extension == ".jpeg") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Picture> pictures;
  std::set<std::vector<uint8_t>> seen;
  for (const auto& path : paths) {
    std::vector<uint8_t> file(std::filesystem::file_size(path));
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(file.data()), static_cast<std::streamsize>(file.size()));
    Rgb picture;
    if (!Decode(file, &picture)) continue;
    Picture scaled{path.lexically_relative(folder), Scale(picture, width, height)};
    if (seen.insert(scaled.bytes).second) pictures.push_back(std::move(scaled));
  }
  return pictures;
}

std::vector<Picture> MakePictures(size_t width, size_t height) {
  std::vector<Picture> pictures;
  const auto make = [&](const std::string& name, const auto& pixel) {
    Picture picture{name, {}};
    for (size_t y = 0; y < height; ++y) {
      for (size_t x = 0; x < width; ++x) {
        for (size_t channel = 0; channel < kChannels; ++channel) {
          picture.bytes.push_back(static_cast<uint8_t>(pixel(x, y, channel)));
        }
      }
    }
    pictures.push_back(std::move(picture));
  };
  for (const size_t value : {0, 1, 127, 128, 254, 255}) {
    make("all " + std::to_string(value), [value](size_t, size_t, size_t) { return value; });
  }
  for (size_t only = 0; only < kChannels; ++only) {
    make("only channel " + std::to_string(only),
         [only](size_t, size_t, size_t channel) { return channel == only ? 255 : 0; });
  }
  for (const size_t size : {1, 2, 8, 31}) {
    const std::string text = std::to_string(size);
    make("stripes of " + text, [size](size_t x, size_t, size_t) { return x / size % 2 * 255; });
    make("squares of " + text,
         [size](size_t x, size_t y, size_t) { return (x / size + y / size) % 2 * 255; });
  }
  make("ramp", [width](size_t x, size_t, size_t) { return x * 255 / (width - 1); });
  make("ramps", [=](size_t x, size_t y, size_t channel) {
    return channel == 0   ? x * 255 / (width - 1)
           : channel == 1 ? y * 255 / (height - 1)
                          : (x * y) % 256;
  });
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    make("noise " + std::to_string(seed), [&](size_t, size_t, size_t) { return random() % 256; });
  }
  for (const unsigned seed : {5U, 6U}) {
    std::mt19937 random(seed);
    make("extreme noise " + std::to_string(seed),
         [&](size_t, size_t, size_t) { return random() % 2 * 255; });
    make("faint noise " + std::to_string(seed),
         [&](size_t, size_t, size_t) { return 126 + random() % 4; });
  }
  return pictures;
}

}  // namespace wasmedge_embed::test
