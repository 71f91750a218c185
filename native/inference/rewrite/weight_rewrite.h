#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/rewrite/channel_copies.h"
#include "inference/rewrite/channel_weights.h"
#include "inference/rewrite/copy_planner.h"
#include "inference/rewrite/rewrite_plan.h"

namespace wasmedge_embed {

/// Plans the rewrite of the weights and biases of one graph: int8 weights with a scale for each
/// channel (`WeightConverter`) and, if that makes a convolution exact, copies of channels
/// (`CopyPlanner`). The functions throw `LeftAsItIs`.
class WeightRewrite {
 public:
  /// Borrows the plan. Determines the copies before anything else, since what a convolution needs
  /// changes the operators before it.
  explicit WeightRewrite(RewritePlan& plan);
  WeightRewrite(const WeightRewrite&) = delete;
  WeightRewrite& operator=(const WeightRewrite&) = delete;

  /// Plans the weights of an operator, which are its second input, and the bias, its third input,
  /// if it has one. `dimension` is that of the channels: 0, or 3 for a depthwise convolution.
  void Plan(const FileOperator& op, size_t dimension);

  /// The copies after the channels of this tensor; most have none.
  const ChannelCopies& CopiesOf(size_t tensor) const noexcept { return planner_.of(tensor); }
  /// The number of output channels of all weights so far, and how many of them are inexact.
  size_t channels() const noexcept { return channels_; }
  size_t inexact_channels() const noexcept { return inexact_channels_; }

 private:
  void PlanCopies(const FileOperator& convolution);
  void PlanBias(size_t index, float scale, const ChangedConstant& weights,
                const ChannelCopies& copies);
  ChangedConstant ReadWeights(const FileOperator& op, size_t dimension);
  void ReplaceWeights(const FileTensor& tensor, const ChangedConstant& weights,
                      const std::vector<InexactChannel>& split, size_t dimension,
                      const ChannelCopies& inputs, const ChannelCopies& outputs);

  RewritePlan& plan_;
  CopyPlanner planner_;
  WeightConverter converter_;
  /// By the index of their weights: convolutions whose inputs have the copies that they need.
  std::set<size_t> split_;
  /// For each weights tensor.
  std::map<size_t, std::vector<InexactChannel>> inexact_;
  size_t channels_ = 0;
  size_t inexact_channels_ = 0;
};

}  // namespace wasmedge_embed
