#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "inference/check/host_model_check.h"
#include "inference/check/model_check.h"
#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"
#include "test/model_builder.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

ModelSummary HostSummary(const std::vector<uint8_t>& bytes) {
  return CheckHostModel(ModelFile(bytes.data(), bytes.size(), {1, 100, 100}, FlatAlignment::kHalf));
}

TEST(HostModelCostTest, IsThatOfTheRulesForArithmetic) {
  size_t compared = 0;
  for (const test::OperatorModel& model : test::OperatorModels()) {
    // Its gates are matrix products that no single tensor shows.
    if (model.name.find("LSTM") != std::string::npos) continue;
    const std::vector<uint8_t> bytes = test::BuildModel(model.spec);
    const ModelSummary checked = CheckModel(bytes.data(), bytes.size(), ModelLimits::Own());
    EXPECT_EQ(HostSummary(bytes).multiply_accumulates, checked.multiply_accumulates) << model.name;
    if (checked.multiply_accumulates != 0) ++compared;
  }
  EXPECT_GT(compared, 10U);
}

TEST(HostModelCostTest, CountsElementsNotBytes) {
  const test::ModelSpec model = test::OperatorModelNamed("RELU, FLOAT32");
  uint64_t elements = 0;
  for (const test::SpecTensor& tensor : model.graphs[0].tensors) {
    uint64_t own = 1;
    for (const int32_t size : tensor.shape) own *= static_cast<uint64_t>(size);
    elements += own;
  }
  const ModelSummary summary = HostSummary(test::BuildModel(model));
  EXPECT_EQ(summary.multiply_accumulates, 0U);
  EXPECT_EQ(summary.other_elements, elements);
}

}  // namespace
}  // namespace wasmedge_embed
