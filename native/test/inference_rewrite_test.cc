#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "inference/check/model_check.h"
#include "inference/check/model_reader.h"
#include "inference/check/model_schema.h"
#include "inference/rewrite/model_rewrite.h"
#include "test/inference_fixtures.h"
#include "test/model_builder.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

using test::ModelSpec;
using test::SpecTensor;

RewrittenModel Rewrite(const ModelSpec& spec) {
  const auto bytes = test::BuildModel(spec);
  CheckModel(bytes.data(), bytes.size(), ModelLimits::Own());
  return RewriteModel(bytes.data(), bytes.size());
}

/// Runs the model on many inputs of noise, with each of the options; returns the concatenated
/// outputs.
std::vector<uint8_t> RunAll(const std::shared_ptr<Model>& model, const InferenceOptions& options) {
  std::vector<uint8_t> all;
  Session session(model, options);
  Invocation invocation;
  for (uint32_t seed = 0; seed < 8; ++seed) {
    for (size_t input = 0; input < session.inputs().size(); ++input) {
      const TensorInfo& info = session.inputs()[input];
      auto bytes = test::Noise(info.byte_size, seed * 10 + static_cast<uint32_t>(input));
      if (seed < 2) {
        std::fill(bytes.begin(), bytes.end(), seed == 0 ? uint8_t{0} : uint8_t{255});
      }
      EXPECT_TRUE(session.SetInput(input, bytes.data(), bytes.size()));
    }
    session.Run(invocation);
    for (size_t output = 0; output < session.outputs().size(); ++output) {
      const uint8_t* bytes = session.Output(output);
      all.insert(all.end(), bytes, bytes + session.outputs()[output].byte_size);
    }
  }
  return all;
}

int LargestDifference(const std::vector<uint8_t>& left, const std::vector<uint8_t>& right) {
  EXPECT_EQ(left.size(), right.size());
  int largest = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    largest = std::max(largest, std::abs(int{left[i]} - int{right[i]}));
  }
  return largest;
}

/// Rewritten operators of which the catalogue has a model only in UINT8.
constexpr const char* kRewritten[] = {
    "CONV_2D, UINT8",
    "CONV_2D, UINT8 dilated",
    "DEPTHWISE_CONV_2D, UINT8",
    "FULLY_CONNECTED, UINT8",
    "AVERAGE_POOL_2D, UINT8",
    "AVERAGE_POOL_2D, UINT8 same",
    "MAX_POOL_2D, UINT8",
    "MAX_POOL_2D, UINT8 same",
    "ADD, UINT8",
    "ADD, UINT8 stretched",
    "RELU, UINT8",
    "RELU6, UINT8",
    "LOGISTIC, UINT8",
    "SOFTMAX, UINT8",
    "MEAN, UINT8",
    "MEAN, UINT8 flat",
    "RESHAPE, UINT8",
    "RESHAPE, UINT8 by its option",
    "SQUEEZE, UINT8",
    "CONCATENATION, UINT8",
    "PAD, UINT8",
};

class RewrittenOperatorTest : public testing::TestWithParam<const char*> {};

TEST_P(RewrittenOperatorTest, GivesWhatTheBuiltInKernelsGive) {
  ModelSpec spec = test::OperatorModelNamed(GetParam());
  for (SpecTensor& tensor : spec.graph().tensors) {
    // So that every weight converts exactly.
    if (tensor.name == "weights") tensor.zero_points = {64};
  }
  const auto model = test::Load(test::BuildModel(spec));
  ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
  EXPECT_EQ(model->inputs()[0].type, TensorType::kUint8);
  EXPECT_EQ(model->outputs()[0].type, TensorType::kUint8);
  const auto reference = RunAll(model, {1, Kernels::kBuiltin, true});
  // Kernels round halves in different ways.
  EXPECT_LE(LargestDifference(reference, RunAll(model, {1, Kernels::kXnnpack, false})), 1);
  EXPECT_LE(LargestDifference(reference, RunAll(model, {1, Kernels::kXnnpack, true})), 1);
  EXPECT_LE(LargestDifference(reference, RunAll(model, {2, Kernels::kXnnpack, true})), 1);
}

