#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/rewrite/channel_copies.h"

namespace wasmedge_embed {

/// Finds out which tensors of a graph can get copies of some of their channels, and keeps the
/// lists.
///
/// A convolution can make a channel twice by having its filter twice. What works channel by channel
/// (depthwise convolution, pooling, RELU) then has two equal ones to work on, and the next
/// convolution gets them. Copies of channels of the graph's input are made where it is set. All of
/// it is exact. A tensor can have copies when a convolution is the only one to use it, directly or
/// through operators that work channel by channel.
class CopyPlanner {
 public:
  /// The most channels of a tensor of this depth that are copied: an eighth of them, or a few. Each
  /// makes three operators dearer, that before, that between, and the convolution itself.
  static constexpr size_t MostCopies(size_t depth) noexcept {
    constexpr size_t kAFew = 8;
    const size_t eighth = depth / 8;
    return eighth > kAFew ? eighth : depth < kAFew ? depth : kAFew;
  }

  CopyPlanner(const ModelFile& file, const FileSubgraph& graph);

  /// Whether the convolution's filters and its input have the same depth (it is not in groups), and
  /// its constants state their shapes once.
  bool IsPlain(const FileOperator& convolution) const;
  /// Gives the input of a plain convolution, and what it is made of, these copies; false when
  /// there can be none.
  bool Add(const FileOperator& convolution, const ChannelCopies& copies);

  /// Behind the channels of this tensor; most have none.
  const ChannelCopies& of(size_t tensor) const noexcept { return copies_[tensor]; }

 private:
  bool CanHaveCopies(size_t tensor) const;
  bool StatesShapesOnce(const FileOperator& op) const;
  int32_t Code(const FileOperator& op) const;

  const ModelFile& file_;
  const FileSubgraph& graph_;
  std::vector<ChannelCopies> copies_;
  /// How often each tensor is used, as an output of the graph as well.
  std::vector<uint32_t> uses_;
  /// The operator that computes each tensor; null for none.
  std::vector<const FileOperator*> makers_;
};

}  // namespace wasmedge_embed
