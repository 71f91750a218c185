#include <algorithm>

#include "inference/check/operator_rules.h"

// Operators that take indices. Indices known only at run time are checked then, by kernels that
// fail the run; shapes and counts are checked here.
namespace wasmedge_embed::operator_rules {

using schema::TensorType;

OperatorCost Gather(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& indices = view.Input(1);
  RequireMovable(view, input, view.Output(0));
  view.RequireType(indices, {TensorType::kInt32, TensorType::kInt64});
  const size_t rank = input.shape.rank();
  view.Require(rank >= 1 && rank + indices.shape.rank() - 1 <= kMaximumRegionRank,
               "has too many dimensions");
  view.Require(view.Option<int32_t>(1, 0) == 0, "gathers in batches, which is not supported");
  const size_t chosen = view.Axis(view.Option<int32_t>(0, 0), rank);
  TensorShape expected;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (axis != chosen) {
      expected.Append(input.shape[axis]);
      continue;
    }
    for (const int64_t size : indices.shape) expected.Append(size);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

namespace {

/// The number of dimensions that each list of indices, in the last dimension of `indices`, selects
/// from; at least one and at most `rank`.
size_t PickedDimensions(const OperatorView& view, const CheckedTensor& indices, size_t rank) {
  view.Require(indices.shape.rank() >= 1, "needs indices of at least 1 dimension");
  const int64_t picked = indices.shape[indices.shape.rank() - 1];
  view.Require(picked <= static_cast<int64_t>(rank),
               "has indices of more dimensions than it picks from");
  return static_cast<size_t>(picked);
}

/// The dimensions of `indices` except the last, followed by those of `shape` that they do not
/// select from.
TensorShape SlicesShape(const OperatorView& view, const TensorShape& indices,
                        const TensorShape& shape, size_t picked) {
  view.Require(indices.rank() - 1 + shape.rank() - picked <= TensorShape::kMaximumRank,
               "has too many dimensions");
  TensorShape slices;
  for (size_t axis = 0; axis + 1 < indices.rank(); ++axis) slices.Append(indices[axis]);
  for (size_t axis = picked; axis < shape.rank(); ++axis) slices.Append(shape[axis]);
  return slices;
}

}  // namespace

OperatorCost GatherNd(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const CheckedTensor& indices = view.Input(1);
  RequireMovable(view, input, view.Output(0));
  view.RequireType(indices, {TensorType::kInt32, TensorType::kInt64});
  const size_t picked = PickedDimensions(view, indices, input.shape.rank());
  view.RequireShape(view.Output(0), SlicesShape(view, indices.shape, input.shape, picked));
  return {0, view.Output(0).elements + indices.elements, 0, 0};
}

OperatorCost ScatterNd(const OperatorView& view) {
  const CheckedTensor& indices = view.Input(0);
  const CheckedTensor& updates = view.Input(1);
  view.RequireType(indices, {TensorType::kInt32});
  view.RequireType(updates, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                             TensorType::kUint8, TensorType::kInt8, TensorType::kBool});
  view.RequireType(view.Output(0), {updates.type});
  view.RequireType(view.Input(2), {TensorType::kInt32});
  const TensorShape shape = ShapeOf(view, 2);
  const size_t picked = PickedDimensions(view, indices, shape.rank());
  view.Require(updates.shape.rank() >= 1, "needs updates of at least 1 dimension");
  view.RequireShape(updates, SlicesShape(view, indices.shape, shape, picked));
  view.RequireShape(view.Output(0), shape);
  return {0, view.Output(0).elements + updates.elements + indices.elements, 0, 0};
}

OperatorCost EmbeddingLookup(const OperatorView& view) {
  const CheckedTensor& indices = view.Input(0);
  const CheckedTensor& table = view.Input(1);
  const CheckedTensor& output = view.Output(0);
  view.RequireType(indices, {TensorType::kInt32});
  view.Require(indices.shape.rank() == 1 && table.shape.rank() >= 2,
               "needs a list of indices and a table of at least 2 dimensions");
  view.RequireType(table, {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8});
  // Rows are copied byte by byte unless they are converted to float.
  if (table.type != output.type) {
    view.RequireType(output, {TensorType::kFloat32});
    const FileQuantization& quantization = table.quantization();
    view.Require(!quantization.scales.empty(), "has a table without a scale");
    view.Require(table.quantized() || quantization.dimension == 0,
                 "has a table that is quantized along a dimension other than its rows");
  }
  TensorShape expected = table.shape;
  expected.Set(0, indices.shape[0]);
  view.RequireShape(output, expected);
  return PerElement(output);
}

OperatorCost OneHot(const OperatorView& view) {
  const CheckedTensor& indices = view.Input(0);
  const CheckedTensor& on = view.Input(2);
  view.RequireType(indices, {TensorType::kInt32, TensorType::kInt64});
  // The kernel reads it as INT32, whatever it is.
  view.RequireType(view.Input(1), {TensorType::kInt32});
  const int64_t depth = view.Integers(1, 1, 1)[0];
  view.Require(depth >= 1, "has a depth that is not above 0");
  view.RequireType(on, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                        TensorType::kUint8, TensorType::kInt8, TensorType::kBool});
  view.RequireType(view.Input(3), {on.type});
  view.RequireType(view.Output(0), {on.type});
  view.Require(on.elements == 1 && view.Input(3).elements == 1,
               "has more than one value for on or for off");
  const size_t rank = indices.shape.rank();
  view.Require(rank < TensorShape::kMaximumRank, "has too many dimensions");
  const size_t added = view.Axis(view.Option<int32_t>(0, 0), rank + 1);
  TensorShape expected;
  for (size_t axis = 0; axis <= rank; ++axis) {
    if (axis == added) expected.Append(depth);
    if (axis < rank) expected.Append(indices.shape[axis]);
  }
  view.RequireShape(view.Output(0), expected);
  return PerElement(view.Output(0));
}

OperatorCost TopK(const OperatorView& view) {
  const CheckedTensor& input = view.Input(0);
  const size_t rank = input.shape.rank();
  view.RequireType(input, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                           TensorType::kUint8, TensorType::kInt8});
  view.RequireType(view.Output(0), {input.type});
  view.RequireType(view.Input(1), {TensorType::kInt32});
  view.RequireType(view.Output(1), {TensorType::kInt32});
  view.Require(rank >= 1, "needs an input of at least 1 dimension");
  const int64_t count = view.Integers(1, 1, 1)[0];
  view.Require(count >= 1 && count <= input.shape[rank - 1],
               "picks more elements than there are in a row, or none");
  TensorShape expected = input.shape;
  expected.Set(rank - 1, count);
  view.RequireShape(view.Output(0), expected);
  view.RequireShape(view.Output(1), expected);
  // Each element may go through a heap of the selected ones.
  uint64_t levels = 1;
  for (int64_t size = count; size > 1; size /= 2) ++levels;
  return {0, input.elements * levels, 0, static_cast<uint64_t>(count) * sizeof(int32_t)};
}

}  // namespace wasmedge_embed::operator_rules