std::string TestName(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  name.erase(std::remove_if(name.begin(), name.end(),
                            [](char character) { return std::isalnum(character) == 0; }),
             name.end());
  return name;
}

INSTANTIATE_TEST_SUITE_P(Operators, RewrittenOperatorTest, testing::ValuesIn(kRewritten), TestName);

TEST(RewriteTest, ConvertsAtTheBordersToFloat) {
  for (const char* name : {"QUANTIZE, UINT8", "DEQUANTIZE, UINT8"}) {
    const auto model = test::Load(test::BuildModel(test::OperatorModelNamed(name)));
    ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
    Session session(model, {});
    Session reference(model, {1, Kernels::kBuiltin, true});
    Invocation invocation;
    std::vector<float> reals(model->inputs()[0].byte_size / sizeof(float));
    for (size_t i = 0; i < reals.size(); ++i) reals[i] = static_cast<float>(i) * 0.31F - 6;
    for (Session* each : {&session, &reference}) {
      if (model->inputs()[0].type == TensorType::kFloat32) {
        ASSERT_TRUE(test::Set(*each, 0, reals));
      } else {
        ASSERT_TRUE(test::Set(*each, 0, test::Noise(model->inputs()[0].byte_size, 3)));
      }
      each->Run(invocation);
    }
    if (model->outputs()[0].type == TensorType::kUint8) {
      EXPECT_EQ(test::Get<uint8_t>(session, 0), test::Get<uint8_t>(reference, 0));
      continue;
    }
    const auto expected = test::Get<float>(reference, 0);
    const auto given = test::Get<float>(session, 0);
    ASSERT_EQ(given.size(), expected.size());
    for (size_t i = 0; i < given.size(); ++i) EXPECT_NEAR(given[i], expected[i], 1e-5);
  }
}

TEST(RewriteTest, LeavesEveryOtherOperator) {
  for (const test::OperatorModel& each : test::OperatorModels()) {
    const bool rewritten =
        std::find(std::begin(kRewritten), std::end(kRewritten), each.name) != std::end(kRewritten);
    if (each.name == "QUANTIZE, UINT8" || each.name == "DEQUANTIZE, UINT8") continue;
    const RewrittenModel result = Rewrite(each.spec);
    EXPECT_EQ(result.rewritten(), rewritten) << each.name << ": " << result.reason;
    EXPECT_EQ(result.bytes.size() != 0, rewritten) << each.name;
  }
}

TEST(RewriteTest, SaysWhyAModelIsLeft) {
  EXPECT_EQ(Rewrite(test::OperatorModelNamed("TANH, UINT8")).reason,
            "has an operator that is not rewritten, operator 0 (TANH)");
  EXPECT_EQ(Rewrite(test::OperatorModelNamed("CONV_2D, FLOAT32")).reason,
            "has nothing that is quantized to uint8");
  EXPECT_EQ(Rewrite(test::OperatorModelNamed("QUANTIZE, UINT8 again")).reason,
            "already has tensors of INT8, at its operator 0 (QUANTIZE)");
  ModelSpec scaled = test::OperatorModelNamed("CONCATENATION, UINT8");
  scaled.graph().tensors[0].scales = {0.1F};
  EXPECT_EQ(Rewrite(scaled).reason,
            "has inputs and outputs of different scales or zero points in its operator 0 "
            "(CONCATENATION)");
}

/// All weights are at the zero point, except those that the test sets.
ModelSpec Convolution(uint8_t zero_point, const std::vector<std::pair<size_t, uint8_t>>& weights) {
  ModelSpec spec = test::OperatorModelNamed("CONV_2D, UINT8");
  SpecTensor& tensor = spec.graph().tensors[1];
  tensor.zero_points = {zero_point};
  std::fill(tensor.data->begin(), tensor.data->end(), zero_point);
  for (const auto& [index, value] : weights) (*tensor.data)[index] = value;
  return spec;
}

