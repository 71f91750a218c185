#pragma once

#include <vector>

#include "test/operator_models.h"

namespace wasmedge_embed::test {

/// UNIDIRECTIONAL_SEQUENCE_LSTM with few and with all of its optional parts, for each of its
/// element types: a batch of 2, 3 steps, 4 elements each, 5 cells.
std::vector<OperatorModel> LstmModels();

}  // namespace wasmedge_embed::test
