#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// How weights lie in memory: [outer, channels, inner], row-major.
struct WeightLayout {
  size_t outer = 1;
  size_t channels = 1;
  size_t inner = 1;
  /// How many of a channel's weights, in order, meet the channels of one point of the input.
  size_t depth = 1;

  size_t size() const noexcept { return outer * channels * inner; }
};

/// A channel whose uint8 weights reach further than 127 steps from their zero point, so that int8
/// weights without a zero point take them in larger steps only.
struct InexactChannel {
  size_t channel;
  /// A step of the int8 weights, in steps of the uint8 weights; above 1, at most 255 / 127.
  float step;
  /// Whether the rounding is balanced, or to the nearest.
  bool balanced;
};

/// Makes int8 weights with a scale for each channel of uint8 weights with one scale and zero point.
///
/// A channel all of whose weights are within 127 of the zero point converts exactly:
/// `weight - zero_point`, -127 to 127 (kernels add products of two int8 numbers in 16 bits, which
/// -128 would overflow). In the others each weight is off by some error, and rounding to the
/// nearest would be the best if what the weights are multiplied with had nothing in common. But it
/// has: the points of a picture, and the channels of a point, are alike. So the rounding is
/// balanced: with the errors e of one channel at the points p and the input's channels c, it makes
///
///   0.5 (sum of all e)^2 + 0.3 (sum over c of (sum over p of e)^2)
///                        + 0.1 (sum over p of (sum over c of e)^2) + 0.1 (sum of e^2)
///
/// small, which is the mean square of a channel's error for inputs that are the sum of a part that
/// is common to all, one of each channel, one of each point, and noise, with these variances. For
/// channels of few weights, which err the most, the step is chosen for it as well.
class WeightConverter {
 public:
  /// The channels that do not convert exactly, in order. `zero_point` is 0 to 255.
  std::vector<InexactChannel> FindInexactChannels(const uint8_t* weights,
                                                  const WeightLayout& layout, int zero_point);

  /// `converted` may not overlap `weights`.
  static void Convert(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                      const std::vector<InexactChannel>& inexact, uint8_t* converted);

 private:
  // Weights that may still be balanced, each time, before it is left at the nearest: a fraction of
  // a second, for models that are made to take long. Real ones take a thousandth of it.
  size_t work_left_ = size_t{1} << 24;
};

}  // namespace wasmedge_embed
