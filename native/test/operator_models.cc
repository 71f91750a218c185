#include "test/operator_models.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "test/index_operator_models.h"
#include "test/lstm_models.h"
#include "test/operator_model_parts.h"

namespace wasmedge_embed::test {
namespace {

using schema::TensorType;
using Ints = std::vector<int32_t>;

constexpr int8_t kSame = schema::kSame;
constexpr int8_t kValid = schema::kValid;
constexpr int8_t kNone = schema::kNoActivation;
constexpr int8_t kRelu6 = schema::kFusedRelu6;

/// The bias for an input of this type and for `Weights`.
SpecTensor Bias(int8_t type, int32_t channels) {
  if (type == TensorType::kFloat32) return MakeConstant("bias", type, {channels});
  SpecTensor bias = MakeConstant(
      "bias", type == TensorType::kInt16 ? TensorType::kInt64 : TensorType::kInt32, {channels});
  const size_t scales = type == TensorType::kUint8 ? 1 : static_cast<size_t>(channels);
  bias.scales.assign(scales, 0.05F * 0.05F);
  bias.zero_points.assign(scales, 0);
  return bias;
}

int8_t WeightType(int8_t type) {
  return type == TensorType::kInt16 ? int8_t{TensorType::kInt8} : type;
}

SpecTensor Weights(int8_t type, const Ints& shape, int32_t channel_dimension) {
  SpecTensor weights = MakeConstant("weights", WeightType(type), shape);
  if (weights.type != TensorType::kInt8) return weights;
  const auto channels = static_cast<size_t>(shape[static_cast<size_t>(channel_dimension)]);
  weights.scales.assign(channels, 0.05F);
  weights.zero_points.assign(channels, 0);
  weights.quantized_dimension = channel_dimension;
  return weights;
}

class Catalogue {
 public:
  std::vector<OperatorModel> Make() {
    for (const int8_t type :
         {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8, TensorType::kInt16}) {
      type_ = type;
      AddWeighted();
      AddPooling();
      AddElementwise();
      AddRegions();
    }
    for (const int8_t type : {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8,
                              TensorType::kInt32, TensorType::kInt64}) {
      type_ = type;
      AddMoves();
    }
    type_ = TensorType::kFloat32;
    AddFloat();
    return std::move(models_);
  }

 private:
  void Add(int32_t code, uint8_t options_type, std::vector<SpecOption> options,
           const std::vector<SpecTensor>& inputs, const std::vector<SpecTensor>& outputs,
           const std::string& variant = {}) {
    models_.push_back({schema::OperatorName(code) + ", " + schema::TensorTypeName(type_) + variant,
                       MakeSingle(code, options_type, std::move(options), inputs, outputs)});
  }
  SpecTensor T(const std::string& name, const Ints& shape) const {
    return MakeTensor(name, type_, shape);
  }
  SpecTensor C(const std::string& name, const Ints& shape) const {
    return MakeConstant(name, type_, shape);
  }
  bool Is(std::initializer_list<int8_t> types) const {
    return std::find(types.begin(), types.end(), type_) != types.end();
  }

