#pragma once

#include <vector>

#include "test/operator_models.h"

namespace wasmedge_embed::test {

/// Part of `OperatorModels`: operators that compare and select, that take indices or sizes, and
/// those of a single element type.
std::vector<OperatorModel> IndexOperatorModels();

}  // namespace wasmedge_embed::test
