// One lie after the other about a model that is right, and the reason for which the check refuses
// it.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "inference/check/model_check.h"
#include "test/model_builder.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

using test::BuildModel;
using test::ModelSpec;
using test::OperatorModelNamed;
using test::SpecGraph;
using test::SpecOperator;
using test::SpecTensor;

/// Why a guest's model is refused; empty when it is not.
std::string Refusal(const ModelSpec& model) {
  const auto bytes = BuildModel(model);
  try {
    CheckModel(bytes.data(), bytes.size(), ModelLimits::Guest());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel) << error.what();
    return error.what();
  }
  return {};
}

/// A lie about a model and the words of the reason that refuses it.
struct Lie {
  const char* name;
  const char* model;
  std::function<void(ModelSpec& model)> tell;
  const char* reason;
};

void PrintTo(const Lie& lie, std::ostream* stream) { *stream << lie.name; }

std::string NameOf(const testing::TestParamInfo<Lie>& info) { return info.param.name; }

class LieTest : public testing::TestWithParam<Lie> {};

TEST_P(LieTest, IsRefusedForItsReason) {
  ModelSpec model = OperatorModelNamed(GetParam().model);
  ASSERT_EQ(Refusal(model), "");
  GetParam().tell(model);
  const std::string refusal = Refusal(model);
  EXPECT_NE(refusal.find(GetParam().reason), std::string::npos) << refusal;
}

SpecTensor& TensorOf(ModelSpec& model, size_t index) { return model.graph().tensors[index]; }
SpecOperator& OperatorOf(ModelSpec& model) { return model.graph().operators[0]; }

const Lie kLiesOfTheFile[] = {
    {"Version", "RELU, FLOAT32", [](ModelSpec& model) { model.version = 2; }, "version 2"},
    {"NoGraph", "RELU, FLOAT32", [](ModelSpec& model) { model.graphs.clear(); }, "has no graph"},
    {"DataBehind", "RELU, FLOAT32", [](ModelSpec& model) { model.outside = {{100, 100}}; },
     "behind its tables"},
    {"OtherFiles", "RELU, FLOAT32", [](ModelSpec& model) { model.external_buffers = 1; },
     "other files"},
    {"MetadataBuffer", "RELU, FLOAT32",
     [](ModelSpec& model) { model.metadata = {{"min_runtime_version", 1000}}; },
     "a buffer that it lacks"},
    {"ControlDependencies", "RELU, FLOAT32",
     [](ModelSpec& model) { model.metadata = {{"model_control_dependencies", 0}}; },
     "control dependencies"},
    {"Compiled", "RELU, FLOAT32", [](ModelSpec& model) { model.metadata = {{"LiteRtStamp", 0}}; },
     "compiled for an accelerator"},
    {"SignatureOfNoGraph", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}}, {{"y", 1}}, 1, true}}; },
     "signature of no graph"},
    {"SignatureWithoutKey", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}}, {{"y", 1}}, 0, false}}; },
     "without a key"},
    {"SignatureOfOtherTensors", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 7}}, {{"y", 1}}, 0, true}}; },
     "other inputs or outputs"},
    {"SignatureOfFewerTensors", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{}, {{"y", 1}}, 0, true}}; },
     "other inputs or outputs"},
    {"SignatureOfEqualNames", "ADD, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}, {"x", 1}}, {{"y", 2}}, 0, true}}; },
     "names two arguments alike"},
};
INSTANTIATE_TEST_SUITE_P(File, LieTest, testing::ValuesIn(kLiesOfTheFile), NameOf);

