#include "inference/check/operator_rules.h"

namespace wasmedge_embed::operator_rules {
namespace {

using schema::TensorType;

OperatorCost Compare(const OperatorView& view, std::initializer_list<int8_t> types) {
  const CheckedTensor& left = view.Input(0);
  const CheckedTensor& right = view.Input(1);
  view.RequireType(left, types);
  view.RequireType(right, {left.type});
  view.RequireType(view.Output(0), {TensorType::kBool});
  for (const CheckedTensor* tensor : {&left, &right}) {
    view.RequireQuantized(*tensor);
    // The kernels end the process if a scale is not less than 1.
    view.Require(!IsScaled(tensor->type) || tensor->scale() < 1,
                 "compares numbers whose scale is not below 1, which is not supported");
  }
  view.RequireShape(view.Output(0), BroadcastShape(view, {&left.shape, &right.shape}));
  return PerElement(view.Output(0));
}

}  // namespace

OperatorCost Order(const OperatorView& view) {
  return Compare(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                        TensorType::kUint8, TensorType::kInt8});
}

OperatorCost Equality(const OperatorView& view) {
  return Compare(view, {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                        TensorType::kUint8, TensorType::kInt8, TensorType::kBool});
}

OperatorCost Logic(const OperatorView& view) { return Compare(view, {TensorType::kBool}); }

OperatorCost Negation(const OperatorView& view) {
  view.RequireType(view.Input(0), {TensorType::kBool});
  view.RequireType(view.Output(0), {TensorType::kBool});
  view.RequireShape(view.Output(0), view.Input(0).shape);
  return PerElement(view.Output(0));
}

namespace {

/// One condition and two alternatives of the output's type.
void RequireAlternatives(const OperatorView& view) {
  view.RequireType(view.Input(0), {TensorType::kBool});
  RequireMovable(view, view.Input(1), view.Output(0));
  view.RequireType(view.Input(2), {view.Input(1).type});
}

}  // namespace

OperatorCost Select(const OperatorView& view) {
  RequireAlternatives(view);
  const TensorShape& condition = view.Input(0).shape;
  const TensorShape& shape = view.Input(1).shape;
  view.RequireShape(view.Input(2), shape);
  // The kernel accesses the first dimension even for a scalar.
  const bool by_row = condition.rank() == 1 && shape.rank() >= 1 && condition[0] == shape[0];
  view.Require(condition == shape || condition.rank() == 0 || by_row,
               "has a condition that fits neither its inputs nor their first dimension");
  view.RequireShape(view.Output(0), shape);
  return PerElement(view.Output(0));
}

OperatorCost SelectV2(const OperatorView& view) {
  RequireAlternatives(view);
  view.RequireShape(
      view.Output(0),
      BroadcastShape(view, {&view.Input(0).shape, &view.Input(1).shape, &view.Input(2).shape}));
  return PerElement(view.Output(0));
}

}  // namespace wasmedge_embed::operator_rules
