#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/rewrite/channel_weights.h"

namespace wasmedge_embed {

/// Channels of a tensor that are appended to it a second time, in this order.
using ChannelCopies = std::vector<uint32_t>;

/// The input channels that meet weights more than 127 from the zero point, in order: with a copy of
/// each, a convolution adds up `127 * x + (weight - 127) * x` where it could not use `weight * x`.
/// `layout.outer` must be 1. Empty if there are more than `most`.
ChannelCopies FindCopies(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                         const std::vector<InexactChannel>& inexact, size_t most);

/// The file's uint8 weights.
struct FileWeights {
  const uint8_t* data;
  WeightLayout layout;
  int zero_point;
};

/// Makes the weights of a convolution whose input has these copies after its channels, and whose
/// output gets the copies `outputs` after its own. `bytes` begins with the weights as
/// `WeightConverter` has converted them; they grow in place to `GrownSize`. The channels in `split`
/// become exact.
void GrowConvolution(const FileWeights& weights, const std::vector<InexactChannel>& split,
                     const ChannelCopies& inputs, const ChannelCopies& outputs, uint8_t* bytes);
size_t GrownSize(const WeightLayout& layout, const ChannelCopies& inputs,
                 const ChannelCopies& outputs);

/// The same for a depthwise convolution, whose input and output have the same copies.
void GrowDepthwise(const WeightLayout& layout, const ChannelCopies& copies, uint8_t* bytes);

}  // namespace wasmedge_embed
