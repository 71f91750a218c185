#include <array>

#include "inference/check/operator_rules.h"

namespace wasmedge_embed::operator_rules {
namespace {

using schema::TensorType;

// The built-in kernels support no more dimensions, and some of them do not check.
constexpr size_t kMaximumTransposeRank = 6;

std::vector<int64_t> ToList(const FlatVector<int32_t>& vector) {
  std::vector<int64_t> list;
  list.reserve(vector.size());
  for (const int32_t value : vector) list.push_back(value);
  return list;
}

}  // namespace

OperatorCost Reshape(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& output = view.Output(0);
  RequireMovable(view, input, output);
  // LiteRT uses the second input if it is a list of INT32, otherwise the option.
  const bool from_input = view.HasInput(1) && view.Input(1).type == TensorType::kInt32 &&
                          view.Input(1).shape.rank() == 1;
  view.Require(from_input || !view.HasInput(1), "has a shape that is not a list of INT32");
  std::vector<int64_t> wanted =
      from_input ? view.Integers(1, 0, TensorShape::kMaximumRank) : ToList(view.VectorOption(0));
  view.Require(wanted.size() <= TensorShape::kMaximumRank, "has a shape of too many dimensions");
  // How old files represent a scalar.
  if (wanted.size() == 1 && wanted[0] == 0) wanted.clear();
  uint64_t known = 1;
  size_t unknown = wanted.size();
  for (size_t axis = 0; axis < wanted.size(); ++axis) {
    if (wanted[axis] == -1) {
      view.Require(unknown == wanted.size(), "has a shape of two open dimensions");
      unknown = axis;
      continue;
    }
    view.Require(wanted[axis] >= 1 && known <= input.elements, "has a shape that does not fit");
    known *= static_cast<uint64_t>(wanted[axis]);
  }
  TensorShape expected;
  for (const int64_t size : wanted) expected.Append(size);
  if (unknown < wanted.size()) {
    view.Require(input.elements % known == 0, "has a shape that does not fit its input");
    expected.Set(unknown, static_cast<int64_t>(input.elements / known));
  } else {
    view.Require(known == input.elements, "has a shape that does not fit its input");
  }
  view.RequireShape(output, expected);
  return PerElement(output);
}

OperatorCost Squeeze(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const std::vector<int64_t> axes = ToList(view.VectorOption(0));
  const size_t rank = input.shape.rank();
  view.Require(axes.size() <= TensorShape::kMaximumRank, "names too many dimensions");
  std::array<bool, TensorShape::kMaximumRank> squeezed{};
  for (const int64_t given : axes) {
    const size_t axis = view.Axis(given, rank);
    view.Require(input.shape[axis] == 1, "drops a dimension whose size is not 1");
    squeezed[axis] = true;
  }
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    const bool dropped = axes.empty() ? input.shape[axis] == 1 : squeezed[axis];
    if (!dropped) expected.Append(input.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost ExpandDims(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  view.Require(input.shape.rank() < TensorShape::kMaximumRank, "has too many dimensions");
  const size_t added = view.Axis(view.Integers(1, 1, 1)[0], input.shape.rank() + 1);
  TensorShape expected;
  for (size_t axis = 0; axis <= input.shape.rank(); ++axis) {
    if (axis == added) expected.Append(1);
    if (axis < input.shape.rank()) expected.Append(input.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost Transpose(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumTransposeRank, "needs an input of 1 to 6 dimensions");
  view.RequireType(view.Input(1), {TensorType::kInt32});
  std::array<bool, TensorShape::kMaximumRank> seen{};
  TensorShape expected;
  for (const int64_t given : view.Integers(1, rank, rank)) {
    const size_t axis = view.Axis(given, rank);
    view.Require(!seen[axis], "names a dimension twice");
    seen[axis] = true;
    expected.Append(input.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost Concatenation(const OperatorView& view) {
  const CheckedTensor& first = view.Input(0);
  const CheckedTensor& output = view.Output(0);
  RequireMovable(view, first, output);
  view.RequireQuantized(output);
  view.Require(view.Option<int8_t>(1, 0) == schema::kNoActivation,
               "has a fused activation that is not supported");
  const size_t rank = first.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs inputs of 1 to 5 dimensions");
  const size_t axis = view.Axis(view.Option<int32_t>(0, 0), rank);
  TensorShape expected = first.shape;
  int64_t total = 0;
  for (size_t i = 0; i < view.input_count(); ++i) {
    const CheckedTensor& input = view.Input(i);
    view.RequireType(input, {first.type});
    view.RequireQuantized(input);
    view.Require(input.shape.rank() == rank, "has inputs of different numbers of dimensions");
    total += input.shape[axis];
    expected.Set(axis, input.shape[axis]);
    view.RequireShape(input, expected);
  }
  expected.Set(axis, total);
  view.RequireShape(output, expected);
  return PerElement(output);
}

OperatorCost Pack(const OperatorView& view) {
  const CheckedTensor& first = view.Input(0);
  RequireMovable(view, first, view.Output(0));
  const auto count = static_cast<int64_t>(view.input_count());
  view.Require(view.Option<int32_t>(0, 0) == count, "declares a wrong number of inputs");
  view.Require(first.shape.rank() < kMaximumRegionRank, "needs inputs of at most 4 dimensions");
  const size_t added = view.Axis(view.Option<int32_t>(1, 0), first.shape.rank() + 1);
  for (size_t i = 0; i < view.input_count(); ++i) {
    view.RequireType(view.Input(i), {first.type});
    view.RequireShape(view.Input(i), first.shape);
  }
  TensorShape expected;
  for (size_t axis = 0; axis <= first.shape.rank(); ++axis) {
    if (axis == added) expected.Append(count);
    if (axis < first.shape.rank()) expected.Append(first.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost Unpack(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  const auto count = static_cast<int64_t>(view.output_count());
  const size_t dropped = view.Axis(view.Option<int32_t>(1, 0), rank);
  view.Require(view.Option<int32_t>(0, 0) == count && input.shape[dropped] == count,
               "declares a wrong number of outputs");
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (axis != dropped) expected.Append(input.shape[axis]);
  }
  for (size_t i = 0; i < view.output_count(); ++i) {
    RequireMovable(view, input, view.Output(i));
    view.RequireShape(view.Output(i), expected);
  }
  return PerElement(input);
}

OperatorCost Split(const OperatorView& view) {
  const CheckedTensor& input = view.Input(1);
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  const size_t axis = view.Axis(view.Integers(0, 1, 1)[0], rank);
  view.RequireType(view.Input(0), {TensorType::kInt32});
  const auto count = static_cast<int64_t>(view.output_count());
  view.Require(view.Option<int32_t>(0, 0) == count && input.shape[axis] % count == 0,
               "does not split its input evenly into as many outputs as it states");
  TensorShape expected = input.shape;
  expected.Set(axis, input.shape[axis] / count);
  for (size_t i = 0; i < view.output_count(); ++i) {
    RequireMovable(view, input, view.Output(i));
    view.RequireShape(view.Output(i), expected);
  }
  return PerElement(input);
}

OperatorCost SplitV(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  view.RequireType(view.Input(2), {TensorType::kInt32});
  const size_t axis = view.Axis(view.Integers(2, 1, 1)[0], rank);
  const size_t count = view.output_count();
  view.Require(view.Option<int32_t>(0, 0) == static_cast<int64_t>(count),
               "declares a wrong number of outputs");
  view.Require(view.Input(1).shape.rank() == 1, "has sizes that are not a list");
  std::vector<int64_t> sizes = view.Integers(1, count, count);
  size_t open = count;
  int64_t rest = input.shape[axis];
  for (size_t i = 0; i < count; ++i) {
    if (sizes[i] == -1 && open == count) {
      open = i;
      continue;
    }
    view.Require(sizes[i] >= 1, "has a part that is empty, or two that are open");
    rest -= sizes[i];
  }
  view.Require(open < count ? rest >= 1 : rest == 0, "has parts that do not make up its input");
  if (open < count) sizes[open] = rest;
  TensorShape expected = input.shape;
  for (size_t i = 0; i < count; ++i) {
    expected.Set(axis, sizes[i]);
    RequireMovable(view, input, view.Output(i));
    view.RequireShape(view.Output(i), expected);
  }
  return PerElement(input);
}

}  // namespace wasmedge_embed::operator_rules
