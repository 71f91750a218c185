#include "bench/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace wasmedge_embed::bench {
namespace {

constexpr int kChannels = 3;
/// Weights are fractions of 2^7: a product of two weights and a byte fits into 22 bits.
constexpr int kWeightBits = 7;
constexpr int kOne = 1 << kWeightBits;

/// The two source positions of a target position, and the weight of the second.
struct Tap {
  int first;
  int second;
  int weight;
};

std::vector<Tap> Taps(int source, int target) {
  std::vector<Tap> taps(static_cast<size_t>(target));
  const double scale = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    const double position = std::clamp((i + 0.5) * scale - 0.5, 0.0, source - 1.0);
    const int first = static_cast<int>(position);
    taps[static_cast<size_t>(i)] = {first, std::min(first + 1, source - 1),
                                    static_cast<int>(std::lround((position - first) * kOne))};
  }
  return taps;
}

}  // namespace

void ResizeBilinear(const Picture& picture, int width, int height, uint8_t* out) {
  const std::vector<Tap> columns = Taps(picture.width, width);
  const std::vector<Tap> rows = Taps(picture.height, height);
  const size_t stride = static_cast<size_t>(picture.width) * kChannels;
  // Vertical interpolation first: that loop runs over whole rows of bytes, which the compiler
  // vectorizes.
  std::vector<uint16_t> mixed(stride);
  for (const Tap& row : rows) {
    const uint8_t* upper = picture.pixels.data() + static_cast<size_t>(row.first) * stride;
    const uint8_t* lower = picture.pixels.data() + static_cast<size_t>(row.second) * stride;
    for (size_t i = 0; i < stride; ++i) {
      mixed[i] = static_cast<uint16_t>(upper[i] * (kOne - row.weight) + lower[i] * row.weight);
    }
    for (const Tap& column : columns) {
      const uint16_t* left = mixed.data() + static_cast<size_t>(column.first) * kChannels;
      const uint16_t* right = mixed.data() + static_cast<size_t>(column.second) * kChannels;
      for (int channel = 0; channel < kChannels; ++channel) {
        const int sum = left[channel] * (kOne - column.weight) + right[channel] * column.weight;
        *out++ = static_cast<uint8_t>((sum + (1 << (2 * kWeightBits - 1))) >> (2 * kWeightBits));
      }
    }
  }
}

}  // namespace wasmedge_embed::bench
