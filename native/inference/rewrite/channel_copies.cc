#include "inference/rewrite/channel_copies.h"

#include <algorithm>
#include <cstdlib>

namespace wasmedge_embed {
namespace {

constexpr int kLargest = 127;

}  // namespace

ChannelCopies FindCopies(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                         const std::vector<InexactChannel>& inexact, size_t most) {
  ChannelCopies copies;
  for (const InexactChannel& each : inexact) {
    const uint8_t* row = weights + each.channel * layout.inner;
    for (size_t i = 0; i < layout.inner; ++i) {
      if (std::abs(row[i] - zero_point) <= kLargest) continue;
      const auto channel = static_cast<uint32_t>(i % layout.depth);
      const auto place = std::lower_bound(copies.begin(), copies.end(), channel);
      if (place != copies.end() && *place == channel) continue;
      if (copies.size() == most) return {};
      copies.insert(place, channel);
    }
  }
  return copies;
}

std::vector<uint8_t> CopyConvolution(const ConvertedWeights& weights,
                                     const std::vector<InexactChannel>& split,
                                     const ChannelCopies& inputs, const ChannelCopies& outputs) {
  const WeightLayout& layout = weights.layout;
  const size_t points = layout.inner / layout.depth;
  const size_t depth = layout.depth + inputs.size();
  std::vector<uint8_t> grown((layout.channels + outputs.size()) * points * depth);
  for (size_t channel = 0; channel < layout.channels; ++channel) {
    const uint8_t* from = weights.converted.data() + channel * layout.inner;
    uint8_t* to = grown.data() + channel * points * depth;
    for (size_t point = 0; point < points; ++point) {
      std::copy_n(from + point * layout.depth, layout.depth, to + point * depth);
    }
  }
  for (const InexactChannel& each : split) {
    const uint8_t* from = weights.weights + each.channel * layout.inner;
    uint8_t* to = grown.data() + each.channel * points * depth;
    for (size_t i = 0; i < layout.inner; ++i) {
      const int exact = from[i] - weights.zero_point;
      const int most = std::clamp(exact, -kLargest, kLargest);
      uint8_t* point = to + i / layout.depth * depth;
      point[i % layout.depth] = static_cast<uint8_t>(most);
      if (most == exact) continue;
      const auto copy = std::lower_bound(inputs.begin(), inputs.end(), i % layout.depth);
      point[layout.depth + static_cast<size_t>(copy - inputs.begin())] =
          static_cast<uint8_t>(exact - most);
    }
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::copy_n(grown.data() + outputs[i] * points * depth, points * depth,
                grown.data() + (layout.channels + i) * points * depth);
  }
  return grown;
}

std::vector<uint8_t> CopyDepthwise(const ConvertedWeights& weights, const ChannelCopies& copies) {
  const size_t channels = weights.layout.channels;
  std::vector<uint8_t> grown;
  grown.reserve(weights.layout.outer * (channels + copies.size()));
  for (size_t point = 0; point < weights.layout.outer; ++point) {
    const uint8_t* row = weights.converted.data() + point * channels;
    grown.insert(grown.end(), row, row + channels);
    for (const uint32_t channel : copies) grown.push_back(row[channel]);
  }
  return grown;
}

}  // namespace wasmedge_embed