/// The int8 model's constant of this tensor.
std::vector<int8_t> Constant(const RewrittenModel& model, size_t tensor) {
  const ModelFile file(model.bytes.data(), model.bytes.size(), {SIZE_MAX, SIZE_MAX, SIZE_MAX});
  const auto& data = file.buffers()[file.subgraphs()[0].tensors[tensor].buffer].data;
  return {data.begin(), data.end()};
}

TEST(RewriteTest, IsExactUpToThreeTimes127) {
  // 27 weights per channel, 3 per point; one weight at each distance from the zero point.
  const RewrittenModel within = Rewrite(Convolution(100, {{0, 227}, {30, 0}, {60, 101}}));
  ASSERT_TRUE(within.rewritten()) << within.reason;
  EXPECT_EQ(within.inexact_channels, 0U);
  EXPECT_EQ(within.input_copies[0], ChannelCopies{});
  const auto plain = Constant(within, 1);
  EXPECT_EQ(plain[0], 127);
  EXPECT_EQ(plain[1], 0);
  EXPECT_EQ(plain[30], -100);
  EXPECT_EQ(plain[60], 1);

  // A weight of 128 at channel 1 of the second point: 127 there and 1 in its copy.
  const RewrittenModel beyond = Rewrite(Convolution(100, {{4, 228}}));
  ASSERT_TRUE(beyond.rewritten()) << beyond.reason;
  EXPECT_EQ(beyond.inexact_channels, 0U);
  EXPECT_EQ(beyond.input_copies[0], ChannelCopies{1});
  const auto split = Constant(beyond, 1);
  ASSERT_EQ(split.size(), 4U * 9 * 4);
  EXPECT_EQ(split[5], 127);
  EXPECT_EQ(split[7], 1);

  // 255 exceeds the sum of two 7-bit numbers.
  EXPECT_EQ(Rewrite(Convolution(0, {{4, 255}})).inexact_channels, 1U);
  EXPECT_EQ(Rewrite(Convolution(0, {{4, 254}})).inexact_channels, 0U);
  EXPECT_EQ(Rewrite(Convolution(255, {{4, 0}})).inexact_channels, 1U);
}

TEST(RewriteTest, LeavesOutTheWeightsThatOthersReplace) {
  // They would take as much memory as the file once more.
  const auto bytes = test::BuildModel(Convolution(100, {{4, 228}}));
  const RewrittenModel rewritten = RewriteModel(bytes.data(), bytes.size());
  ASSERT_EQ(rewritten.input_copies[0], ChannelCopies{1});
  const ModelFile file(bytes.data(), bytes.size(), {SIZE_MAX, SIZE_MAX, SIZE_MAX});
  const auto& before = file.buffers()[file.subgraphs()[0].tensors[1].buffer].data;
  ASSERT_EQ(before.size(), 4U * 9 * 3);
  const uint8_t* const place = rewritten.bytes.data() + (before.data() - bytes.data());
  EXPECT_TRUE(std::all_of(place, place + before.size(), [](uint8_t byte) { return byte == 0; }));
  // The bytes before them are there.
  EXPECT_EQ(std::memcmp(place - 4, before.data() - 4, 4), 0);
  EXPECT_GE(rewritten.bytes.size(), bytes.size());
}

