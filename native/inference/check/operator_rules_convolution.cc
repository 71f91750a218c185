#include <algorithm>

#include "inference/check/operator_rules.h"

namespace wasmedge_embed::operator_rules {
namespace {

using schema::Padding;
using schema::TensorType;

// The largest extent of a dilated filter.
constexpr int64_t kMaximumReach = 1 << 20;
// XNNPACK keeps a pointer for every point of the filter at every position of the output.
constexpr uint64_t kPointerBytes = 8;

struct Window {
  int64_t height;
  int64_t width;
  int64_t stride_height;
  int64_t stride_width;
  int64_t dilation_height = 1;
  int64_t dilation_width = 1;
};

void CheckPadding(const OperatorView& view) {
  const auto padding = view.Option<int8_t>(0, Padding::kSame);
  view.Require(padding == Padding::kSame || padding == Padding::kValid,
               "has an unknown kind of padding");
}

int64_t OutputSize(const OperatorView& view, int64_t input, int64_t filter, int64_t stride,
                   int64_t dilation) {
  view.Require(stride >= 1 && stride <= kMaximumStep, "has a stride out of range");
  view.Require(dilation >= 1 && dilation <= kMaximumStep, "has a dilation out of range");
  const int64_t reach = (filter - 1) * dilation + 1;
  view.Require(reach <= kMaximumReach, "has a filter that is too large");
  if (view.Option<int8_t>(0, Padding::kSame) == Padding::kSame) {
    return (input + stride - 1) / stride;
  }
  view.Require(reach <= input, "has a filter that is larger than its input");
  return (input - reach) / stride + 1;
}

/// The shape of the output of a window that slides over NHWC.
TensorShape SlidingShape(const OperatorView& view, const TensorShape& input, const Window& window,
                         int64_t channels) {
  return {input[0],
          OutputSize(view, input[1], window.height, window.stride_height, window.dilation_height),
          OutputSize(view, input[2], window.width, window.stride_width, window.dilation_width),
          channels};
}

uint64_t PointerTable(const TensorShape& output, const Window& window) {
  return output.Product(1, 3) * static_cast<uint64_t>(window.height * window.width) * kPointerBytes;
}

/// Types and quantization of input, weights, bias and output. `channel_dimension` is that of the
/// weights.
void CheckWeights(const OperatorView& view, const CheckedTensor& input,
                  const CheckedTensor& weights, size_t bias_index, size_t channel_dimension) {
  const CheckedTensor& output = view.Output(0);
  const int64_t channels = weights.shape[channel_dimension];
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireType(output, {input.type});
  view.RequireQuantized(input);
  view.RequireQuantized(output);
  switch (input.type) {
    case TensorType::kFloat32:
      view.RequireType(weights, {TensorType::kFloat32, TensorType::kInt8, TensorType::kInt4});
      break;
    case TensorType::kUint8:
      view.RequireType(weights, {TensorType::kUint8});
      view.RequireQuantized(weights);
      break;
    default:
      view.RequireType(weights, {TensorType::kInt8, TensorType::kInt4});
  }
  if (weights.type == TensorType::kInt8 || weights.type == TensorType::kInt4) {
    const FileQuantization& quantization = weights.quantization();
    view.Require(!quantization.scales.empty(), "has weights without a scale");
    view.Require(quantization.scales.size() == 1 ||
                     static_cast<size_t>(quantization.dimension) == channel_dimension,
                 "has weights that are quantized along a dimension other than their channels");
    for (const int64_t zero_point : quantization.zero_points) {
      view.Require(zero_point == 0, "has weights whose zero point is not 0");
    }
  }
  if (!view.HasInput(bias_index)) return;
  const CheckedTensor& bias = view.Input(bias_index);
  if (input.type == TensorType::kFloat32) {
    view.RequireType(bias, {TensorType::kFloat32});
  } else if (input.type == TensorType::kInt16) {
    view.RequireType(bias, {TensorType::kInt64, TensorType::kInt32});
  } else {
    view.RequireType(bias, {TensorType::kInt32});
  }
  view.Require(bias.elements == static_cast<uint64_t>(channels),
               "has a bias that does not fit its channels");
}

uint64_t ElementBytes(const CheckedTensor& tensor) {
  return schema::TensorTypeBits(tensor.type) / 8;
}

}  // namespace

OperatorCost Convolution(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& weights = view.Input(1);
  view.Require(input.shape.rank() == 4 && weights.shape.rank() == 4,
               "needs input and weights of 4 dimensions");
  CheckPadding(view);
  RequireFusedActivation(view, 3);
  CheckWeights(view, input, weights, 2, 0);
  const int64_t channels = weights.shape[0];
  const int64_t depth = weights.shape[3];
  view.Require(input.shape[3] % depth == 0 && channels % (input.shape[3] / depth) == 0,
               "has weights that do not fit the channels of its input");
  const Window window{weights.shape[1],           weights.shape[2],
                      view.Option<int32_t>(2, 0), view.Option<int32_t>(1, 0),
                      view.Option<int32_t>(5, 1), view.Option<int32_t>(4, 1)};
  const TensorShape expected = SlidingShape(view, input.shape, window, channels);
  view.RequireShape(view.Output(0), expected);
  const uint64_t points = weights.elements / static_cast<uint64_t>(channels);
  // The built-in kernels copy the input once for each point of the filter.
  return {expected.elements() * points, 0, PointerTable(expected, window),
          expected.Product(0, 3) * points * ElementBytes(input)};
}

OperatorCost DepthwiseConvolution(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& weights = view.Input(1);
  view.Require(input.shape.rank() == 4 && weights.shape.rank() == 4 && weights.shape[0] == 1,
               "needs input and weights of 4 dimensions, the weights' first of size 1");
  CheckPadding(view);
  RequireFusedActivation(view, 4);
  CheckWeights(view, input, weights, 2, 3);
  const int64_t channels = weights.shape[3];
  // XNNPACK uses the multiplier, the built-in kernels the shapes.
  view.Require(int64_t{view.Option<int32_t>(3, 0)} * input.shape[3] == channels,
               "has weights that do not fit the channels of its input and its depth multiplier");
  const Window window{weights.shape[1],           weights.shape[2],
                      view.Option<int32_t>(2, 0), view.Option<int32_t>(1, 0),
                      view.Option<int32_t>(6, 1), view.Option<int32_t>(5, 1)};
  const TensorShape expected = SlidingShape(view, input.shape, window, channels);
  view.RequireShape(view.Output(0), expected);
  return {expected.elements() * weights.shape.Product(1, 3), 0, PointerTable(expected, window), 0};
}

OperatorCost TransposeConvolution(const OperatorView& view) {
  const CheckedTensor& weights = view.Input(1);
  const CheckedTensor& input = view.Input(2);
  view.Require(
      input.shape.rank() == 4 && weights.shape.rank() == 4 && input.shape[3] == weights.shape[3],
      "needs input and weights of 4 dimensions and of equal depth");
  CheckPadding(view);
  RequireFusedActivation(view, 3);
  CheckWeights(view, input, weights, 3, 0);
  const std::vector<int64_t> stated = view.Integers(0, 4, 4);
  const TensorShape expected{stated[0], stated[1], stated[2], stated[3]};
  const Window window{weights.shape[1], weights.shape[2], view.Option<int32_t>(2, 0),
                      view.Option<int32_t>(1, 0)};
  view.RequireShape(view.Output(0), expected);
  // It is a convolution backwards: one over the output has the shape of the input.
  view.RequireShape(input, SlidingShape(view, expected, window, input.shape[3]));
  view.Require(expected[3] == weights.shape[0] && expected[0] == input.shape[0],
               "has an output that does not fit its weights");
  const uint64_t points = weights.elements / static_cast<uint64_t>(input.shape[3]);
  return {input.elements * points, 0, PointerTable(expected, window),
          input.shape.Product(0, 3) * points * sizeof(int32_t) + expected.elements() * 8};
}

OperatorCost Pooling(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  view.Require(input.shape.rank() == 4, "needs an input of 4 dimensions");
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireType(view.Output(0), {input.type});
  view.RequireQuantized(input);
  view.RequireQuantized(view.Output(0));
  CheckPadding(view);
  RequireFusedActivation(view, 5);
  const Window window{view.Option<int32_t>(4, 0), view.Option<int32_t>(3, 0),
                      view.Option<int32_t>(2, 0), view.Option<int32_t>(1, 0)};
  view.Require(window.height >= 1 && window.height <= kMaximumStep && window.width >= 1 &&
                   window.width <= kMaximumStep,
               "has a window out of range");
  const TensorShape expected = SlidingShape(view, input.shape, window, input.shape[3]);
  view.RequireShape(view.Output(0), expected);
  return {0, expected.elements() * static_cast<uint64_t>(window.height * window.width),
          PointerTable(expected, window), 0};
}

OperatorCost FullyConnected(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& weights = view.Input(1);
  view.Require(input.shape.rank() >= 1 && weights.shape.rank() == 2,
               "needs weights of 2 dimensions and an input of at least 1");
  RequireFusedActivation(view, 0);
  view.Require(view.Option<int8_t>(1, 0) == 0, "has shuffled weights, which are not supported");
  CheckWeights(view, input, weights, 2, 0);
  const int64_t channels = weights.shape[0];
  const int64_t depth = weights.shape[1];
  TensorShape expected;
  if (view.Option<int8_t>(2, 0) != 0) {
    expected = input.shape;
    view.Require(expected[expected.rank() - 1] == depth,
                 "has weights that do not fit the last dimension of its input");
    expected.Set(expected.rank() - 1, channels);
  } else {
    view.Require(input.elements % static_cast<uint64_t>(depth) == 0,
                 "has weights that do not fit the size of its input");
    expected = {static_cast<int64_t>(input.elements / static_cast<uint64_t>(depth)), channels};
  }
  view.RequireShape(view.Output(0), expected);
  return {view.Output(0).elements * static_cast<uint64_t>(depth), 0, 0, input.elements};
}

OperatorCost BatchMatrixMultiply(const OperatorView& view) {
  const CheckedTensor& left = view.Input(0);
  const CheckedTensor& right = view.Input(1);
  constexpr size_t kMaximumMatrixRank = 5;
  const size_t rank = std::max(left.shape.rank(), right.shape.rank());
  view.Require(left.shape.rank() >= 2 && right.shape.rank() >= 2 && rank <= kMaximumMatrixRank,
               "needs inputs of 2 to 5 dimensions");
  view.RequireType(left, {TensorType::kFloat32, TensorType::kInt8});
  view.RequireType(right, {left.type});
  view.RequireType(view.Output(0), {left.type});
  for (const CheckedTensor* tensor : {&left, &right, &view.Output(0)}) {
    view.RequireQuantized(*tensor);
  }
  // From the end: 1 is the columns, 2 the rows, and the rest is the batch.
  const auto size = [](const TensorShape& shape, size_t from_end) {
    return from_end <= shape.rank() ? shape[shape.rank() - from_end] : 1;
  };
  const bool left_turned = view.Option<int8_t>(0, 0) != 0;
  const bool right_turned = view.Option<int8_t>(1, 0) != 0;
  const int64_t depth = size(left.shape, left_turned ? 2 : 1);
  view.Require(depth == size(right.shape, right_turned ? 1 : 2),
               "has matrices that do not fit each other");
  TensorShape expected;
  for (size_t from_end = rank; from_end > 2; --from_end) {
    const int64_t first = size(left.shape, from_end);
    const int64_t second = size(right.shape, from_end);
    view.Require(first == second || first == 1 || second == 1,
                 "has batches that do not fit each other");
    expected.Append(std::max(first, second));
  }
  expected.Append(size(left.shape, left_turned ? 1 : 2));
  expected.Append(size(right.shape, right_turned ? 2 : 1));
  view.RequireShape(view.Output(0), expected);
  return {expected.elements() * static_cast<uint64_t>(depth), 0, 0, left.bytes + right.bytes};
}

}  // namespace wasmedge_embed::operator_rules