const Lie kLiesOfTensors[] = {
    {"UnknownType", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).type = 99; },
     "of type type 99"},
    {"String", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).type = schema::kString; },
     "of type STRING"},
    {"Resource", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).type = schema::kResource; }, "keeps state"},
    {"Variable", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).is_variable = true; },
     "keeps state"},
    {"Sparse", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).is_sparse = true; }, "sparse"},
    {"External", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).external_buffer = 1; }, "another file"},
    {"NoBuffer", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 1).buffer = 17; },
     "a buffer that it lacks"},
    {"TooManyDimensions", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape.assign(9, 1); }, "9 dimensions"},
    {"OpenDimension", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).shape[0] = -1; },
     "not fixed"},
    {"Empty", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).shape[0] = 0; },
     "empty or larger"},
    {"Huge", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape = {1 << 16, 1 << 16}; }, "empty or larger"},
    {"Overflowing", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape = {1 << 30, 1 << 30, 1 << 30, 4}; },
     "empty or larger"},
    {"TwoRanks", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape_signature = {-1, 3}; }, "two shapes"},
    {"TwoSizes", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape_signature = {1, 3, 4, 6}; }, "two shapes"},
    {"ShortData", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).data->pop_back(); }, "239 bytes"},
    {"LongData", "FULLY_CONNECTED, UINT8",
     [](ModelSpec& model) { TensorOf(model, 1).data->push_back(0); }, "61 bytes"},
    {"UnknownQuantization", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).quantization_details = 2; }, "quantization that"},
    {"ZeroPointCount", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points.push_back(0); }, "different numbers"},
    {"NoZeroPoint", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).zero_points.clear(); },
     "different numbers"},
    {"ScaleCount", "CONV_2D, INT8",
     [](ModelSpec& model) {
       TensorOf(model, 1).scales.pop_back();
       TensorOf(model, 1).zero_points.pop_back();
     },
     "another number of scales"},
    {"QuantizedDimension", "CONV_2D, INT8",
     [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = 4; }, "quantized dimension"},
    {"NegativeQuantizedDimension", "CONV_2D, INT8",
     [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = -1; }, "quantized dimension"},
    {"ZeroScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {0}; },
     "not above 0"},
    {"NegativeScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {-1}; },
     "not above 0"},
    {"InfiniteScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {std::numeric_limits<float>::infinity()}; },
     "not above 0"},
    {"NoNumberAsScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {std::nanf("")}; }, "not above 0"},
    {"SubnormalScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {1e-40F}; }, "not above 0"},
    {"TinyScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {1e-20F}; },
     "scale out of range"},
    {"HugeScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {1e20F}; },
     "scale out of range"},
    {"NoScale", "RELU, UINT8",
     [](ModelSpec& model) {
       TensorOf(model, 0).scales.clear();
       TensorOf(model, 0).zero_points.clear();
     },
     "needs one scale"},
    {"ZeroPointBelow", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points = {-1}; }, "zero point out of range"},
    {"ZeroPointAbove", "RELU, INT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points = {128}; }, "zero point out of range"},
    {"ZeroPointOfBias", "CONV_2D, UINT8",
     [](ModelSpec& model) { TensorOf(model, 2).zero_points = {1}; }, "zero point out of range"},
};
INSTANTIATE_TEST_SUITE_P(Tensors, LieTest, testing::ValuesIn(kLiesOfTensors), NameOf);

const Lie kLiesOfTheGraph[] = {
    {"InputBeyond", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {2}; },
     "names tensor 2 as an input"},
    {"NegativeInput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {-1}; },
     "names tensor -1 as an input"},
    {"InputTwice", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {0, 0}; },
     "twice"},
    {"InputWithData", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { model.graph().inputs = {0, 1}; }, "has data in its input 1"},
    {"OutputBeyond", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {9}; },
     "names tensor 9 as an output"},
    {"OutputTwice", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {1, 1}; },
     "twice"},
    {"NoOutput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs.clear(); },
     "no output"},
    {"InputAsOutput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {0}; },
     "gives an input back"},
    {"ConstantAsOutput", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { model.graph().outputs = {1}; }, "never computes its output"},
    {"CodeBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).code_index = 1; },
     "a code that it lacks"},
    {"OperandBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {5}; },
     "names tensor 5 as an input of operator 0 (RELU)"},
    {"NegativeOperand", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {-2}; },
     "names tensor -2"},
    {"ResultBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {5}; },
     "names tensor 5 as an output of operator 0 (RELU)"},
    {"NoResult", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {-1}; },
     "names tensor -1"},
    {"MissingOperand", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {-1}; },
     "lacks an input"},
    {"NeverComputed", "ADD, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {0}; },
     "later than operator 0 (ADD) needs it, or never"},
    {"ReadsItself", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {1}; },
     "later than operator 0"},
    {"WritesInput", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {0}; },
     "although it is"},
    {"WritesConstant", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).outputs = {2}; }, "although it is"},
    {"WritesTwice", "RELU, FLOAT32",
     [](ModelSpec& model) { model.graph().operators.push_back(OperatorOf(model)); },
     "although it is"},
    {"Backwards", "RELU, FLOAT32",
     [](ModelSpec& model) {
       SpecGraph& graph = model.graph();
       graph.tensors.push_back(graph.tensors[1]);
       graph.operators = {graph.operators[0], graph.operators[0]};
       graph.operators[0].inputs = {2};
       graph.operators[1].outputs = {2};
     },
     "later than operator 0"},
};
INSTANTIATE_TEST_SUITE_P(Graph, LieTest, testing::ValuesIn(kLiesOfTheGraph), NameOf);

