#include <algorithm>
#include <array>

#include "inference/check/operator_rules.h"

namespace wasmedge_embed::operator_rules {

using schema::TensorType;

OperatorCost Slice(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  view.RequireType(view.Input(2), {view.Input(1).type});
  const std::vector<int64_t> begin = view.Integers(1, rank, rank);
  const std::vector<int64_t> size = view.Integers(2, rank, rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    view.Require(begin[axis] >= 0 && begin[axis] < input.shape[axis],
                 "begins outside of its input");
    const int64_t rest = input.shape[axis] - begin[axis];
    view.Require(size[axis] == -1 || (size[axis] >= 1 && size[axis] <= rest),
                 "reaches beyond its input");
    expected.Append(size[axis] == -1 ? rest : size[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost StridedSlice(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  enum Mask { kBegin, kEnd, kEllipsis, kNewAxis, kShrink, kMaskCount };
  std::array<uint32_t, kMaskCount> masks{};
  for (int mask = 0; mask < kMaskCount; ++mask) {
    masks[static_cast<size_t>(mask)] = view.Option<uint32_t>(mask, 0);
  }
  view.Require(masks[kEllipsis] == 0 && masks[kNewAxis] == 0 && view.Option<int8_t>(5, 0) == 0,
               "has an ellipsis, a new dimension or an offset, which are not supported");
  for (const size_t list : {size_t{1}, size_t{2}, size_t{3}}) {
    view.RequireType(view.Input(list), {TensorType::kInt32});
  }
  const std::vector<int64_t> begin = view.Integers(1, rank, rank);
  const std::vector<int64_t> end = view.Integers(2, rank, rank);
  const std::vector<int64_t> stride = view.Integers(3, rank, rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    const auto has = [&](Mask mask) { return (masks[mask] >> axis & 1) != 0; };
    const int64_t size = input.shape[axis];
    const int64_t step = stride[axis];
    view.Require(step != 0 && step != INT32_MIN, "has a stride out of range");
    const int64_t lowest = step > 0 ? 0 : -1;
    const int64_t highest = step > 0 ? size : size - 1;
    const auto clamp = [&](int64_t index) {
      return std::clamp(index < 0 ? index + size : index, lowest, highest);
    };
    if (has(kShrink)) {
      const int64_t index = begin[axis] < 0 ? begin[axis] + size : begin[axis];
      view.Require(!has(kBegin) && step == 1 && index >= 0 && index < size,
                   "picks an index outside of its input");
      continue;
    }
    const int64_t first = has(kBegin) ? (step > 0 ? 0 : size - 1) : clamp(begin[axis]);
    const int64_t last = has(kEnd) ? (step > 0 ? size : -1) : clamp(end[axis]);
    const int64_t distance = step > 0 ? last - first : first - last;
    view.Require(distance > 0, "produces an empty output");
    const int64_t width = step > 0 ? step : -step;
    expected.Append((distance + width - 1) / width);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

namespace {

/// The shape of a padded input; `most` returns the maximum padding on a side of a dimension with a
/// given size.
template <typename Most>
TensorShape PaddedShape(const OperatorView& view, const Most& most) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  const CheckedTensor& paddings = view.Input(1);
  view.RequireShape(paddings, {static_cast<int64_t>(rank), 2});
  const std::vector<int64_t> amounts = view.Integers(1, 2 * rank, 2 * rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t before = amounts[2 * axis];
    const int64_t after = amounts[2 * axis + 1];
    const int64_t limit = most(input.shape[axis]);
    view.Require(before >= 0 && after >= 0 && before <= limit && after <= limit,
                 "has a padding out of range");
    expected.Append(before + input.shape[axis] + after);
  }
  return expected;
}

}  // namespace

OperatorCost Pad(const OperatorView& view) {
  RequireMovable(view, view.Input(0), view.Output(0));
  view.RequireQuantized(view.Input(0));
  view.RequireQuantized(view.Output(0));
  view.RequireShape(view.Output(0), PaddedShape(view, [](int64_t) { return INT32_MAX; }));
  if (view.HasInput(2)) {
    view.RequireType(view.Input(2), {view.Input(0).type});
    view.RequireQuantized(view.Input(2));
    view.Require(view.Input(2).elements == 1, "pads with more than one value");
  }
  return PerElement(view.Output(0));
}

OperatorCost MirrorPad(const OperatorView& view) {
  RequireMovable(view, view.Input(0), view.Output(0));
  const auto mode = view.Option<int8_t>(0, 0);
  constexpr int8_t kReflect = 0;
  constexpr int8_t kSymmetric = 1;
  view.Require(mode == kReflect || mode == kSymmetric, "has an unknown mode");
  view.RequireShape(view.Output(0), PaddedShape(view, [mode](int64_t size) {
                      return mode == kReflect ? size - 1 : size;
                    }));
  return PerElement(view.Output(0));
}

OperatorCost SpaceToDepth(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const int64_t block = view.Option<int32_t>(0, 0);
  view.Require(input.shape.rank() == 4, "needs an input of 4 dimensions");
  view.Require(block >= 1 && block <= kMaximumStep && input.shape[1] % block == 0 &&
                   input.shape[2] % block == 0,
               "has a block that does not fit its input");
  view.RequireShape(view.Output(0), {input.shape[0], input.shape[1] / block, input.shape[2] / block,
                                     input.shape[3] * block * block});
  return PerElement(view.Output(0));
}

OperatorCost DepthToSpace(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  const int64_t block = view.Option<int32_t>(0, 0);
  view.Require(input.shape.rank() == 4, "needs an input of 4 dimensions");
  view.Require(block >= 1 && block <= kMaximumStep && input.shape[3] % (block * block) == 0,
               "has a block that does not fit its input");
  view.RequireShape(view.Output(0), {input.shape[0], input.shape[1] * block, input.shape[2] * block,
                                     input.shape[3] / (block * block)});
  return PerElement(view.Output(0));
}

namespace {

/// The sizes of blocks, one for each dimension between the first and the last, 1 or 2 of them.
std::vector<int64_t> Blocks(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  view.Require(input.shape.rank() == 3 || input.shape.rank() == 4,
               "needs an input of 3 or 4 dimensions");
  const size_t count = input.shape.rank() - 2;
  // The kernels read them as INT32, whatever they are.
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.RequireType(view.Input(2), {TensorType::kInt32});
  view.RequireShape(view.Input(1), {static_cast<int64_t>(count)});
  view.RequireShape(view.Input(2), {static_cast<int64_t>(count), 2});
  std::vector<int64_t> blocks = view.Integers(1, count, count);
  for (const int64_t block : blocks) {
    view.Require(block >= 1 && block <= kMaximumStep, "has a block out of range");
  }
  return blocks;
}

}  // namespace

OperatorCost SpaceToBatch(const OperatorView& view) {
  const std::vector<int64_t> blocks = Blocks(view);
  const CheckedTensor& input = view.Input(0);
  const std::vector<int64_t> paddings = view.Integers(2, 2 * blocks.size(), 2 * blocks.size());
  TensorShape expected = input.shape;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const int64_t before = paddings[2 * i];
    const int64_t after = paddings[2 * i + 1];
    const int64_t size = before + input.shape[i + 1] + after;
    view.Require(before >= 0 && after >= 0 && size <= INT32_MAX, "has a padding out of range");
    view.Require(size % blocks[i] == 0, "has a block that does not fit its input");
    expected.Set(i + 1, size / blocks[i]);
    expected.Set(0, expected[0] * blocks[i]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost BatchToSpace(const OperatorView& view) {
  const std::vector<int64_t> blocks = Blocks(view);
  const CheckedTensor& input = view.Input(0);
  const std::vector<int64_t> crops = view.Integers(2, 2 * blocks.size(), 2 * blocks.size());
  TensorShape expected = input.shape;
  for (size_t i = 0; i < blocks.size(); ++i) {
    view.Require(expected[0] % blocks[i] == 0, "has a block that does not fit its input");
    expected.Set(0, expected[0] / blocks[i]);
    // No more than the input's elements.
    const int64_t size = input.shape[i + 1] * blocks[i];
    const int64_t before = crops[2 * i];
    const int64_t after = crops[2 * i + 1];
    view.Require(before >= 0 && after >= 0 && before + after < size, "crops all of its input");
    expected.Set(i + 1, size - before - after);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(input);
}

OperatorCost Reverse(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  RequireMovable(view, input, view.Output(0));
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.Require(view.Input(1).shape.rank() == 1, "has dimensions that are not a list");
  std::vector<int64_t> axes = view.Integers(1, 1, TensorShape::kMaximumRank);
  for (int64_t& axis : axes) axis = static_cast<int64_t>(view.Axis(axis, input.shape.rank()));
  std::sort(axes.begin(), axes.end());
  for (size_t i = 1; i < axes.size(); ++i) {
    view.Require(axes[i] == axes[i - 1] + 1,
                 "reverses dimensions that are not neighbours, which is not supported");
  }
  view.RequireShape(view.Output(0), input.shape);
  return PerElement(input);
}

OperatorCost Resize(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
  view.RequireType(view.Output(0), {input.type});
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.Require(input.shape.rank() == 4, "needs an input of 4 dimensions");
  const std::vector<int64_t> size = view.Integers(1, 2, 2);
  // Positions in the input are 32-bit numbers with 10 fractional bits.
  for (const int64_t side : {input.shape[1], input.shape[2], size[0], size[1]}) {
    view.Require(side >= 1 && side <= kMaximumStep, "has a height or width out of range");
  }
  const TensorShape expected{input.shape[0], size[0], size[1], input.shape[3]};
  view.RequireShape(view.Output(0), expected);
  constexpr uint64_t kPointsAndWeights = 4 * 8 + 2 * 4;
  return {0, expected.elements() * 4, expected.Product(1, 3) * kPointsAndWeights, 0};
}

namespace {

OperatorCost Reduce(const OperatorView& view, std::initializer_list<int8_t> types) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.RequireType(input, types);
  view.RequireType(view.Output(0), {input.type});
  view.RequireQuantized(input);
  view.RequireQuantized(view.Output(0));
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  std::array<bool, TensorShape::kMaximumRank> reduced{};
  for (const int64_t given : view.Integers(1, 1, TensorShape::kMaximumRank)) {
    reduced[view.Axis(given, rank)] = true;
  }
  const bool keeps = view.Option<int8_t>(0, 0) != 0;
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (!reduced[axis]) {
      expected.Append(input.shape[axis]);
    } else if (keeps) {
      expected.Append(1);
    }
  }
  view.RequireShape(view.Output(0), expected);
  // Integers are summed in wider ones.
  return {0, input.elements, 0, view.Output(0).elements * 8};
}

}  // namespace

OperatorCost Reduction(const OperatorView& view) {
  return Reduce(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                       TensorType::kUint8, TensorType::kInt8, TensorType::kInt16});
}

OperatorCost ProductOfElements(const OperatorView& view) {
  return Reduce(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64});
}

OperatorCost LogicalReduction(const OperatorView& view) {
  return Reduce(view, {TensorType::kBool});
}

OperatorCost CumulativeSum(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  view.RequireType(input, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64});
  view.RequireType(view.Output(0), {input.type});
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.Axis(view.Integers(1, 1, 1)[0], input.shape.rank());
  view.RequireShape(view.Output(0), input.shape);
  return {0, input.elements, 0, 2 * input.bytes};
}

OperatorCost ArgumentOfExtreme(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt32});
  const auto type = view.Option<int8_t>(0, TensorType::kFloat32);
  view.RequireType(view.Output(0), {TensorType::kInt32, TensorType::kInt64});
  view.Require(view.Output(0).type == type, "declares a type other than its output's");
  view.Require(rank >= 1 && rank <= kMaximumRegionRank, "needs an input of 1 to 5 dimensions");
  const size_t chosen = view.Axis(view.Integers(1, 1, 1)[0], rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (axis != chosen) expected.Append(input.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return {0, input.elements, 0, 0};
}

}  // namespace wasmedge_embed::operator_rules
