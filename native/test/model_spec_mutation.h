#pragma once

#include <cstdint>
#include <vector>

#include "inference/check/model_limits.h"
#include "test/operator_models.h"

namespace wasmedge_embed::test {

/// Makes models of a wrong meaning, where `ModelMutator` makes damaged files: one to four numbers
/// of an operator model (scales, zero points, sizes, options, constants, types) get telling values.
/// What the check then says of shapes is mended as it says, so that about half of the models pass
/// it and put LiteRT to the test. The same number makes the same model.
class SpecMutator {
 public:
  /// Models that the limits refuse for their shapes are mended.
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
