#include "image/resize.h"

#include <algorithm>

namespace wasmedge_embed {
namespace {

/// The two neighbours of a position on an axis, and the weight of the second.
struct Tap {
  uint32_t first;
  uint32_t second;
  double weight;
};

/// One axis: maps positions of the result to those of the source.
class Axis {
 public:
  Axis(uint32_t source_size, uint32_t size) noexcept
      : last_(source_size - 1), scale_(static_cast<double>(last_) / std::max(size - 1, 1U)) {}

  Tap At(uint32_t place) const noexcept {
    const double position = place * scale_;
    const uint32_t first = std::min(static_cast<uint32_t>(position), last_);
    return {first, std::min(first + 1, last_), position - first};
  }

 private:
  uint32_t last_;
  double scale_;
};

}  // namespace

void ResizeBilinear(const Picture& picture, uint32_t width, uint32_t height, uint8_t* output) {
  const Axis columns(picture.width, width);
  const Axis rows(picture.height, height);
  for (uint32_t y = 0; y < height; ++y) {
    const Tap row = rows.At(y);
    const uint8_t* upper = picture.pixels.data() + size_t{row.first} * picture.width * 3;
    const uint8_t* lower = picture.pixels.data() + size_t{row.second} * picture.width * 3;
    for (uint32_t x = 0; x < width; ++x) {
      const Tap column = columns.At(x);
      const size_t left = size_t{column.first} * 3;
      const size_t right = size_t{column.second} * 3;
      for (size_t channel = 0; channel < 3; ++channel) {
        const double value = upper[left + channel] * ((1 - column.weight) * (1 - row.weight)) +
                             upper[right + channel] * (column.weight * (1 - row.weight)) +
                             lower[left + channel] * ((1 - column.weight) * row.weight) +
                             lower[right + channel] * (column.weight * row.weight);
        // Keeps the rounding of the weights from decreasing a whole number by one.
        constexpr double kRounding = 1e-6;
        *output++ = static_cast<uint8_t>(value + kRounding);
      }
    }
  }
}

}  // namespace wasmedge_embed
