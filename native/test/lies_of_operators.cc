#include <cmath>
#include <functional>
#include <limits>

#include "test/model_lies.h"

namespace wasmedge_embed::test {
namespace {

using Tell = std::function<void(ModelSpec&)>;

Tell Weights(std::vector<int32_t> shape) {
  return [shape](ModelSpec& model) {
    TensorOf(model, 1).shape = shape;
    size_t size = sizeof(float);
    for (const int32_t each : shape) size *= static_cast<size_t>(each);
    TensorOf(model, 1).data->resize(size);
  };
}

}  // namespace

std::vector<Lie> LiesOfOperators() {
  return {
      {"Custom", "RELU, FLOAT32", Code(schema::kCustom), "custom operator"},
      {"Delegate", "RELU, FLOAT32", Code(schema::kDelegate), "not an operator of a model file"},
      {"While", "RELU, FLOAT32", Code(schema::kWhile), "control flow"},
      {"CallOnce", "RELU, FLOAT32", Code(schema::kCallOnce), "control flow"},
      {"VarHandle", "RELU, FLOAT32", Code(schema::kVarHandle), "keeps state"},
      {"Stablehlo", "RELU, FLOAT32", Code(schema::kFirstStablehlo), "StableHLO"},
      {"UnknownCode", "RELU, FLOAT32", Code(100000), "StableHLO or newer"},
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
      {"BytesOutside", "FULLY_CONNECTED, FLOAT32",
       [](ModelSpec& model) {
         // The last is a vector, of which this is the offset.
         OperatorOf(model).options = {int8_t{0}, int8_t{0}, int8_t{0},
                                      int8_t{0}, int8_t{0}, INT32_MAX};
       },
       "an operator's option is out of bounds"},
      {"NoOptions", "CONV_2D, FLOAT32",
       [](ModelSpec& model) { OperatorOf(model).options_type = 0; }, "or none"},
      {"TooFewInputs", "CONV_2D, FLOAT32",
       [](ModelSpec& model) { OperatorOf(model).inputs.resize(1); }, "number of inputs"},
      {"TooManyInputs", "RELU, FLOAT32",
       [](ModelSpec& model) { OperatorOf(model).inputs = {0, 0}; }, "number of inputs"},
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
      {"ConvolutionWeightType", "CONV_2D, UINT8", TypeOfQuantized(1, schema::kInt8),
       "of type INT8"},
      {"ConvolutionOutputType", "CONV_2D, UINT8", TypeOfQuantized(3, schema::kInt8),
       "expected UINT8"},
      {"ConvolutionChannelDimension", "CONV_2D, INT8 dilated",
       [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = 3; }, "a dimension other"},
      {"ConvolutionWeightZeroPoint", "CONV_2D, INT8",
       [](ModelSpec& model) { TensorOf(model, 1).zero_points[2] = 1; }, "zero point is not 0"},
      {"DepthMultiplier", "DEPTHWISE_CONV_2D, FLOAT32", Option(3, int32_t{1}), "depth multiplier"},
      {"NoDepthMultiplier", "DEPTHWISE_CONV_2D, FLOAT32", Option(3, int32_t{0}),
       "depth multiplier"},
      {"TransposedShape", "TRANSPOSE_CONV, FLOAT32", Values(0, {1, 80, 8, 3}),
       "expected [1,80,8,3]"},
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

      {"SumShapes", "ADD, FLOAT32", Shape(1, {1, 3, 4, 4}), "incompatible shapes"},
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
      {"SqueezeSize", "SQUEEZE, FLOAT32", Option(0, std::vector<int32_t>{1}),
       "whose size is not 1"},
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
      {"MirrorTooMuch", "MIRROR_PAD, FLOAT32", Values(1, {0, 0, 1, 4, 3, 0}),
       "padding out of range"},
      {"MirrorMode", "MIRROR_PAD, FLOAT32", Option(0, int8_t{2}), "unknown mode"},
      {"SpaceBlock", "SPACE_TO_DEPTH, FLOAT32", Option(0, int32_t{0}), "block"},
      {"DepthBlock", "DEPTH_TO_SPACE, FLOAT32", Option(0, int32_t{5}), "block"},
      {"ResizeNothing", "RESIZE_BILINEAR, FLOAT32", Values(1, {0, 5}), "height or width"},
      {"ResizeWide", "RESIZE_BILINEAR, INT8", Shape(0, {1, 3, 1 << 16, 2}), "height or width"},
      {"ReduceAxis", "MEAN, FLOAT32", Values(1, {1, 4}), "dimension that"},
      {"ReduceOutput", "SUM, FLOAT32", Shape(2, {1, 3}), "expected [1,1,1,3]"},
      {"ExtremeType", "ARG_MAX, FLOAT32", Option(0, int8_t{schema::kInt64}), "a type other"},
      {"ExtremeAxis", "ARG_MAX, FLOAT32", Values(1, {3}), "dimension that"},

      {"Nonexistent", "RELU, FLOAT32", Code(-5), "does not exist"},
      {"ConvolutionReach", "CONV_2D, FLOAT32 dilated",
       All({Option(4, int32_t{1 << 15}), Option(5, int32_t{1}), Weights({8, 3, 40, 8})}),
       "a filter that is too large"},
      {"WeightScale", "CONV_2D, INT8", Unscaled(1), "has weights without a scale"},
      {"DepthwiseRank", "DEPTHWISE_CONV_2D, FLOAT32", Shape(0, {6, 6, 4}),
       "the weights' first of size 1"},
      {"TransposedRank", "TRANSPOSE_CONV, FLOAT32", Shape(2, {1, 4, 8}), "of equal depth"},
      {"TransposedChannels", "TRANSPOSE_CONV, FLOAT32",
       All({Values(0, {1, 8, 8, 4}), Shape(3, {1, 8, 8, 4})}),
       "an output that does not fit its weights"},
      {"PoolRank", "MAX_POOL_2D, FLOAT32", Shape(0, {7, 7, 4}), "needs an input of 4 dimensions"},
      {"ConnectedRank", "FULLY_CONNECTED, FLOAT32", Shape(0, {}), "needs weights of 2 dimensions"},
      {"ConnectedLastDimension", "FULLY_CONNECTED, FLOAT32 by INT8", Shape(0, {2, 4, 6}),
       "fit the last dimension of its input"},
      {"MatrixRank", "BATCH_MATMUL, FLOAT32", Shape(0, {4}), "inputs of 2 to 5 dimensions"},
      {"SoftmaxRank", "SOFTMAX, FLOAT32", Shape(0, {}), "an input of 1 to 4 dimensions"},
      {"ReshapeTable", "RESHAPE, FLOAT32", Shape(1, {1, 2}), "a shape that is not a list of INT32"},
      {"SqueezeCount", "SQUEEZE, FLOAT32", Option(0, std::vector<int32_t>(9, 0)),
       "names too many dimensions"},
      {"TransposeRank", "TRANSPOSE, FLOAT32", Shape(0, {1, 1, 1, 1, 2, 3, 4}),
       "an input of 1 to 6 dimensions"},
      {"ConcatenationRank", "CONCATENATION, FLOAT32", Shape(0, {1, 1, 1, 2, 3, 4}),
       "needs inputs of 1 to 5 dimensions"},
      {"ConcatenationRanks", "CONCATENATION, FLOAT32", Shape(1, {2, 3}),
       "inputs of different numbers of dimensions"},
      {"PackRank", "PACK, FLOAT32", Shape(0, {1, 1, 2, 3, 4}), "inputs of at most 4 dimensions"},
  };
}

}  // namespace wasmedge_embed::test
