#include "inference/rewrite/weight_rewrite.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

// Inputs of an operator with weights.
constexpr size_t kInput = 0;
constexpr size_t kWeights = 1;
constexpr size_t kBias = 2;

/// The scale of each channel, and of the copies.
std::vector<float> ChannelScales(float scale, const ChangedConstant& weights,
                                 const ChannelCopies& copies) {
  std::vector<float> scales(weights.layout.channels, scale);
  for (const InexactChannel& each : weights.inexact) scales[each.channel] = scale * each.step;
  for (const uint32_t channel : copies) scales.push_back(scales[channel]);
  return scales;
}

}  // namespace

WeightRewrite::WeightRewrite(RewritePlan& plan) : plan_(plan), planner_(plan.file(), plan.graph()) {
  for (const FileOperator& op : plan.graph().operators) {
    if (plan.Code(op) == schema::kConv2d) PlanCopies(op);
  }
}

void WeightRewrite::PlanCopies(const FileOperator& convolution) {
  if (!plan_.IsUint8(convolution.inputs[kInput]) || !plan_.IsUint8(convolution.inputs[kWeights]) ||
      !planner_.IsPlain(convolution)) {
    return;
  }
  const ChangedConstant weights = ReadWeights(convolution, 0);
  const size_t most = CopyPlanner::MostCopies(weights.layout.depth);
  const ChannelCopies copies =
      FindCopies(weights.data.data(), weights.layout, weights.zero_point, weights.inexact, most);
  if (planner_.Add(convolution, copies)) {
    split_.insert(static_cast<size_t>(convolution.inputs[kWeights]));
  }
}

ChangedConstant WeightRewrite::ReadWeights(const FileOperator& op, size_t dimension) {
  const FileTensor& tensor = plan_.Tensor(op.inputs[kWeights]);
  ChangedConstant weights;
  weights.role = TensorRole::kWeights;
  weights.data = plan_.Data(tensor);
  if (weights.data.empty()) LeaveAsItIs("computes the weights of its " + plan_.Label(op));
  WeightLayout& layout = weights.layout;
  layout.channels = static_cast<size_t>(tensor.shape[dimension]);
  (dimension == 0 ? layout.inner : layout.outer) = weights.data.size() / layout.channels;
  if (dimension == 0) layout.depth = static_cast<size_t>(tensor.shape[tensor.shape.size() - 1]);
  weights.zero_point = static_cast<int>(tensor.quantization.zero_points[0]);
  // Requested twice but read once, because there is much to read.
  const auto [known, is_new] = inexact_.try_emplace(static_cast<size_t>(op.inputs[kWeights]));
  if (is_new) {
    known->second =
        WeightConverter::FindInexactChannels(weights.data.data(), layout, weights.zero_point);
  }
  weights.inexact = known->second;
  return weights;
}

void WeightRewrite::Plan(const FileOperator& op, size_t dimension) {
  const auto index = static_cast<size_t>(op.inputs[kWeights]);
  const FileTensor& tensor = plan_.Tensor(op.inputs[kWeights]);
  if (!plan_.Take(index, TensorRole::kWeights)) {
    LeaveAsItIs("uses the weights of its " + plan_.Label(op) + " twice");
  }
  ChangedConstant weights = ReadWeights(op, dimension);
  // With copies of its input's channels a convolution is exact, except for weights that even two
  // steps of 127 do not reach.
  std::vector<InexactChannel> split;
  if (split_.count(index) != 0) {
    constexpr float kTwoSteps = 2;
    const auto rest =
        std::stable_partition(weights.inexact.begin(), weights.inexact.end(),
                              [](const InexactChannel& each) { return each.step > kTwoSteps; });
    split.assign(rest, weights.inexact.end());
    weights.inexact.erase(rest, weights.inexact.end());
  }
  converter_.Balance(weights.data.data(), weights.layout, weights.zero_point, &weights.inexact);
  channels_ += weights.layout.channels;
  inexact_channels_ += weights.inexact.size();

  const ChannelCopies& inputs = CopiesOf(static_cast<size_t>(op.inputs[kInput]));
  const ChannelCopies& outputs = CopiesOf(static_cast<size_t>(op.outputs[0]));
  weights.replaced = !inputs.empty() || !outputs.empty();
  if (weights.replaced) ReplaceWeights(tensor, weights, split, dimension, inputs, outputs);
  const float scale = tensor.quantization.scales[0];
  const std::vector<float> scales = ChannelScales(scale, weights, outputs);
  plan_.SetQuantization(tensor, scales, std::vector<int64_t>(scales.size(), 0),
                        static_cast<int32_t>(dimension));
  plan_.SetInt8(tensor);
  if (op.inputs.size() > kBias && op.inputs[kBias] >= 0) {
    const float input_scale = plan_.Tensor(op.inputs[kInput]).quantization.scales[0];
    PlanBias(static_cast<size_t>(op.inputs[kBias]), input_scale * scale, weights, outputs);
  }
  plan_.Change(std::move(weights));
}

void WeightRewrite::PlanBias(size_t index, float scale, const ChangedConstant& weights,
                             const ChannelCopies& copies) {
  const FileTensor& tensor = plan_.graph().tensors[index];
  if (!plan_.Take(index, TensorRole::kBias)) LeaveAsItIs("uses a bias twice");
  ChangedConstant bias{plan_.Data(tensor), TensorRole::kBias, !copies.empty(), weights.layout, 0,
                       weights.inexact};
  if (bias.data.empty() || !tensor.table.Has(schema::tensor::kQuantization)) {
    LeaveAsItIs("has a bias without a scale, or computes it");
  }
  const std::vector<float> scales = ChannelScales(scale, weights, copies);
  plan_.SetQuantization(tensor, scales, std::vector<int64_t>(scales.size(), 0), 0);
  if (bias.replaced) {
    const size_t channels = weights.layout.channels + copies.size();
    const size_t size = bias.data.size() + copies.size() * sizeof(int32_t);
    plan_.Replace(tensor, size, {static_cast<int32_t>(channels)}, [bias, copies](uint8_t* bytes) {
      std::memcpy(bytes, bias.data.data(), bias.data.size());
      bias.Convert(bytes);
      uint8_t* copy = bytes + bias.data.size();
      for (const uint32_t channel : copies) {
        copy = std::copy_n(bytes + channel * sizeof(int32_t), sizeof(int32_t), copy);
      }
    });
  }
  if (bias.replaced || !bias.inexact.empty()) plan_.Change(std::move(bias));
}

void WeightRewrite::ReplaceWeights(const FileTensor& tensor, const ChangedConstant& weights,
                                   const std::vector<InexactChannel>& split, size_t dimension,
                                   const ChannelCopies& inputs, const ChannelCopies& outputs) {
  std::vector<int32_t> shape(tensor.shape.begin(), tensor.shape.end());
  shape[3] += static_cast<int32_t>(inputs.size());
  if (dimension == 0) shape[0] += static_cast<int32_t>(outputs.size());
  const WeightLayout& layout = weights.layout;
  const size_t size = dimension == 0 ? GrownSize(layout, inputs, outputs)
                                     : layout.outer * (layout.channels + outputs.size());
  plan_.Replace(tensor, std::max(size, layout.size()), shape,
                [weights, split, dimension, inputs, outputs](uint8_t* bytes) {
                  weights.Convert(bytes);
                  if (dimension == 0) {
                    GrowConvolution({weights.data.data(), weights.layout, weights.zero_point},
                                    split, inputs, outputs, bytes);
                  } else {
                    GrowDepthwise(weights.layout, outputs, bytes);
                  }
                });
}

}  // namespace wasmedge_embed