  void AddWeighted() {
    Add(schema::kConv2d, schema::kConv2dOptions,
        {kSame, int32_t{2}, int32_t{2}, kRelu6, int32_t{1}, int32_t{1}},
        {T("input", {1, 7, 6, 3}), Weights(type_, {4, 3, 3, 3}, 0), Bias(type_, 4)},
        {T("output", {1, 4, 3, 4})});
    Add(schema::kConv2d, schema::kConv2dOptions,
        {kValid, int32_t{1}, int32_t{1}, kNone, int32_t{2}, int32_t{2}},
        {T("input", {1, 9, 9, 8}), Weights(type_, {8, 3, 3, 8}, 0), Bias(type_, 8)},
        {T("output", {1, 5, 5, 8})}, " dilated");
    Add(schema::kDepthwiseConv2d, schema::kDepthwiseConv2dOptions,
        {kSame, int32_t{1}, int32_t{1}, int32_t{2}, kNone, int32_t{1}, int32_t{1}},
        {T("input", {1, 6, 6, 4}), Weights(type_, {1, 3, 3, 8}, 3), Bias(type_, 8)},
        {T("output", {1, 6, 6, 8})});
    Add(schema::kFullyConnected, schema::kFullyConnectedOptions,
        {kNone, int8_t{0}, int8_t{0}, int8_t{0}},
        {T("input", {2, 12}), Weights(type_, {5, 12}, 0), Bias(type_, 5)}, {T("output", {2, 5})});
    if (Is({TensorType::kFloat32, TensorType::kUint8, TensorType::kInt8})) {
      Add(schema::kTransposeConv, schema::kTransposeConvOptions,
          {kSame, int32_t{2}, int32_t{2}, kNone},
          {MakeList("shape", {1, 8, 8, 3}), Weights(type_, {3, 3, 3, 2}, 0),
           T("input", {1, 4, 4, 2})},
          {T("output", {1, 8, 8, 3})});
    }
    if (Is({TensorType::kFloat32, TensorType::kInt8})) {
      Add(schema::kBatchMatmul, schema::kBatchMatMulOptions, {int8_t{0}, int8_t{1}, int8_t{0}},
          {T("left", {2, 3, 4}), T("right", {2, 5, 4})}, {T("output", {2, 3, 5})});
    }
  }

  void AddPooling() {
    for (const int32_t code : {schema::kAveragePool2d, schema::kMaxPool2d}) {
      Add(code, schema::kPool2dOptions,
          {kValid, int32_t{2}, int32_t{2}, int32_t{3}, int32_t{3}, kNone},
          {T("input", {1, 7, 7, 4})}, {T("output", {1, 3, 3, 4})});
      Add(code, schema::kPool2dOptions,
          {kSame, int32_t{1}, int32_t{1}, int32_t{5}, int32_t{2}, kRelu6},
          {T("input", {1, 4, 3, 2})}, {T("output", {1, 4, 3, 2})}, " same");
    }
  }

