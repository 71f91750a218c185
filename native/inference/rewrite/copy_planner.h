#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/rewrite/channel_copies.h"

namespace wasmedge_embed {

/// Determines which tensors of a graph can have copies of some of their channels, and keeps the
/// lists.
///
/// A convolution can produce a channel twice by having its filter twice. Operators that work per
/// channel (depthwise convolution, pooling, RELU) then process two equal ones, and the next
/// convolution gets them. Channels of the graph's input are copied when it is set. All of this is
/// exact. A tensor can have copies if only one convolution uses it, directly or through operators
/// that work per channel.
class CopyPlanner {
 public:
  /// The maximum number of copied channels of a tensor with this depth: an eighth, or a few. Each
  /// makes three operators slower: the one before, the one in between, and the convolution itself.
  static constexpr size_t MostCopies(size_t depth) noexcept {
    constexpr size_t kAFew = 8;
    const size_t eighth = depth / 8;
    return eighth > kAFew ? eighth : depth < kAFew ? depth : kAFew;
  }

  CopyPlanner(const ModelFile& file, const FileSubgraph& graph);

  /// Whether the convolution's filters and its input have the same depth (it is not grouped), and
  /// its constants declare their shapes only once.
  bool IsPlain(const FileOperator& convolution) const;
  /// Gives these copies to the input of a plain convolution, and to the tensors it is made from;
  /// false if that is not possible.
  bool Add(const FileOperator& convolution, const ChannelCopies& copies);

  /// The copies after the channels of this tensor; most have none.
  const ChannelCopies& of(size_t tensor) const noexcept { return copies_[tensor]; }

 private:
  bool CanHaveCopies(size_t tensor) const;
  bool StatesShapesOnce(const FileOperator& op) const;
  int32_t Code(const FileOperator& op) const;

  const ModelFile& file_;
  const FileSubgraph& graph_;
  std::vector<ChannelCopies> copies_;
  /// The number of uses of each tensor, including as an output of the graph.
  std::vector<uint32_t> uses_;
  /// The operator that computes each tensor; null if there is none.
  std::vector<const FileOperator*> makers_;
};

}  // namespace wasmedge_embed