template <typename T>
std::function<void(ModelSpec&)> Option(size_t field, T value) {
  return [field, value](ModelSpec& model) { OperatorOf(model).options[field] = value; };
}

std::function<void(ModelSpec&)> Code(int32_t code) {
  return [code](ModelSpec& model) {
    OperatorOf(model).code = code;
    OperatorOf(model).options_type = 0;
  };
}

std::function<void(ModelSpec&)> Shape(size_t tensor, std::vector<int32_t> shape) {
  return [tensor, shape](ModelSpec& model) { TensorOf(model, tensor).shape = shape; };
}

std::function<void(ModelSpec&)> Values(size_t tensor, std::vector<int32_t> values) {
  return [tensor, values](ModelSpec& model) {
    TensorOf(model, tensor).data = test::BytesOf(values);
    if (TensorOf(model, tensor).shape.size() == 1) {
      TensorOf(model, tensor).shape = {static_cast<int32_t>(values.size())};
    }
  };
}

std::function<void(ModelSpec&)> Scale(size_t tensor, float scale) {
  return [tensor, scale](ModelSpec& model) {
    auto& scales = TensorOf(model, tensor).scales;
    scales.assign(scales.size(), scale);
  };
}

std::function<void(ModelSpec&)> Type(size_t tensor, int8_t type) {
  return [tensor, type](ModelSpec& model) { TensorOf(model, tensor).type = type; };
}

std::function<void(ModelSpec&)> TypeOfQuantized(size_t tensor, int8_t type) {
  return [tensor, type](ModelSpec& model) {
    TensorOf(model, tensor).type = type;
    TensorOf(model, tensor).zero_points = {0};
  };
}