/// CONV_2D, DEPTHWISE_CONV_2D and MAX_POOL_2D in a row, then a CONV_2D whose weights cover the
/// whole range.
ModelSpec Chain(uint32_t seed) {
  std::mt19937 random(seed);
  const auto tensor = [](const char* name, std::vector<int32_t> shape) {
    SpecTensor made;
    made.name = name;
    made.type = schema::kUint8;
    made.shape = std::move(shape);
    made.scales = {0.02F};
    made.zero_points = {0};
    return made;
  };
  const auto weights = [&](std::vector<int32_t> shape, int wide) {
    SpecTensor made = tensor("weights", std::move(shape));
    made.scales = {0.004F};
    made.zero_points = {110};
    size_t count = 1;
    for (const int32_t size : made.shape) count *= static_cast<size_t>(size);
    made.data.emplace();
    for (size_t i = 0; i < count; ++i) {
      made.data->push_back(static_cast<uint8_t>(60 + random() % 120));
    }
    for (int i = 0; i < wide; ++i) {
      (*made.data)[random() % count] = static_cast<uint8_t>(238 + random() % 18);
    }
    return made;
  };
  const auto bias = [&](int32_t channels) {
    SpecTensor made = tensor("bias", {channels});
    made.type = schema::kInt32;
    made.scales = {0.02F * 0.004F};
    std::vector<int32_t> values;
    for (int32_t i = 0; i < channels; ++i) values.push_back(static_cast<int32_t>(random() % 8000));
    made.data = test::BytesOf(values);
    return made;
  };
  constexpr int8_t kSame = schema::kSame;
  constexpr int8_t kRelu6 = schema::kFusedRelu6;
  const std::vector<test::SpecOption> convolution = {kSame,  int32_t{1}, int32_t{1},
                                                     kRelu6, int32_t{1}, int32_t{1}};
  ModelSpec spec;
  test::SpecGraph& graph = spec.graphs.emplace_back();
  graph.tensors = {tensor("input", {1, 9, 9, 3}),
                   weights({8, 3, 3, 3}, 1),
                   bias(8),
                   tensor("first", {1, 9, 9, 8}),
                   weights({1, 3, 3, 8}, 0),
                   bias(8),
                   tensor("second", {1, 9, 9, 8}),
                   tensor("third", {1, 4, 4, 8}),
                   weights({6, 1, 1, 8}, 2),
                   bias(6),
                   tensor("output", {1, 4, 4, 6})};
  graph.inputs = {0};
  graph.outputs = {10};
  const auto add = [&](int32_t code, uint8_t options_type, std::vector<test::SpecOption> options,
                       std::vector<int32_t> inputs, int32_t output) {
    test::SpecOperator op;
    op.code = code;
    op.options_type = options_type;
    op.options = std::move(options);
    op.inputs = std::move(inputs);
    op.outputs = {output};
    graph.operators.push_back(op);
  };
  add(schema::kConv2d, schema::kConv2dOptions, convolution, {0, 1, 2}, 3);
  add(schema::kDepthwiseConv2d, schema::kDepthwiseConv2dOptions,
      {kSame, int32_t{1}, int32_t{1}, int32_t{1}, kRelu6, int32_t{1}, int32_t{1}}, {3, 4, 5}, 6);
  add(schema::kMaxPool2d, schema::kPool2dOptions,
      {int8_t{schema::kValid}, int32_t{2}, int32_t{2}, int32_t{2}, int32_t{2},
       int8_t{schema::kNoActivation}},
      {6}, 7);
  add(schema::kConv2d, schema::kConv2dOptions, convolution, {7, 8, 9}, 10);
  return spec;
}

TEST(RewriteTest, CopiesChannelsThroughAGraph) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto model = test::Load(test::BuildModel(Chain(seed)));
    ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
    EXPECT_EQ(model->rewritten().inexact_channels, 0U) << seed;
    EXPECT_EQ(model->inputs()[0].shape, (std::vector<int32_t>{1, 9, 9, 3}));
    EXPECT_EQ(model->inputs()[0].byte_size, 243U);
    const auto reference = RunAll(model, {1, Kernels::kBuiltin, true});
    EXPECT_LE(LargestDifference(reference, RunAll(model, {1, Kernels::kXnnpack, true})), 2) << seed;
    // Exact: the same kernels give the same results on int8 as on uint8, except for how they round
    // halves.
    EXPECT_LE(LargestDifference(RunAll(model, {1, Kernels::kXnnpack, false}),
                                RunAll(model, {1, Kernels::kXnnpack, true})),
              1)
        << seed;
  }
}