  void AddElementwise() {
    const Ints shape{1, 3, 4, 5};
    for (const auto& [code, options] :
         {std::pair<int32_t, uint8_t>{schema::kAdd, schema::kAddOptions},
          {schema::kSub, schema::kSubOptions},
          {schema::kMul, schema::kMulOptions}}) {
      Add(code, options, {kNone, int8_t{0}}, {T("left", shape), T("right", shape)},
          {T("output", shape)});
      if (type_ == TensorType::kInt16) continue;
      Add(code, options, {kRelu6, int8_t{0}}, {T("left", {1, 1, 4, 1}), T("right", {3, 1, 5})},
          {T("output", {1, 3, 4, 5})}, " stretched");
    }
    for (const int32_t code : {schema::kMaximum, schema::kMinimum}) {
      Add(code, schema::kMaximumMinimumOptions, {}, {T("left", shape), T("right", {5})},
          {T("output", shape)});
    }
    for (const int32_t code :
         {schema::kRelu, schema::kRelu6, schema::kReluN1To1, schema::kRelu0To1}) {
      if (type_ == TensorType::kInt16 && code != schema::kRelu) continue;
      Add(code, 0, {}, {T("input", shape)}, {T("output", shape)});
    }
    for (const int32_t code : {schema::kLogistic, schema::kTanh}) {
      SpecTensor output = T("output", shape);
      if (!output.scales.empty()) {
        const bool logistic = code == schema::kLogistic;
        output.scales = {type_ == TensorType::kInt16 ? 1.0F / 32768
                         : logistic                  ? 1.0F / 256
                                                     : 1.0F / 128};
        output.zero_points = {type_ == TensorType::kInt16   ? 0
                              : type_ == TensorType::kUint8 ? (logistic ? 0 : 128)
                              : logistic                    ? -128
                                                            : 0};
      }
      Add(code, 0, {}, {T("input", shape)}, {output});
    }
    SpecTensor probabilities = T("output", {2, 10});
    if (type_ != TensorType::kFloat32) {
      probabilities.scales = {type_ == TensorType::kInt16 ? 1.0F / 32768 : 1.0F / 256};
      probabilities.zero_points = {type_ == TensorType::kInt8 ? -128 : 0};
    }
    Add(schema::kSoftmax, schema::kSoftmaxOptions, {1.0F}, {T("input", {2, 10})}, {probabilities});
    if (type_ != TensorType::kInt16) {
      SpecTensor log_probabilities = T("output", {2, 10});
      SpecTensor unit = T("output", {2, 10});
      if (type_ != TensorType::kFloat32) {
        log_probabilities.scales = {16.0F / 256};
        log_probabilities.zero_points = {type_ == TensorType::kUint8 ? 255 : 127};
        unit.scales = {1.0F / 128};
        unit.zero_points = {type_ == TensorType::kUint8 ? 128 : 0};
      }
      Add(schema::kLogSoftmax, schema::kLogSoftmaxOptions, {}, {T("input", {2, 10})},
          {log_probabilities});
      Add(schema::kL2Normalization, schema::kL2NormOptions, {kNone}, {T("input", {2, 10})}, {unit});
      Add(schema::kHardSwish, schema::kHardSwishOptions, {}, {T("input", shape)},
          {T("output", shape)});
      Add(schema::kPrelu, 0, {}, {T("input", shape), C("slope", {1, 1, 5})}, {T("output", shape)});
    }
    Add(schema::kLeakyRelu, schema::kLeakyReluOptions, {0.25F}, {T("input", shape)},
        {T("output", shape)});
    if (Is({TensorType::kFloat32, TensorType::kInt8})) {
      Add(schema::kElu, 0, {}, {T("input", shape)}, {T("output", shape)});
      Add(schema::kGelu, schema::kGeluOptions, {int8_t{0}}, {T("input", shape)},
          {T("output", shape)});
      Add(schema::kSquaredDifference, schema::kSquaredDifferenceOptions, {},
          {T("left", shape), T("right", {5})}, {T("output", shape)});
    }
    if (type_ == TensorType::kFloat32) return;
    Add(schema::kQuantize, schema::kQuantizeOptions, {},
        {MakeTensor("input", TensorType::kFloat32, shape)}, {T("output", shape)});
    Add(schema::kQuantize, schema::kQuantizeOptions, {},
        {MakeTensor("input", TensorType::kInt8, shape)}, {T("output", shape)}, " again");
    Add(schema::kDequantize, schema::kDequantizeOptions, {}, {T("input", shape)},
        {MakeTensor("output", TensorType::kFloat32, shape)});
  }

  void AddRegions() {
    const bool is_wide = type_ == TensorType::kInt16;
    for (const int32_t code :
         {schema::kMean, schema::kSum, schema::kReduceMax, schema::kReduceMin}) {
      if (is_wide && code != schema::kMean) continue;
      Add(code, schema::kReducerOptions, {int8_t{1}},
          {T("input", {1, 4, 5, 3}), MakeList("axes", {1, 2})}, {T("output", {1, 1, 1, 3})});
      Add(code, schema::kReducerOptions, {int8_t{0}},
          {T("input", {2, 4, 5}), MakeList("axes", {-1, 0})}, {T("output", {4})}, " flat");
    }
    if (is_wide) return;
    Add(schema::kResizeBilinear, schema::kResizeBilinearOptions,
        {int32_t{0}, int32_t{0}, int8_t{0}, int8_t{1}},
        {T("input", {1, 3, 4, 2}), MakeList("size", {6, 5})}, {T("output", {1, 6, 5, 2})});
    Add(schema::kResizeNearestNeighbor, schema::kResizeNearestNeighborOptions,
        {int8_t{1}, int8_t{0}}, {T("input", {1, 3, 4, 2}), MakeList("size", {6, 5})},
        {T("output", {1, 6, 5, 2})});
    for (const int32_t code : {schema::kArgMax, schema::kArgMin}) {
      Add(code,
          code == schema::kArgMax ? uint8_t{schema::kArgMaxOptions}
                                  : uint8_t{schema::kArgMinOptions},
          {int8_t{TensorType::kInt32}}, {T("input", {2, 3, 4}), MakeList("axis", {-1})},
          {MakeTensor("output", TensorType::kInt32, {2, 3})});
    }
  }

