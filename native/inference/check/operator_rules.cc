#include "inference/check/operator_rules.h"

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

}  // namespace wasmedge_embed::operator_rules
