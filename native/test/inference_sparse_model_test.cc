#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "inference/check/model_reader.h"
#include "test/model_builder.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

using test::ModelSpec;

/// The message of the check of a host's model; empty if it passes.
std::string Refusal(const ModelSpec& model) {
  const std::vector<uint8_t> bytes = test::BuildModel(model);
  try {
    CheckHostModel(ModelFile(bytes.data(), bytes.size(), {1, 100, 100}, FlatAlignment::kHalf));
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// Weights of fewer bytes than their shape has elements.
ModelSpec SparseWeights() {
  ModelSpec model = test::OperatorModelNamed("FULLY_CONNECTED, FLOAT32");
  test::SpecTensor& weights = model.graph().tensors[1];
  weights.is_sparse = true;
  weights.data->resize(weights.data->size() - sizeof(float));
  return model;
}

void ExpectRefusal(const ModelSpec& model, const std::string& reason) {
  const std::string refusal = Refusal(model);
  EXPECT_NE(refusal.find(reason), std::string::npos) << refusal;
}

TEST(SparseModelTest, TakesWeightsWithoutTheirZeros) { EXPECT_EQ(Refusal(SparseWeights()), ""); }

TEST(SparseModelTest, RefusesOperatorsThatReadThemWhole) {
  ModelSpec bias = SparseWeights();
  bias.graph().operators[0].inputs[2] = 1;
  ExpectRefusal(bias, "passes sparse weights, its");
  ModelSpec other = SparseWeights();
  other.graph().operators[0].code = schema::kMul;
  ExpectRefusal(other, "passes sparse weights, its");
  ModelSpec type = SparseWeights();
  type.graph().tensors[1].type = schema::kInt32;
  ExpectRefusal(type, "passes sparse weights, its");
}

TEST(SparseModelTest, RefusesThemAsAnOutput) {
  ModelSpec model = SparseWeights();
  model.graph().outputs.push_back(1);
  ExpectRefusal(model, "has sparse weights as an output");
}

TEST(SparseModelTest, RefusesWeightsThatAreNone) {
  ModelSpec larger = SparseWeights();
  larger.graph().tensors[1].data->resize(4096);
  ExpectRefusal(larger, "bytes for its sparse");
  ModelSpec computed = SparseWeights();
  computed.graph().tensors[0].is_sparse = true;
  ExpectRefusal(computed, "0 bytes for its sparse");
}

TEST(HostModelTest, RefusesOperatorsThatLackAnOutput) {
  ModelSpec model = test::OperatorModelNamed("RELU, FLOAT32");
  EXPECT_EQ(Refusal(model), "");
  model.graph().operators[0].outputs[0] = -1;
  ExpectRefusal(model, "lacks an output of its");
}

}  // namespace
}  // namespace wasmedge_embed
