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
/// -128 would overflow). In the others each weight is off by some error e, and rounding to the
/// nearest would be the best if what the weights are multiplied with had nothing in common. But it
/// has: the points of a picture are alike, and so are the channels behind a RELU, of which none is
/// below 0. So the rounding is balanced: it makes
///
///   0.85 (sum of e)^2 + 0.15 (sum of e^2)
///
/// small, which is the mean square of a channel's error where that much of the inputs' mean square
/// is common to all of them. For channels of few weights, which err the most, the step is chosen
/// for it as well.
class WeightConverter {
 public:
  /// The channels that do not convert exactly, in order, each with its least step. `zero_point` is
  /// 0 to 255.
  static std::vector<InexactChannel> FindInexactChannels(const uint8_t* weights,
                                                         const WeightLayout& layout,
                                                         int zero_point);

  /// Chooses how to round them, and their steps.
  void Balance(const uint8_t* weights, const WeightLayout& layout, int zero_point,
               std::vector<InexactChannel>* inexact);

  /// `converted` may not overlap `weights`. What becomes of an inexact channel that is not named is
  /// of no meaning.
  static void Convert(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                      const std::vector<InexactChannel>& inexact, uint8_t* converted);

 private:
  // Weights that may still be balanced, each time, before it is left at the nearest: a fraction of
  // a second, for models that are made to take long. Real ones take a thousandth of it.
  size_t work_left_ = size_t{1} << 24;
};

}  // namespace wasmedge_embed
