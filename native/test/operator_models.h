#pragma once

#include <string>
#include <vector>

#include "test/model_builder.h"

namespace wasmedge_embed::test {

struct OperatorModel {
  /// "CONV_2D, UINT8".
  std::string name;
  ModelSpec spec;
};

/// Small models that LiteRT runs: at least one for every operator that a guest's model may use, in
/// every family of element types. The operator under test is the last one.
std::vector<OperatorModel> OperatorModels();

/// The model of this name. Throws `std::out_of_range`.
ModelSpec OperatorModelNamed(const std::string& name);

}  // namespace wasmedge_embed::test
