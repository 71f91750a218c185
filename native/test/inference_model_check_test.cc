#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "inference/check/model_check.h"
#include "inference/check/model_reader.h"
#include "inference/check/operator_table.h"
#include "test/inference_fixtures.h"
#include "test/model_builder.h"
#include "test/model_lies.h"
#include "test/operator_models.h"
#include "test/places.h"

namespace wasmedge_embed {
namespace {

using test::BuildModel;
using test::ModelSpec;
using test::OperatorModelNamed;
using test::OperatorOf;
using test::SpecGraph;
using test::SpecTensor;
using test::TensorOf;

ModelSummary Check(const std::vector<uint8_t>& bytes,
                   const ModelLimits& limits = ModelLimits::Guest()) {
  // On the heap at its exact size, so that a sanitizer detects an access to the first byte beyond
  // it.
  const std::vector<uint8_t> copy(bytes);
  return CheckModel(copy.data(), copy.size(), limits);
}

/// Why the model is refused; fails the test if it is not.
std::string Refusal(const std::vector<uint8_t>& bytes,
                    const ModelLimits& limits = ModelLimits::Guest()) {
  try {
    Check(bytes, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "it was not refused";
  return {};
}

/// The name of the limit that the model exceeds.
std::string LimitOf(const ModelSpec& model, const ModelLimits& limits) {
  try {
    Check(BuildModel(model), limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLimit) << error.what();
    return error.detail();
  }
  ADD_FAILURE() << "it was not refused";
  return {};
}

TEST(ModelCheckTest, AcceptsTheDefaultModel) {
  const ModelSummary summary = Check(test::DefaultModel());
  EXPECT_EQ(summary.subgraphs, 1U);
  EXPECT_EQ(summary.operators, 32U);
  EXPECT_EQ(summary.tensors, 89U);
  EXPECT_EQ(summary.multiply_accumulates, 28'292'288U);
}

TEST(ModelCheckTest, AcceptsRealModels) {
  // The multiply-accumulates that the models' authors publish, in millions.
  for (const auto& [name, millions] :
       {std::pair<const char*, double>{"0.25_128", 14}, {"0.75_192", 239}}) {
    const auto bytes =
        test::SampleData("models/mobilenet_v1_" + std::string(name) + "_quant.tflite");
    SKIP_WITHOUT_DATA(bytes);
    const ModelSummary summary = Check(bytes);
    EXPECT_NEAR(static_cast<double>(summary.multiply_accumulates) / 1e6, millions, millions * 0.05);
    EXPECT_LT(summary.weight_bytes, bytes.size());
  }
}

TEST(ModelCheckTest, AcceptsTinyModels) {
  for (const test::TinyModel& model :
       {test::TinySum(), test::TinyQuantizedSum(test::kTinyUint8),
        test::TinyQuantizedSum(test::kTinyInt8), test::TinySumAndProduct(), test::TinyGather()}) {
    const auto bytes = test::BuildTinyModel(model);
    EXPECT_NO_THROW(Check(bytes));
  }
}

TEST(ModelCheckTest, AcceptsEveryOperator) {
  for (const test::OperatorModel& model : test::OperatorModels()) {
    try {
      const auto bytes = BuildModel(model.spec);
      Check(bytes, ModelLimits::Guest());
      Check(bytes, ModelLimits::Own());
    } catch (const Error& error) {
      ADD_FAILURE() << model.name << ": " << error.what();
    }
  }
}

TEST(ModelCheckTest, AcceptsTheOperatorsThatTheDocumentsName) {
  const auto document = test::ReadFile(test::ProjectRoot() + "/docs/inference.md");
  const std::string text(document.begin(), document.end());
  const size_t begin = text.find("## Models that guests bring");
  ASSERT_NE(begin, std::string::npos);
  std::set<std::string> named;
  constexpr char kBefore[] = "only these operators are allowed:";
  ASSERT_NE(text.find(kBefore, begin), std::string::npos);
  const size_t list = text.find(kBefore, begin) + sizeof(kBefore);
  std::string name;
  for (const char each : text.substr(list, text.find("Shapes, axes", begin) - list)) {
    if (std::isupper(static_cast<unsigned char>(each)) != 0 || each == '_' ||
        std::isdigit(static_cast<unsigned char>(each)) != 0) {
      name += each;
    } else if (!name.empty()) {
      named.insert(std::exchange(name, {}));
    }
  }
  std::set<std::string> known;
  for (int32_t code = 0; code < schema::kFirstStablehlo; ++code) {
    if (FindRule(code) != nullptr) known.insert(schema::OperatorName(code));
  }
  EXPECT_EQ(named, known);
  // Each has a model for the other tests to damage and run.
  for (const test::OperatorModel& model : test::OperatorModels()) {
    known.erase(model.name.substr(0, model.name.find(',')));
  }
  EXPECT_EQ(known, std::set<std::string>());
}

TEST(ModelCheckTest, ReadsNothingBeyondATruncatedFile) {
  for (const char* name : {"CONV_2D, INT8", "RESHAPE, FLOAT32 by its option", "PADV2, INT64"}) {
    const auto model = BuildModel(OperatorModelNamed(name));
    for (size_t size = 0; size < model.size(); ++size) {
      const std::vector<uint8_t> bytes(model.begin(), model.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_THROW(Check(bytes), Error) << name << " " << size;
    }
  }
}

TEST(ModelCheckTest, ReadsNothingOutsideForAnyByte) {
  for (const char* name : {"CONV_2D, INT8", "STRIDED_SLICE, FLOAT32", "CONCATENATION, UINT8"}) {
    const auto model = BuildModel(OperatorModelNamed(name));
    size_t refused = 0;
    for (size_t place = 0; place < model.size(); ++place) {
      for (const uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFC, 0xFF}) {
        auto bytes = model;
        bytes[place] = value;
        try {
          Check(bytes);
        } catch (const Error&) {
          ++refused;
        }
      }
    }
    EXPECT_GT(refused, model.size()) << name;
  }
}

TEST(ModelCheckTest, CountsTheWorkOfAConvolution) {
  const ModelSummary summary = Check(BuildModel(OperatorModelNamed("CONV_2D, UINT8")));
  EXPECT_EQ(summary.multiply_accumulates, 4U * 3 * 4 * 3 * 3 * 3);
  EXPECT_EQ(summary.weight_bytes, 4U * 3 * 3 * 3 + 4 * 4);
  EXPECT_EQ(summary.other_elements, 0U);
  // The input, the output and the input arranged for the filter, each aligned to 64, and a pointer
  // for each point of the filter.
  EXPECT_EQ(summary.activation_bytes, 128U + 64 + 384 + 4 * 3 * 9 * 8);
}

TEST(ModelCheckTest, CountsTheElementsOfOtherOperators) {
  const ModelSummary summary = Check(BuildModel(OperatorModelNamed("MEAN, FLOAT32")));
  EXPECT_EQ(summary.multiply_accumulates, 0U);
  EXPECT_EQ(summary.other_elements, 60U);
  EXPECT_EQ(summary.arithmetic(), 480U);
}

TEST(ModelLimitsTest, NameWhatIsBeyondThem) {
  const ModelSpec model = OperatorModelNamed("CONV_2D, UINT8");
  const auto bytes = BuildModel(model);
  const ModelSummary summary = Check(bytes);
  const auto exact = [&] {
    ModelLimits limits = ModelLimits::Guest();
    limits.model_bytes = bytes.size();
    limits.subgraphs = 1;
    limits.tensors = 4;
    limits.operators = 1;
    limits.arguments = 2;
    limits.arithmetic = summary.arithmetic();
    limits.activation_bytes = summary.activation_bytes;
    limits.weight_bytes = summary.weight_bytes;
    return limits;
  };
  EXPECT_NO_THROW(Check(bytes, exact()));
  const auto without = [&](auto ModelLimits::* member) {
    ModelLimits limits = exact();
    --(limits.*member);
    return LimitOf(model, limits);
  };
  EXPECT_EQ(without(&ModelLimits::model_bytes), "modelBytes");
  EXPECT_EQ(without(&ModelLimits::subgraphs), "modelSubgraphs");
  EXPECT_EQ(without(&ModelLimits::tensors), "tensors");
  EXPECT_EQ(without(&ModelLimits::operators), "operators");
  EXPECT_EQ(without(&ModelLimits::arguments), "arguments");
  EXPECT_EQ(without(&ModelLimits::arithmetic), "modelArithmetic");
  EXPECT_EQ(without(&ModelLimits::activation_bytes), "modelActivationBytes");
  EXPECT_EQ(without(&ModelLimits::weight_bytes), "modelWeightBytes");
}

TEST(ModelLimitsTest, BoundTheArithmeticOfSmallFiles) {
  // A few hundred bytes that ask for 1.7e10 multiply-accumulates.
  ModelSpec model = OperatorModelNamed("BATCH_MATMUL, FLOAT32");
  TensorOf(model, 0).shape = {1, 2048, 4096};
  TensorOf(model, 1).shape = {1, 2048, 4096};
  TensorOf(model, 2).shape = {1, 2048, 2048};
  EXPECT_EQ(LimitOf(model, ModelLimits::Guest()), "modelArithmetic");
  EXPECT_EQ(Check(BuildModel(model), ModelLimits::Own()).multiply_accumulates,
            uint64_t{2048} * 2048 * 4096);
}

TEST(ModelLimitsTest, CountMemoryAsItIsShared) {
  // Fifty results of 13 MB in a row: two exist at a time, besides the input.
  ModelSpec model = OperatorModelNamed("RELU, FLOAT32");
  SpecGraph& graph = model.graph();
  for (SpecTensor& tensor : graph.tensors) tensor.shape = {1, 320, 320, 32};
  for (int32_t i = 1; i < 50; ++i) {
    graph.tensors.push_back(TensorOf(model, 1));
    graph.operators.push_back(OperatorOf(model));
    graph.operators.back().inputs = {i};
    graph.operators.back().outputs = {i + 1};
  }
  graph.outputs = {50};
  constexpr uint64_t kBytes = uint64_t{320} * 320 * 32 * 4;
  EXPECT_EQ(Check(BuildModel(model)).activation_bytes, 3 * kBytes);
  // An output of the graph is kept.
  graph.outputs = {50, 10};
  EXPECT_EQ(Check(BuildModel(model)).activation_bytes, 4 * kBytes);
}

TEST(ModelLimitsTest, BoundModelsThatAreKnown) {
  ModelSummary summary;
  summary.subgraphs = 2;
  try {
    RequireWithin(summary, ModelLimits::Guest());
    FAIL() << "it was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.detail(), "modelSubgraphs");
  }
  EXPECT_NO_THROW(RequireWithin(summary, ModelLimits::Own()));
}

TEST(ModelLimitsTest, CountWeightsForEachOperatorThatUsesThem) {
  ModelSpec model = OperatorModelNamed("FULLY_CONNECTED, FLOAT32");
  SpecGraph& graph = model.graph();
  const uint64_t once = Check(BuildModel(model)).weight_bytes;
  for (int32_t i = 0; i < 9; ++i) {
    graph.tensors.push_back(TensorOf(model, 3));
    graph.operators.push_back(OperatorOf(model));
    graph.operators.back().outputs = {4 + i};
  }
  EXPECT_EQ(Check(BuildModel(model)).weight_bytes, 10 * once);
}

TEST(ModelLimitsTest, OwnModelsMayUseOperatorsWithoutRules) {
  constexpr int32_t kRank = 110;
  ModelSpec model = OperatorModelNamed("RELU, FLOAT32");
  OperatorOf(model).code = kRank;
  EXPECT_NE(Refusal(BuildModel(model)).find("(RANK) is not among those"), std::string::npos);
  EXPECT_EQ(Check(BuildModel(model), ModelLimits::Own()).other_elements, 120U);
}

TEST(ModelLimitsTest, OwnModelsMayUseOperatorsInWaysThatGuestsMayNot) {
  // LiteRT also computes the logarithm of INT8.
  ModelSpec model = OperatorModelNamed("LOG, FLOAT32");
  for (SpecTensor& tensor : model.graph().tensors) {
    tensor.type = schema::kInt8;
    tensor.scales = {0.05F};
    tensor.zero_points = {0};
  }
  EXPECT_NE(Refusal(BuildModel(model)).find("of type INT8; expected FLOAT32"), std::string::npos);
  EXPECT_EQ(Check(BuildModel(model), ModelLimits::Own()).other_elements, 48U);
}

TEST(ModelLimitsTest, OwnModelsMayComputeShapes) {
  ModelSpec model = OperatorModelNamed("RESHAPE, FLOAT32");
  TensorOf(model, 1).data.reset();
  model.graph().inputs.push_back(1);
  EXPECT_NE(Refusal(BuildModel(model)).find("must be a constant"), std::string::npos);
  EXPECT_NO_THROW(Check(BuildModel(model), ModelLimits::Own()));
}

TEST(ModelLimitsTest, OwnModelsMayComputeWeights) {
  ModelSpec model = OperatorModelNamed("CONV_2D, FLOAT32");
  TensorOf(model, 1).data.reset();
  model.graph().inputs.push_back(1);
  EXPECT_NE(Refusal(BuildModel(model)).find("must be a constant"), std::string::npos);
  EXPECT_EQ(Check(BuildModel(model), ModelLimits::Own()).multiply_accumulates, 48U * 27);
}

TEST(ModelLimitsTest, OwnModelsAreCheckedAllTheSame) {
  for (const int32_t code : {schema::kCustom, schema::kWhile, schema::kVarHandle}) {
    ModelSpec model = OperatorModelNamed("RELU, FLOAT32");
    OperatorOf(model).code = code;
    EXPECT_NE(Refusal(BuildModel(model), ModelLimits::Own()), "");
  }
  ModelSpec model = OperatorModelNamed("CONV_2D, FLOAT32");
  OperatorOf(model).options[1] = int32_t{0};
  EXPECT_NE(Refusal(BuildModel(model), ModelLimits::Own()).find("stride"), std::string::npos);
}

TEST(ModelReaderTest, TellsWhereThingsStandInTheFile) {
  const auto bytes = BuildModel(OperatorModelNamed("CONV_2D, UINT8"));
  const ModelFile file(bytes.data(), bytes.size(), {1, 10, 10});
  const FileTensor& weights = file.subgraphs()[0].tensors[1];
  EXPECT_EQ(weights.name, "weights");
  EXPECT_EQ(file.operator_codes()[0].code, schema::kConv2d);
  const size_t type = weights.table.FieldPosition(schema::tensor::kType);
  ASSERT_LT(type, bytes.size());
  EXPECT_EQ(bytes[type], schema::kUint8);
  EXPECT_EQ(weights.table.FieldPosition(schema::tensor::kSparsity), 0U);
  const FlatVector<uint8_t>& data = file.buffers()[weights.buffer].data;
  EXPECT_EQ(data.size(), 108U);
  EXPECT_EQ(data[1], 37);
  EXPECT_EQ(std::vector<int32_t>(weights.shape.begin(), weights.shape.end()),
            (std::vector<int32_t>{4, 3, 3, 3}));
}

}  // namespace
}  // namespace wasmedge_embed