TEST(RewriteTest, RoundsWhatCannotBeExactALittle) {
  // Their weights reach 128 steps down, one too many.
  for (const char* name : {"DEPTHWISE_CONV_2D, UINT8", "FULLY_CONNECTED, UINT8"}) {
    const auto model = test::Load(test::BuildModel(test::OperatorModelNamed(name)));
    ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
    EXPECT_GT(model->rewritten().inexact_channels, 0U);
    const auto reference = RunAll(model, {1, Kernels::kBuiltin, true});
    EXPECT_LE(LargestDifference(reference, RunAll(model, {1, Kernels::kXnnpack, true})), 4) << name;
  }
}

TEST(RewriteTest, DoesNotCopyWhatOthersUse) {
  ModelSpec spec = Chain(1);
  spec.graph().outputs = {6, 10};
  const auto model = test::Load(test::BuildModel(spec));
  ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
  EXPECT_GT(model->rewritten().inexact_channels, 0U);
  const auto reference = RunAll(model, {1, Kernels::kBuiltin, true});
  EXPECT_LE(LargestDifference(reference, RunAll(model, {1, Kernels::kXnnpack, true})), 6);
}

TEST(RewriteTest, PreservesTheRestOfTheFile) {
  ModelSpec spec = Chain(3);
  spec.metadata = {{"min_runtime_version", 0}, {"of the user", 0}};
  spec.signatures = {{{{"picture", 0}}, {{"scores", 10}}, 0, true}};
  const auto bytes = test::BuildModel(spec);
  const RewrittenModel rewritten = RewriteModel(bytes.data(), bytes.size());
  ASSERT_TRUE(rewritten.rewritten()) << rewritten.reason;
  const ModelFile::Bounds all{SIZE_MAX, SIZE_MAX, SIZE_MAX};
  const ModelFile before(bytes.data(), bytes.size(), all);
  const ModelFile after(rewritten.bytes.data(), rewritten.bytes.size(), all);
  ASSERT_EQ(after.metadata().size(), 2U);
  EXPECT_EQ(after.metadata()[1].name, "of the user");
  ASSERT_EQ(after.signatures().size(), 1U);
  EXPECT_EQ(after.signatures()[0].inputs[0].name, "picture");
  EXPECT_EQ(after.buffers().size(), before.buffers().size());
  for (size_t index = 0; index < before.subgraphs()[0].tensors.size(); ++index) {
    const FileTensor& tensor = after.subgraphs()[0].tensors[index];
    EXPECT_EQ(tensor.name, before.subgraphs()[0].tensors[index].name);
    EXPECT_EQ(tensor.type, tensor.name == "bias" ? schema::kInt32 : schema::kInt8);
  }
  for (const FileOperatorCode& code : after.operator_codes()) EXPECT_GE(code.version, 2);
}

TEST(RewriteTest, RaisesVersionsThatOldFilesLeaveOut) {
  // Files of 2018 have neither the version nor the new code of an operator.
  const auto bytes = test::SampleData("models/mobilenet_v1_0.25_128_quant.tflite");
  SKIP_WITHOUT_DATA(bytes);
  const RewrittenModel rewritten = RewriteModel(bytes.data(), bytes.size());
  const ModelFile file(rewritten.bytes.data(), rewritten.bytes.size(),
                       {SIZE_MAX, SIZE_MAX, SIZE_MAX});
  for (const FileOperatorCode& code : file.operator_codes()) {
    const bool convolves = code.code == schema::kConv2d || code.code == schema::kDepthwiseConv2d;
    EXPECT_GE(code.version, convolves ? 3 : code.code == schema::kReshape ? 1 : 2) << code.code;
  }
  EXPECT_LE(rewritten.bytes.size(), 3 * bytes.size() + 65536);
}

TEST(RewriteTest, LeavesSharedConstants) {
  ModelSpec spec = Chain(1);
  // Sharing one buffer between the depthwise weights and the bias of the first layer is damage;
  // sharing it between two biases is not.
  spec.graph().tensors[5].data.reset();
  spec.graph().tensors[5].buffer = 2;
  const auto bytes = test::BuildModel(spec);
  const RewrittenModel rewritten = RewriteModel(bytes.data(), bytes.size());
  EXPECT_EQ(rewritten.reason, "uses a constant for several tensors");
}

}  // namespace
}  // namespace wasmedge_embed