  void AddMoves() {
    const Ints shape{2, 3, 4};
    Add(schema::kReshape, schema::kReshapeOptions, {Ints{6, 4}},
        {T("input", shape), MakeList("shape", {6, -1})}, {T("output", {6, 4})});
    Add(schema::kReshape, schema::kReshapeOptions, {Ints{4, 6}}, {T("input", shape)},
        {T("output", {4, 6})}, " by its option");
    Add(schema::kSqueeze, schema::kSqueezeOptions, {Ints{0, -2}}, {T("input", {1, 3, 1, 4})},
        {T("output", {3, 4})});
    Add(schema::kExpandDims, schema::kExpandDimsOptions, {},
        {T("input", shape), MakeList("axis", {1})}, {T("output", {2, 1, 3, 4})});
    Add(schema::kTranspose, schema::kTransposeOptions, {},
        {T("input", shape), MakeList("order", {2, 0, 1})}, {T("output", {4, 2, 3})});
    Add(schema::kConcatenation, schema::kConcatenationOptions, {int32_t{-1}, kNone},
        {T("first", shape), T("second", {2, 3, 1}), T("third", shape)}, {T("output", {2, 3, 9})});
    Add(schema::kPack, schema::kPackOptions, {int32_t{2}, int32_t{1}},
        {T("first", shape), T("second", shape)}, {T("output", {2, 2, 3, 4})});
    if (type_ != TensorType::kInt64)
      Add(schema::kUnpack, schema::kUnpackOptions, {int32_t{2}, int32_t{0}}, {T("input", shape)},
          {T("first", {3, 4}), T("second", {3, 4})});
    Add(schema::kSplit, schema::kSplitOptions, {int32_t{2}},
        {MakeList("axis", {2}), T("input", shape)},
        {T("first", {2, 3, 2}), T("second", {2, 3, 2})});
    Add(schema::kSlice, schema::kSliceOptions, {},
        {T("input", shape), MakeList("begin", {0, 1, 1}), MakeList("size", {2, -1, 2})},
        {T("output", {2, 2, 2})});
    Add(schema::kStridedSlice, schema::kStridedSliceOptions,
        {int32_t{2}, int32_t{2}, int32_t{0}, int32_t{0}, int32_t{1}, int8_t{0}},
        {T("input", {2, 3, 7}), MakeList("begin", {1, 0, -1}), MakeList("end", {2, 0, 0}),
         MakeList("strides", {1, 2, -3})},
        {T("output", {2, 2})});
    Add(schema::kGather, schema::kGatherOptions, {int32_t{1}, int32_t{0}},
        {T("input", shape), MakeList("indices", {2, 0, 1, 1})}, {T("output", {2, 4, 4})});
    Add(schema::kPad, schema::kPadOptions, {},
        {T("input", shape), MakePairs("paddings", {0, 0, 1, 2, 3, 0})}, {T("output", {2, 6, 7})});
    Add(schema::kPadV2, schema::kPadV2Options, {},
        {T("input", shape), MakePairs("paddings", {0, 0, 1, 2, 3, 0}), C("value", {1})},
        {T("output", {2, 6, 7})});
    Add(schema::kMirrorPad, schema::kMirrorPadOptions, {int8_t{1}},
        {T("input", shape), MakePairs("paddings", {0, 0, 1, 2, 3, 0})}, {T("output", {2, 6, 7})});
    Add(schema::kSpaceToDepth, schema::kSpaceToDepthOptions, {int32_t{2}},
        {T("input", {1, 4, 6, 3})}, {T("output", {1, 2, 3, 12})});
    Add(schema::kDepthToSpace, schema::kDepthToSpaceOptions, {int32_t{2}},
        {T("input", {1, 2, 3, 12})}, {T("output", {1, 4, 6, 3})});
    Add(schema::kCast, schema::kCastOptions, {type_, int8_t{TensorType::kFloat32}},
        {T("input", shape)}, {MakeTensor("output", TensorType::kFloat32, shape)});
  }

