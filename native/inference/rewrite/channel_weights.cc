#include "inference/rewrite/channel_weights.h"

#include <algorithm>
#include <cmath>

namespace wasmedge_embed {
namespace {

// A larger one would be useless: with 2, every even weight is exact.
constexpr float kLargestStep = 2;
// The number of steps tried for a channel with at most this many weights.
constexpr int kSteps = 128;
constexpr size_t kFewWeights = 64;
// If the rounding has not converged after this many rounds, it is good enough.
constexpr int kRounds = 8;

// For the shares of the input: see the header.
constexpr float kCommon = 0.85F;
constexpr float kNoise = 0.15F;

/// The weights of one channel, in memory order.
class Channel {
 public:
  Channel(const uint8_t* weights, const WeightLayout& layout, size_t channel, int zero_point) {
    exact_.reserve(layout.outer * layout.inner);
    for (size_t outer = 0; outer < layout.outer; ++outer) {
      const uint8_t* row = weights + (outer * layout.channels + channel) * layout.inner;
      for (size_t i = 0; i < layout.inner; ++i) {
        exact_.push_back(static_cast<float>(row[i] - zero_point));
      }
    }
    rounded_.resize(exact_.size());
    errors_.resize(exact_.size());
  }

  size_t size() const noexcept { return exact_.size(); }
  int8_t rounded(size_t index) const noexcept { return static_cast<int8_t>(rounded_[index]); }

  void RoundToNearest(float step) {
    for (size_t i = 0; i < exact_.size(); ++i) {
      rounded_[i] = std::clamp(static_cast<int>(std::lrint(exact_[i] / step)), -kLargestWeight,
                               kLargestWeight);
    }
  }

  /// Rounds up or down so that the energy is small, and returns it.
  float Balance(float step) {
    RoundToNearest(step);
    sum_ = 0;
    for (size_t i = 0; i < exact_.size(); ++i) {
      errors_[i] = static_cast<float>(rounded_[i]) * step - exact_[i];
      sum_ += errors_[i];
    }
    for (int round = 0; round < kRounds; ++round) {
      if (!Improve(step)) break;
    }
    return Energy();
  }

 private:
  /// Moves each weight by a step if that reduces the energy; false if none moves.
  bool Improve(float step) noexcept {
    bool improved = false;
    for (size_t i = 0; i < exact_.size(); ++i) {
      // Half the energy's derivative; the second derivative is constant.
      const float slope = kCommon * sum_ + kNoise * errors_[i];
      constexpr float kCurvature = kCommon + kNoise;
      const int direction = slope > 0 ? -1 : 1;
      const float by = static_cast<float>(direction) * step;
      constexpr float kWorthwhile = -1e-4F;
      if (2 * slope * by + kCurvature * by * by >= kWorthwhile) continue;
      if (std::abs(rounded_[i] + direction) > kLargestWeight) continue;
      rounded_[i] += direction;
      errors_[i] += by;
      sum_ += by;
      improved = true;
    }
    return improved;
  }

  float Energy() const noexcept {
    float squares = 0;
    for (const float error : errors_) squares += error * error;
    return kCommon * sum_ * sum_ + kNoise * squares;
  }

  std::vector<float> exact_;
  std::vector<int> rounded_;
  std::vector<float> errors_;
  float sum_ = 0;
};

/// The maximum distance of each channel's weights from the zero point.
std::vector<int> FindReaches(const uint8_t* weights, const WeightLayout& layout, int zero_point) {
  std::vector<uint8_t> least(layout.channels, UINT8_MAX);
  std::vector<uint8_t> most(layout.channels, 0);
  for (size_t outer = 0; outer < layout.outer; ++outer) {
    const uint8_t* row = weights + outer * layout.channels * layout.inner;
    // Two loops that compilers vectorize: in the weights of a depthwise convolution, the channel
    // changes from byte to byte.
    if (layout.inner == 1) {
      for (size_t channel = 0; channel < layout.channels; ++channel) {
        least[channel] = std::min(least[channel], row[channel]);
        most[channel] = std::max(most[channel], row[channel]);
      }
      continue;
    }
    for (size_t channel = 0; channel < layout.channels; ++channel, row += layout.inner) {
      uint8_t low = least[channel];
      uint8_t high = most[channel];
      for (size_t i = 0; i < layout.inner; ++i) {
        low = std::min(low, row[i]);
        high = std::max(high, row[i]);
      }
      least[channel] = low;
      most[channel] = high;
    }
  }
  std::vector<int> reaches(layout.channels);
  for (size_t channel = 0; channel < layout.channels; ++channel) {
    reaches[channel] = std::max(most[channel] - zero_point, zero_point - least[channel]);
  }
  return reaches;
}

}  // namespace

std::vector<InexactChannel> WeightConverter::FindInexactChannels(const uint8_t* weights,
                                                                 const WeightLayout& layout,
                                                                 int zero_point) {
  std::vector<InexactChannel> inexact;
  const std::vector<int> reaches = FindReaches(weights, layout, zero_point);
  for (size_t index = 0; index < reaches.size(); ++index) {
    if (reaches[index] <= kLargestWeight) continue;
    inexact.push_back({index, static_cast<float>(reaches[index]) / kLargestWeight, false});
  }
  return inexact;
}

void WeightConverter::Balance(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                              std::vector<InexactChannel>* inexact) {
  const size_t count = layout.outer * layout.inner;
  const bool searched = count <= kFewWeights;
  const size_t work = searched ? count * kSteps : count;
  for (InexactChannel& each : *inexact) {
    if (work > work_left_) return;
    work_left_ -= work;
    each.balanced = true;
    if (!searched) continue;
    Channel channel(weights, layout, each.channel, zero_point);
    const float least_step = each.step;
    float best = channel.Balance(least_step);
    for (int i = 1; i < kSteps; ++i) {
      const float step =
          least_step + std::max(kLargestStep - least_step, 0.0F) * static_cast<float>(i) / kSteps;
      const float energy = channel.Balance(step);
      if (energy >= best) continue;
      best = energy;
      each.step = step;
    }
  }
}

void WeightConverter::Convert(const uint8_t* weights, const WeightLayout& layout, int zero_point,
                              const std::vector<InexactChannel>& inexact, uint8_t* converted) {
  const auto offset = static_cast<uint8_t>(zero_point);
  const size_t size = layout.size();
  for (size_t i = 0; i < size; ++i) converted[i] = static_cast<uint8_t>(weights[i] - offset);
  for (const InexactChannel& each : inexact) {
    Channel channel(weights, layout, each.channel, zero_point);
    if (each.balanced) {
      channel.Balance(each.step);
    } else {
      channel.RoundToNearest(each.step);
    }
    for (size_t i = 0; i < channel.size(); ++i) {
      const size_t outer = i / layout.inner;
      converted[(outer * layout.channels + each.channel) * layout.inner + i % layout.inner] =
          static_cast<uint8_t>(channel.rounded(i));
    }
  }
}

}  // namespace wasmedge_embed