const Lie kLiesOfOperators[] = {
    {"Custom", "RELU, FLOAT32", Code(schema::kCustom), "custom operator"},
    {"Delegate", "RELU, FLOAT32", Code(schema::kDelegate), "no operator of a model file"},
    {"While", "RELU, FLOAT32", Code(schema::kWhile), "control flow"},
    {"CallOnce", "RELU, FLOAT32", Code(schema::kCallOnce), "control flow"},
    {"VarHandle", "RELU, FLOAT32", Code(schema::kVarHandle), "keeps state"},
    {"Stablehlo", "RELU, FLOAT32", Code(schema::kFirstStablehlo), "StableHLO"},
    {"UnknownCode", "RELU, FLOAT32", Code(100000), "StableHLO or later"},
    {"Unchecked", "RELU, FLOAT32", Code(16), "not among those that a guest's model may use"},
    {"CustomOptions", "RELU, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).custom_options = {1}; }, "options of a kind"},
    {"SecondOptions", "RELU, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).options_2_type = 1; }, "options of a kind"},
    {"MutatesInputs", "RELU, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).mutates_inputs = true; }, "keeps state"},
    {"Intermediates", "RELU, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).intermediates = {0}; }, "keeps state"},
    {"UnknownOptions", "RELU, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).options_type = 200; }, "unknown kind"},
    {"ForeignOptions", "CONV_2D, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).options_type = schema::kAddOptions; },
     "options of another operator"},
    {"NoOptions", "CONV_2D, FLOAT32", [](ModelSpec& model) { OperatorOf(model).options_type = 0; },
     "or none"},
    {"TooFewInputs", "CONV_2D, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).inputs.resize(1); }, "number of inputs"},
    {"TooManyInputs", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {0, 0}; },
     "number of inputs"},
    {"NoOutputs", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs.clear(); },
     "number of inputs or outputs"},
    {"ComputedWeights", "CONV_2D, FLOAT32",
     [](ModelSpec& model) {
       TensorOf(model, 1).data.reset();
       model.graph().inputs.push_back(1);
     },
     "must be a constant"},

    {"ConvolutionRank", "CONV_2D, FLOAT32", Shape(0, {7, 6, 3}), "4 dimensions"},
    {"ConvolutionOutput", "CONV_2D, FLOAT32", Shape(3, {1, 4, 4, 4}),
     "of shape [1,4,4,4]; expected [1,4,3,4]"},
    {"ConvolutionDepth", "CONV_2D, FLOAT32", Shape(0, {1, 7, 6, 4}), "fit the channels"},
    {"ConvolutionStride", "CONV_2D, FLOAT32", Option(1, int32_t{0}), "stride"},
    {"ConvolutionNegativeStride", "CONV_2D, FLOAT32", Option(2, int32_t{-1}), "stride"},
    {"ConvolutionHugeStride", "CONV_2D, FLOAT32", Option(2, INT32_MAX), "stride"},
    {"ConvolutionDilation", "CONV_2D, FLOAT32", Option(4, int32_t{0}), "dilation"},
    {"ConvolutionHugeDilation", "CONV_2D, FLOAT32", Option(5, INT32_MAX), "dilation"},
    {"ConvolutionPadding", "CONV_2D, FLOAT32", Option(0, int8_t{2}), "padding"},
    {"ConvolutionActivation", "CONV_2D, FLOAT32", Option(3, int8_t{4}), "activation"},
    {"ConvolutionFilterBeyondInput", "CONV_2D, FLOAT32 dilated", Option(4, int32_t{5}),
     "larger than its input"},
    {"ConvolutionBias", "CONV_2D, UINT8",
     [](ModelSpec& model) {
       TensorOf(model, 2).shape = {3};
       TensorOf(model, 2).data->resize(12);
     },
     "bias"},
    {"ConvolutionBiasType", "CONV_2D, UINT8",
     [](ModelSpec& model) {
       TensorOf(model, 2).type = schema::kInt64;
       TensorOf(model, 2).data->resize(32);
     },
     "of type INT64; expected INT32"},
    {"ConvolutionWeightType", "CONV_2D, UINT8", TypeOfQuantized(1, schema::kInt8), "of type INT8"},
    {"ConvolutionOutputType", "CONV_2D, UINT8", TypeOfQuantized(3, schema::kInt8),
     "expected UINT8"},
    {"ConvolutionChannelDimension", "CONV_2D, INT8 dilated",
     [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = 3; }, "another dimension"},
    {"ConvolutionWeightZeroPoint", "CONV_2D, INT8",
     [](ModelSpec& model) { TensorOf(model, 1).zero_points[2] = 1; }, "zero point is not 0"},
    {"DepthMultiplier", "DEPTHWISE_CONV_2D, FLOAT32", Option(3, int32_t{1}), "depth multiplier"},
    {"NoDepthMultiplier", "DEPTHWISE_CONV_2D, FLOAT32", Option(3, int32_t{0}), "depth multiplier"},
    {"TransposedShape", "TRANSPOSE_CONV, FLOAT32", Values(0, {1, 80, 8, 3}), "expected [1,80,8,3]"},
    {"TransposedInput", "TRANSPOSE_CONV, FLOAT32", Shape(2, {1, 4, 5, 2}), "expected [1,4,4,2]"},
    {"PoolWindow", "AVERAGE_POOL_2D, FLOAT32", Option(4, int32_t{0}), "window"},
    {"PoolHugeWindow", "AVERAGE_POOL_2D, FLOAT32 same", Option(3, INT32_MAX), "window"},
    {"PoolStride", "MAX_POOL_2D, UINT8", Option(1, int32_t{0}), "stride"},
    {"PoolOutput", "MAX_POOL_2D, UINT8", Shape(1, {1, 3, 3, 5}), "expected [1,3,3,4]"},
    {"ConnectedDepth", "FULLY_CONNECTED, FLOAT32", Shape(0, {2, 11}), "size of its input"},
    {"ConnectedOutput", "FULLY_CONNECTED, FLOAT32", Shape(3, {3, 5}), "expected [2,5]"},
    {"ConnectedShuffled", "FULLY_CONNECTED, FLOAT32", Option(1, int8_t{1}), "shuffled"},
    {"MatrixDepth", "BATCH_MATMUL, FLOAT32", Shape(1, {2, 5, 3}), "do not fit each other"},
    {"MatrixBatch", "BATCH_MATMUL, FLOAT32", Shape(1, {3, 5, 4}), "batches"},

    {"SumShapes", "ADD, FLOAT32", Shape(1, {1, 3, 4, 4}), "do not fit each other"},
    {"SumOutput", "ADD, FLOAT32 stretched", Shape(2, {3, 3, 4, 5}), "expected [1,3,4,5]"},
    {"SumTypes", "ADD, FLOAT32", Type(1, schema::kInt32), "of type INT32"},
    {"SumScale", "ADD, INT16", Scale(0, 1000), "too small for its inputs"},
    {"SumActivation", "ADD, FLOAT32", Option(0, int8_t{5}), "activation"},
    {"SumOfManyDimensions", "ADD, FLOAT32",
     [](ModelSpec& model) {
       Shape(0, {1, 1, 3, 4, 5})(model);
       Shape(1, {2, 1, 3, 4, 1})(model);
       Shape(2, {2, 1, 3, 4, 5})(model);
     },
     "more than 4 dimensions"},
    {"SquaredScale", "SQUARED_DIFFERENCE, INT8", Scale(1, 50), "too small for its inputs"},
    {"IntegerDivision", "DIV, FLOAT32",
     [](ModelSpec& model) {
       for (SpecTensor& tensor : model.graph().tensors) tensor.type = schema::kInt32;
     },
     "of type INT32; expected FLOAT32"},
    {"SlopeShape", "PRELU, FLOAT32",
     [](ModelSpec& model) {
       TensorOf(model, 1).shape = {2, 1, 1, 5};
       TensorOf(model, 1).data->resize(40);
       TensorOf(model, 2).shape = {2, 3, 4, 5};
     },
     "expected [1,3,4,5]"},
    {"UnaryShape", "RELU, FLOAT32", Shape(1, {1, 3, 4, 6}), "expected [1,3,4,5]"},
    {"UnaryType", "RELU, FLOAT32", Type(1, schema::kInt32), "expected FLOAT32"},
    {"SoftmaxBeta", "SOFTMAX, UINT8", Option(0, 0.0F), "beta"},
    {"SoftmaxNoNumber", "SOFTMAX, UINT8", Option(0, std::nanf("")), "beta"},
    {"LeakySlope", "LEAKY_RELU, FLOAT32", Option(0, std::numeric_limits<float>::infinity()),
     "slope"},
    {"DequantizeScale", "DEQUANTIZE, UINT8",
     [](ModelSpec& model) {
       TensorOf(model, 0).scales.clear();
       TensorOf(model, 0).zero_points.clear();
     },
     "without a scale"},

    {"ReshapeSize", "RESHAPE, FLOAT32", Values(1, {5, 5}), "does not fit its input"},
    {"ReshapeTwoOpen", "RESHAPE, FLOAT32", Values(1, {-1, -1}), "two open"},
    {"ReshapeRemainder", "RESHAPE, FLOAT32", Values(1, {7, -1}), "does not fit its input"},
    {"ReshapeOverflow", "RESHAPE, FLOAT32", Values(1, {1 << 30, 1 << 30, 1 << 30, 4}),
     "does not fit"},
    {"ReshapeNotGiven", "RESHAPE, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).inputs = {0, -1}; }, "lacks an input"},
    {"ReshapeOutput", "RESHAPE, FLOAT32", Shape(2, {4, 6}), "expected [6,4]"},
    {"ReshapeOption", "RESHAPE, FLOAT32 by its option", Option(0, std::vector<int32_t>(9, 1)),
     "too many dimensions"},
    {"SqueezeSize", "SQUEEZE, FLOAT32", Option(0, std::vector<int32_t>{1}), "another size than 1"},
    {"SqueezeAxis", "SQUEEZE, FLOAT32", Option(0, std::vector<int32_t>{4}), "dimension that"},
    {"ExpandAxis", "EXPAND_DIMS, FLOAT32", Values(1, {4}), "dimension that"},
    {"TransposeTwice", "TRANSPOSE, FLOAT32", Values(1, {0, 0, 1}), "twice"},
    {"TransposeCount", "TRANSPOSE, FLOAT32", Values(1, {0, 1}), "wrong length"},
    {"TransposeAxis", "TRANSPOSE, FLOAT32", Values(1, {0, 1, 3}), "dimension that"},
    {"ConcatenationAxis", "CONCATENATION, FLOAT32", Option(0, int32_t{3}), "dimension that"},
    {"ConcatenationShape", "CONCATENATION, FLOAT32", Shape(1, {2, 4, 1}), "expected [2,3,1]"},
    {"ConcatenationOutput", "CONCATENATION, FLOAT32", Shape(3, {2, 3, 8}), "expected [2,3,9]"},
    {"ConcatenationActivation", "CONCATENATION, FLOAT32", Option(1, int8_t{1}), "activation"},
    {"PackCount", "PACK, FLOAT32", Option(0, int32_t{3}), "number of inputs"},
    {"UnpackCount", "UNPACK, FLOAT32", Option(0, int32_t{3}), "number of outputs"},
    {"SplitCount", "SPLIT, FLOAT32", Option(0, int32_t{4}), "split"},
    {"SplitUneven", "SPLIT, FLOAT32", Values(0, {1}), "split"},
    {"SliceBegin", "SLICE, FLOAT32", Values(1, {0, -1, 1}), "begins outside"},
    {"SliceSize", "SLICE, FLOAT32", Values(2, {2, -1, 4}), "beyond its input"},
    {"StridedZero", "STRIDED_SLICE, FLOAT32", Values(3, {1, 0, 1}), "stride"},
    {"StridedEmpty", "STRIDED_SLICE, FLOAT32", Values(2, {2, 0, 6}), "empty output"},
    {"StridedIndex", "STRIDED_SLICE, FLOAT32", Values(1, {2, 0, -1}), "outside of its input"},
    {"StridedEllipsis", "STRIDED_SLICE, FLOAT32", Option(2, int32_t{1}), "ellipsis"},
    {"GatherAxis", "GATHER, FLOAT32", Option(0, int32_t{3}), "dimension that"},
    {"GatherBatch", "GATHER, FLOAT32", Option(1, int32_t{1}), "batches"},
    {"GatherIndexType", "GATHER, FLOAT32", Type(1, schema::kFloat32), "of type FLOAT32"},
    {"PadNegative", "PAD, FLOAT32", Values(1, {0, 0, -1, 2, 3, 0}), "padding out of range"},
    {"PadShape", "PAD, FLOAT32", Shape(1, {2, 3}), "expected [3,2]"},
    {"PadValues", "PADV2, FLOAT32",
     [](ModelSpec& model) {
       TensorOf(model, 2).shape = {2};
       TensorOf(model, 2).data->resize(8);
     },
     "more than one value"},
    {"MirrorTooMuch", "MIRROR_PAD, FLOAT32", Values(1, {0, 0, 1, 4, 3, 0}), "padding out of range"},
    {"MirrorMode", "MIRROR_PAD, FLOAT32", Option(0, int8_t{2}), "unknown mode"},
    {"SpaceBlock", "SPACE_TO_DEPTH, FLOAT32", Option(0, int32_t{0}), "block"},
    {"DepthBlock", "DEPTH_TO_SPACE, FLOAT32", Option(0, int32_t{5}), "block"},
    {"ResizeNothing", "RESIZE_BILINEAR, FLOAT32", Values(1, {0, 5}), "height or width"},
    {"ResizeWide", "RESIZE_BILINEAR, INT8", Shape(0, {1, 3, 1 << 16, 2}), "height or width"},
    {"ReduceAxis", "MEAN, FLOAT32", Values(1, {1, 4}), "dimension that"},
    {"ReduceOutput", "SUM, FLOAT32", Shape(2, {1, 3}), "expected [1,1,1,3]"},
    {"ExtremeType", "ARG_MAX, FLOAT32", Option(0, int8_t{schema::kInt64}), "another type"},
    {"ExtremeAxis", "ARG_MAX, FLOAT32", Values(1, {3}), "dimension that"},
};
INSTANTIATE_TEST_SUITE_P(Operators, LieTest, testing::ValuesIn(kLiesOfOperators), NameOf);

}  // namespace
}  // namespace wasmedge_embed
