#pragma once

#include <cstdint>
#include <vector>

#include "inference/check/model_limits.h"
#include "test/operator_models.h"

namespace wasmedge_embed::test {

/// Makes models with a wrong meaning, while `ModelMutator` makes damaged files: one to four numbers
/// of an operator model (scales, zero points, sizes, options, constants, types) get edge values.
/// Shapes are then corrected as the check's messages say, so that about half of the models pass it
/// and test LiteRT. The same number makes the same model.
class SpecMutator {
 public:
  /// Models whose shapes exceed the limits are corrected.
  SpecMutator(uint64_t seed, const ModelLimits& limits);

  std::vector<uint8_t> Make(uint64_t number) const;
  /// The operator model that this number changes.
  const std::string& Name(uint64_t number) const { return models_[number % models_.size()].name; }

 private:
  std::vector<OperatorModel> models_;
  uint64_t seed_;
  ModelLimits limits_;
};

}  // namespace wasmedge_embed::test
