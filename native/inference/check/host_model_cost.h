#pragma once

#include <cstdint>

#include "inference/check/model_reader.h"
#include "inference/check/operator_check.h"

namespace wasmedge_embed {

/// The arithmetic of an operator of a host's model, according to the shapes in the file. Nothing
/// else is known about it: its shapes may not fit, or depend on values, and then this is not an
/// upper bound. The indices of its tensors must be valid; -1 is a missing input.
OperatorCost EstimateCost(const FileSubgraph& subgraph, const FileOperator& op,
                          int32_t code) noexcept;

}  // namespace wasmedge_embed
