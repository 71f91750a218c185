#include "inference/check/operator_rules.h"

#include <algorithm>

namespace wasmedge_embed::operator_rules {

using schema::ActivationFunction;
using schema::TensorType;

void RequireMovable(const OperatorView& view, const CheckedTensor& input,
                    const CheckedTensor& output) {
  view.RequireType(
      input, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64, TensorType::kUint8,
              TensorType::kInt8, TensorType::kInt16, TensorType::kBool});
  view.RequireType(output, {input.type});
}

void RequireFusedActivation(const OperatorView& view, int field) {
  const auto activation = view.Option<int8_t>(field, ActivationFunction::kNoActivation);
  view.Require(activation >= ActivationFunction::kNoActivation &&
                   activation <= ActivationFunction::kFusedRelu6,
               "has a fused activation that is not supported");
}

TensorShape BroadcastShape(const OperatorView& view,
                           std::initializer_list<const TensorShape*> shapes) {
  size_t rank = 0;
  bool stretches = false;
  for (const TensorShape* shape : shapes) {
    rank = std::max(rank, shape->rank());
    stretches = stretches || *shape != **shapes.begin();
  }
  TensorShape common;
  for (size_t from_end = rank; from_end > 0; --from_end) {
    int64_t size = 1;
    for (const TensorShape* shape : shapes) {
      const int64_t own = from_end <= shape->rank() ? (*shape)[shape->rank() - from_end] : 1;
      view.Require(own == size || own == 1 || size == 1, "has inputs with incompatible shapes");
      size = std::max(size, own);
    }
    common.Append(size);
  }
  view.Require(!stretches || rank <= kMaximumBroadcastRank,
               "broadcasts inputs of more than 4 dimensions, which is not supported");
  return common;
}

TensorShape ShapeOf(const OperatorView& view, size_t input) {
  view.Require(view.Input(input).shape.rank() == 1, "has a shape that is not a list");
  TensorShape shape;
  for (const int64_t size : view.Integers(input, 1, TensorShape::kMaximumRank)) {
    view.Require(size >= 1, "has a shape with a size that is not above 0");
    shape.Append(size);
  }
  return shape;
}

}  // namespace wasmedge_embed::operator_rules
