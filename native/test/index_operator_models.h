#pragma once

#include <vector>

#include "test/operator_models.h"

namespace wasmedge_embed::test {

/// Of `OperatorModels`: those that compare and choose, that are given indices or sizes, and those
/// of one kind of element.
std::vector<OperatorModel> IndexOperatorModels();

}  // namespace wasmedge_embed::test
