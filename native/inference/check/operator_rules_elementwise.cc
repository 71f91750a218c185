#include <algorithm>
#include <cmath>
#include <cstring>

#include "inference/check/operator_rules.h"

namespace wasmedge_embed::operator_rules {
namespace {

using schema::ActivationFunction;
using schema::TensorType;

// The most that one step of an input may change the output. The built-in kernels end the process if
// that does not fit in the bits that they reserve for it, at least 14.
constexpr float kMaximumGain = 1 << 13;

OperatorCost Binary(const OperatorView& view, std::initializer_list<int8_t> types) {
  const CheckedTensor& left = view.Input(0);
  const CheckedTensor& right = view.Input(1);
  const CheckedTensor& output = view.Output(0);
  view.RequireType(left, types);
  view.RequireType(right, {left.type});
  view.RequireType(output, {left.type});
  for (const CheckedTensor* tensor : {&left, &right, &output}) view.RequireQuantized(*tensor);
  view.RequireShape(output, BroadcastShape(view, {&left.shape, &right.shape}));
  return PerElement(output);
}

OperatorCost Unary(const OperatorView& view, std::initializer_list<int8_t> types) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& output = view.Output(0);
  view.RequireType(input, types);
  view.RequireType(output, {input.type});
  view.RequireQuantized(input);
  view.RequireQuantized(output);
  view.RequireShape(output, input.shape);
  return PerElement(output);
}

/// For functions that take as long as several additions.
OperatorCost Slow(OperatorCost cost) {
  constexpr uint64_t kTimes = 4;
  cost.other_elements *= kTimes;
  return cost;
}

}  // namespace

OperatorCost Sum(const OperatorView& view) {
  const OperatorCost cost = Product(view);
  if (IsScaled(view.Output(0).type)) {
    const float larger = std::max(view.Input(0).scale(), view.Input(1).scale());
    view.Require(2 * larger / view.Output(0).scale() < kMaximumGain,
                 "has an output whose scale is too small for its inputs");
  }
  return cost;
}

OperatorCost Product(const OperatorView& view) {
  RequireFusedActivation(view, 0);
  return Binary(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                       TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
}

OperatorCost Extreme(const OperatorView& view) {
  return Binary(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                       TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
}

OperatorCost FloatArithmetic(const OperatorView& view) {
  RequireFusedActivation(view, 0);
  // Integer division by 0, or of the minimum by -1, would end the process.
  return Binary(view, {TensorType::kFloat32});
}

OperatorCost FloorDivision(const OperatorView& view) {
  return Binary(view, {TensorType::kFloat32, TensorType::kInt32});
}

namespace {

template <typename T>
bool AreHarmlessDivisors(const CheckedTensor& divisor) {
  for (uint64_t i = 0; i < divisor.elements; ++i) {
    T value;
    std::memcpy(&value, divisor.data + i * sizeof(value), sizeof(value));
    if (value == 0 || value == -1) return false;
  }
  return true;
}

}  // namespace

OperatorCost FloorRemainder(const OperatorView& view) {
  const CheckedTensor& divisor = view.Input(1);
  if (divisor.type != TensorType::kFloat32) {
    view.RequireType(divisor, {TensorType::kInt32, TensorType::kInt64});
    // The remainder of the minimum divided by -1 ends the process.
    view.Require(divisor.constant() &&
                     (divisor.type == TensorType::kInt32 ? AreHarmlessDivisors<int32_t>(divisor)
                                                         : AreHarmlessDivisors<int64_t>(divisor)),
                 "divides integers by 0, by -1, or by a value that is known only at run time");
  }
  return Binary(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64});
}

OperatorCost Power(const OperatorView& view) {
  return Slow(Binary(view, {TensorType::kFloat32, TensorType::kInt32}));
}

OperatorCost SquaredDifference(const OperatorView& view) {
  const OperatorCost cost =
      Binary(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt8});
  if (IsScaled(view.Output(0).type)) {
    const float larger = std::max(view.Input(0).scale(), view.Input(1).scale());
    view.Require(4 * larger * larger / view.Output(0).scale() < kMaximumGain,
                 "has an output whose scale is too small for its inputs");
  }
  return cost;
}

OperatorCost ParametricRelu(const OperatorView& view) {
  const OperatorCost cost =
      Binary(view, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8});
  view.RequireShape(view.Output(0), view.Input(0).shape);
  return cost;
}

OperatorCost Activation(const OperatorView& view) {
  return Unary(view,
               {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
}

OperatorCost LeakyRelu(const OperatorView& view) {
  view.Require(std::isfinite(view.Option<float>(0, 0)), "has a slope that is not finite");
  return Activation(view);
}

OperatorCost FloatFunction(const OperatorView& view) { return Unary(view, {TensorType::kFloat32}); }

OperatorCost SlowFloatFunction(const OperatorView& view) { return Slow(FloatFunction(view)); }

OperatorCost SignFunction(const OperatorView& view) {
  return Unary(view, {TensorType::kFloat32, TensorType::kInt32});
}

OperatorCost Softmax(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const auto beta = view.Option<float>(0, 0);
  view.Require(input.shape.rank() >= 1 && input.shape.rank() <= kMaximumBroadcastRank,
               "needs an input of 1 to 4 dimensions");
  view.Require(std::isfinite(beta) && beta > 0, "has a beta that is not above 0");
  return Activation(view);
}

OperatorCost LogSoftmax(const OperatorView& view) {
  view.Require(
      view.Input(0).shape.rank() >= 1 && view.Input(0).shape.rank() <= kMaximumBroadcastRank,
      "needs an input of 1 to 4 dimensions");
  return Unary(view, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8});
}

OperatorCost L2Normalization(const OperatorView& view) {
  view.Require(
      view.Input(0).shape.rank() >= 1 && view.Input(0).shape.rank() <= kMaximumBroadcastRank,
      "needs an input of 1 to 4 dimensions");
  view.Require(view.Option<int8_t>(0, 0) == ActivationFunction::kNoActivation,
               "has a fused activation that is not supported");
  OperatorCost cost = Unary(view, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8});
  // A row takes as long as several elements, and may have only one.
  constexpr uint64_t kElementsOfARow = 8;
  cost.other_elements *= kElementsOfARow;
  return cost;
}

OperatorCost Quantize(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& output = view.Output(0);
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireType(output, {TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireQuantized(input);
  view.RequireQuantized(output);
  view.RequireShape(output, input.shape);
  return PerElement(output);
}

OperatorCost Dequantize(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& output = view.Output(0);
  view.RequireType(
      input, {TensorType::kFloat16, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireType(output, {TensorType::kFloat32});
  view.Require(input.type == TensorType::kFloat16 || !input.quantization().scales.empty(),
               "has an input without a scale");
  view.RequireShape(output, input.shape);
  return PerElement(output);
}

OperatorCost Cast(const OperatorView& view) {
  for (const CheckedTensor* tensor : {&view.Input(0), &view.Output(0)}) {
    view.RequireType(
        *tensor, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64, TensorType::kUint8,
                  TensorType::kInt8, TensorType::kInt16, TensorType::kBool});
  }
  view.RequireShape(view.Output(0), view.Input(0).shape);
  return PerElement(view.Output(0));
}

}  // namespace wasmedge_embed::operator_rules
