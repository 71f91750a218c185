#include "inference/rewrite/channel_copies.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace wasmedge_embed {
namespace {

/// Puts `gap` zeros behind each row of so many bytes.
void Spread(size_t rows, size_t size, size_t gap, uint8_t* bytes) {
  if (gap == 0) return;
  // From the last on, since each moves to where rows behind it were.
  for (size_t row = rows; row-- > 0;) {
    uint8_t* const to = bytes + row * (size + gap);
    std::memmove(to, bytes + row * size, size);
    std::memset(to + size, 0, gap);
  }
}

}  // namespace

ChannelCopies FindCopies(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                         const std::vector<InexactChannel>& inexact, size_t most) {
  ChannelCopies copies;
  for (const InexactChannel& each : inexact) {
    const uint8_t* row = weights + each.channel * layout.inner;
    for (size_t i = 0; i < layout.inner; ++i) {
      if (std::abs(row[i] - zero_point) <= kLargestWeight) continue;
      const auto channel = static_cast<uint32_t>(i % layout.depth);
      const auto place = std::lower_bound(copies.begin(), copies.end(), channel);
      if (place != copies.end() && *place == channel) continue;
      if (copies.size() == most) return {};
      copies.insert(place, channel);
    }
  }
  return copies;
}

size_t GrownSize(const WeightLayout& layout, const ChannelCopies& inputs,
                 const ChannelCopies& outputs) {
  const size_t points = layout.inner / layout.depth;
  return (layout.channels + outputs.size()) * points * (layout.depth + inputs.size());
}

void GrowConvolution(const FileWeights& weights, const std::vector<InexactChannel>& split,
                     const ChannelCopies& inputs, const ChannelCopies& outputs, uint8_t* bytes) {
  const WeightLayout& layout = weights.layout;
  const size_t points = layout.inner / layout.depth;
  const size_t depth = layout.depth + inputs.size();
  Spread(layout.channels * points, layout.depth, inputs.size(), bytes);
  for (const InexactChannel& each : split) {
    const uint8_t* from = weights.data + each.channel * layout.inner;
    uint8_t* to = bytes + each.channel * points * depth;
    for (size_t i = 0; i < layout.inner; ++i) {
      const int exact = from[i] - weights.zero_point;
      const int most = std::clamp(exact, -kLargestWeight, kLargestWeight);
      uint8_t* point = to + i / layout.depth * depth;
      point[i % layout.depth] = static_cast<uint8_t>(most);
      if (most == exact) continue;
      const auto copy = std::lower_bound(inputs.begin(), inputs.end(), i % layout.depth);
      point[layout.depth + static_cast<size_t>(copy - inputs.begin())] =
          static_cast<uint8_t>(exact - most);
    }
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::copy_n(bytes + outputs[i] * points * depth, points * depth,
                bytes + (layout.channels + i) * points * depth);
  }
}

void GrowDepthwise(const WeightLayout& layout, const ChannelCopies& copies, uint8_t* bytes) {
  Spread(layout.outer, layout.channels, copies.size(), bytes);
  for (size_t point = 0; point < layout.outer; ++point) {
    uint8_t* const row = bytes + point * (layout.channels + copies.size());
    for (size_t i = 0; i < copies.size(); ++i) row[layout.channels + i] = row[copies[i]];
  }
}

}  // namespace wasmedge_embed
