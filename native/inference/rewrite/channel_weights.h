#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// The largest absolute value of an int8 weight.
inline constexpr int kLargestWeight = 127;

/// The layout of weights in memory: [outer, channels, inner], row-major.
struct WeightLayout {
  size_t outer = 1;
  size_t channels = 1;
  size_t inner = 1;
  /// The number of consecutive weights of a channel that meet the channels of one point of the
  /// input.
  size_t depth = 1;

  size_t size() const noexcept { return outer * channels * inner; }
};

/// A channel whose uint8 weights are more than 127 steps from their zero point, so that int8
/// weights without a zero point need larger steps.
struct InexactChannel {
  size_t channel;
  /// The step of the int8 weights, in steps of the uint8 weights; above 1, at most 255 / 127.
  float step;
  /// Whether rounding is balanced, rather than to the nearest.
  bool balanced;
};

/// Converts uint8 weights with one scale and zero point to int8 weights with a scale for each
/// channel.
///
/// A channel whose weights are all within 127 of the zero point converts exactly: `weight -
/// zero_point`, -127 to 127 (kernels add products of two int8 numbers in 16 bits, which -128 would
/// overflow). In the others, each weight has some error e, and rounding to the nearest would be
/// best if the values that the weights are multiplied with were uncorrelated. But they are
/// correlated: the points of a picture are similar, and so are the channels after a RELU, none of
/// which is below 0. So the rounding is balanced: it minimizes
///
///   0.85 (sum of e)^2 + 0.15 (sum of e^2)
///
/// approximately, which is the mean square of a channel's error if that share of the inputs' mean
/// square is common to all of them. For channels with few weights, which have the largest errors,
/// the step is chosen for this as well.
class WeightConverter {
 public:
  /// The channels that do not convert exactly, in order, each with its minimum step. `zero_point`
  /// is 0 to 255.
  static std::vector<InexactChannel> FindInexactChannels(const uint8_t* weights,
                                                         const WeightLayout& layout,
                                                         int zero_point);

  /// Chooses how to round them, and their steps.
  void Balance(const uint8_t* weights, const WeightLayout& layout, int zero_point,
               std::vector<InexactChannel>* inexact);

  /// `converted` must not overlap `weights`. The result for an inexact channel that is not listed
  /// is unspecified.
  static void Convert(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                      const std::vector<InexactChannel>& inexact, uint8_t* converted);

 private:
  // The number of weights that may still be balanced; beyond that, rounding is to the nearest: a
  // fraction of a second, for models made to take long. Real ones take a thousandth of it.
  size_t work_left_ = size_t{1} << 24;
};

}  // namespace wasmedge_embed
