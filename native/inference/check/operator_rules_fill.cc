#include <cmath>
#include <cstdlib>
#include <cstring>

#include "inference/check/operator_rules.h"

// Operators whose output size is given by numbers. In a guest's model these must be constants, so
// that the size is known here.
namespace wasmedge_embed::operator_rules {

using schema::TensorType;

OperatorCost Fill(const OperatorView& view) {
  const CheckedTensor& value = view.Input(1);
  RequireMovable(view, value, view.Output(0));
  view.Require(value.shape.rank() == 0, "fills with more than one value");
  view.RequireShape(view.Output(0), ShapeOf(view, 0));
  return PerElement(view.Output(0));
}

OperatorCost BroadcastTo(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const TensorShape shape = ShapeOf(view, 1);
  const size_t rank = input.shape.rank();
  view.Require(rank <= shape.rank(), "has a shape of fewer dimensions than its input");
  const size_t added = shape.rank() - rank;
  for (size_t axis = 0; axis < rank; ++axis) {
    view.Require(input.shape[axis] == 1 || input.shape[axis] == shape[added + axis],
                 "has a shape that its input cannot be broadcast to");
  }
  view.RequireShape(view.Output(0), shape);
  // Each element's position is divided by the size of each dimension.
  return {0, view.Output(0).elements * shape.rank(), 0, 0};
}

OperatorCost BroadcastArguments(const OperatorView& view) {
  const CheckedTensor& output = view.Output(0);
  view.RequireType(view.Input(1), {view.Input(0).type});
  view.RequireType(output, {view.Input(0).type});
  const TensorShape left = ShapeOf(view, 0);
  const TensorShape right = ShapeOf(view, 1);
  // The kernel ends the process if they are not compatible.
  const TensorShape shape = BroadcastShape(view, {&left, &right});
  view.RequireShape(output, {static_cast<int64_t>(shape.rank())});
  return PerElement(output);
}

OperatorCost Tile(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1, "needs an input of at least 1 dimension");
  const std::vector<int64_t> times = view.Integers(1, rank, rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    view.Require(times[axis] >= 1, "repeats its input less than once");
    expected.Append(input.shape[axis] * times[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost Shape(const OperatorView& view) {
  const auto type = view.Option<int8_t>(0, TensorType::kFloat32);
  view.RequireType(view.Output(0), {TensorType::kInt32, TensorType::kInt64});
  view.Require(view.Output(0).type == type, "declares a type other than its output's");
  view.RequireShape(view.Output(0), {static_cast<int64_t>(view.Input(0).shape.rank())});
  return PerElement(view.Output(0));
}

namespace {

float FloatOf(const CheckedTensor& tensor) {
  float value;
  std::memcpy(&value, tensor.data, sizeof(value));
  return value;
}

/// As computed by the kernels; -1 if their result differs from the exact one.
int64_t CountOfRange(const OperatorView& view) {
  if (view.Input(0).type == TensorType::kFloat32) {
    const float step = FloatOf(view.Input(2));
    const float distance = FloatOf(view.Input(1)) - FloatOf(view.Input(0));
    const float count = std::ceil(std::abs(distance / step));
    const bool ahead = (distance >= 0 && step > 0) || (distance <= 0 && step < 0);
    return ahead && count <= 0x1p30F ? static_cast<int64_t>(count) : -1;
  }
  const int64_t step = view.Integers(2, 1, 1)[0];
  const int64_t distance = view.Integers(1, 1, 1)[0] - view.Integers(0, 1, 1)[0];
  const bool ahead = (distance >= 0 && step > 0) || (distance <= 0 && step < 0);
  const int64_t reach = std::abs(distance) + std::abs(step) - 1;
  return ahead && reach <= INT32_MAX ? reach / std::abs(step) : -1;
}

}  // namespace

OperatorCost Range(const OperatorView& view) {
  const CheckedTensor& start = view.Input(0);
  view.RequireType(start, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64});
  for (size_t i = 0; i < view.input_count(); ++i) {
    view.RequireType(view.Input(i), {start.type});
    view.Require(view.Input(i).shape.rank() == 0, "needs one number for each of its inputs");
  }
  view.RequireType(view.Output(0), {start.type});
  const int64_t count = CountOfRange(view);
  view.Require(count >= 0, "has a range that never ends, or is too long");
  view.RequireShape(view.Output(0), {count});
  return PerElement(view.Output(0));
}

}  // namespace wasmedge_embed::operator_rules