  void AddFloat() {
    const Ints shape{1, 3, 4, 5};
    for (const auto& [code, options] :
         {std::pair<int32_t, uint8_t>{schema::kExp, schema::kExpOptions},
          {schema::kSqrt, 0},
          {schema::kRsqrt, 0},
          {schema::kSquare, schema::kSquareOptions},
          {schema::kFloor, 0},
          {schema::kAbs, schema::kAbsOptions},
          {schema::kNeg, schema::kNegOptions}}) {
      Add(code, options, {}, {T("input", shape)}, {T("output", shape)});
    }
    Add(schema::kDiv, schema::kDivOptions, {kNone}, {T("left", shape), T("right", {5})},
        {T("output", shape)});
    Add(schema::kConv2d, schema::kConv2dOptions,
        {kSame, int32_t{1}, int32_t{1}, kNone, int32_t{1}, int32_t{1}},
        {T("input", {1, 5, 5, 4}), Weights(TensorType::kInt8, {4, 3, 3, 4}, 0),
         Bias(TensorType::kFloat32, 4)},
        {T("output", {1, 5, 5, 4})}, " by INT8");
    Add(schema::kFullyConnected, schema::kFullyConnectedOptions,
        {kNone, int8_t{0}, int8_t{1}, int8_t{0}},
        {T("input", {2, 3, 8}), Weights(TensorType::kInt8, {5, 8}, 0),
         Bias(TensorType::kFloat32, 5)},
        {T("output", {2, 3, 5})}, " by INT8");
    Add(schema::kDequantize, schema::kDequantizeOptions, {},
        {MakeTensor("input", TensorType::kFloat16, shape)}, {T("output", shape)}, " from FLOAT16");
    AddHalved();
  }

  /// A convolution whose weights are dequantized from FLOAT16 before it.
  void AddHalved() {
    ModelSpec model = OperatorModelOf("CONV_2D, FLOAT32");
    SpecGraph& graph = model.graph();
    const auto halved = static_cast<int32_t>(graph.tensors.size());
    graph.tensors.push_back(MakeConstant("halved", TensorType::kFloat16, graph.tensors[1].shape));
    graph.tensors[1].data.reset();
    SpecOperator dequantize;
    dequantize.code = schema::kDequantize;
    dequantize.inputs = {halved};
    dequantize.outputs = {1};
    graph.operators.insert(graph.operators.begin(), dequantize);
    models_.push_back({"CONV_2D, FLOAT32 of FLOAT16", model});
  }

  ModelSpec OperatorModelOf(const std::string& name) const {
    return std::find_if(models_.begin(), models_.end(),
                        [&](const OperatorModel& model) { return model.name == name; })
        ->spec;
  }

  int8_t type_ = TensorType::kFloat32;
  std::vector<OperatorModel> models_;
};

}  // namespace

std::vector<OperatorModel> OperatorModels() {
  std::vector<OperatorModel> models = Catalogue().Make();
  for (OperatorModel& model : IndexOperatorModels()) models.push_back(std::move(model));
  for (OperatorModel& model : LstmModels()) models.push_back(std::move(model));
  return models;
}

ModelSpec OperatorModelNamed(const std::string& name) {
  static const std::vector<OperatorModel> models = OperatorModels();
  for (const OperatorModel& model : models) {
    if (model.name == name) return model.spec;
  }
  throw std::out_of_range("no operator model is named " + name);
}

}  // namespace wasmedge_embed::test
