#include "inference/check/operator_check.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "inference/check/model_schema.h"
#include "inference/check/operator_rules.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kAny = SIZE_MAX;

/// A set of inputs, as bits.
constexpr uint32_t Inputs() { return 0; }
template <typename... Rest>
constexpr uint32_t Inputs(uint32_t input, Rest... rest) {
  return 1U << input | Inputs(rest...);
}

constexpr bool Contains(uint32_t inputs, size_t input) {
  return input < 32 && (inputs >> input & 1) != 0;
}

struct OperatorRule {
  int32_t code;
  uint8_t options_type;
  bool needs_options;
  size_t minimum_inputs;
  size_t maximum_inputs;
  size_t minimum_outputs;
  size_t maximum_outputs;
  /// Inputs whose values the rule reads, so that it needs them to be constants.
  uint32_t parameters;
  /// Inputs that are the same in every run, whatever their values.
  uint32_t weights;
  /// Inputs that need not be given: kernels look at all others without asking.
  uint32_t optional;
  OperatorCost (*check)(const OperatorView& view);
};

// The allow-list, by code. An operator needs its options where zeros in their place would harm.
constexpr OperatorRule kRules[] = {
    {schema::kAdd, schema::kAddOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Sum},
    {schema::kAveragePool2d, schema::kPool2dOptions, true, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Pooling},
    {schema::kConcatenation, schema::kConcatenationOptions, true, 1, kAny, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Concatenation},
    {schema::kConv2d, schema::kConv2dOptions, true, 2, 3, 1, 1, Inputs(), Inputs(1, 2), Inputs(2),
     operator_rules::Convolution},
    {schema::kDepthwiseConv2d, schema::kDepthwiseConv2dOptions, true, 2, 3, 1, 1, Inputs(),
     Inputs(1, 2), Inputs(2), operator_rules::DepthwiseConvolution},
    {schema::kDepthToSpace, schema::kDepthToSpaceOptions, true, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::DepthToSpace},
    {schema::kDequantize, schema::kDequantizeOptions, false, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Dequantize},
    {schema::kFloor, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kFullyConnected, schema::kFullyConnectedOptions, true, 2, 3, 1, 1, Inputs(),
     Inputs(1, 2), Inputs(2), operator_rules::FullyConnected},
    {schema::kL2Normalization, schema::kL2NormOptions, false, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::L2Normalization},
    {schema::kLogistic, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kMaxPool2d, schema::kPool2dOptions, true, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Pooling},
    {schema::kMul, schema::kMulOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Product},
    {schema::kRelu, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kReluN1To1, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kRelu6, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kReshape, schema::kReshapeOptions, false, 1, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reshape},
    {schema::kResizeBilinear, schema::kResizeBilinearOptions, false, 2, 2, 1, 1, Inputs(1),
     Inputs(), Inputs(), operator_rules::Resize},
    {schema::kSoftmax, schema::kSoftmaxOptions, true, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Softmax},
    {schema::kSpaceToDepth, schema::kSpaceToDepthOptions, true, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::SpaceToDepth},
    {schema::kTanh, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kPad, schema::kPadOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Pad},
    {schema::kGather, schema::kGatherOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Gather},
    {schema::kTranspose, schema::kTransposeOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(),
     Inputs(), operator_rules::Transpose},
    {schema::kMean, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kSub, schema::kSubOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Sum},
    {schema::kDiv, schema::kDivOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatArithmetic},
    {schema::kSqueeze, schema::kSqueezeOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Squeeze},
    {schema::kStridedSlice, schema::kStridedSliceOptions, true, 4, 4, 1, 1, Inputs(1, 2, 3),
     Inputs(), Inputs(), operator_rules::StridedSlice},
    {schema::kExp, schema::kExpOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kSplit, schema::kSplitOptions, true, 2, 2, 1, kAny, Inputs(0), Inputs(), Inputs(),
     operator_rules::Split},
    {schema::kLogSoftmax, schema::kLogSoftmaxOptions, false, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::LogSoftmax},
    {schema::kCast, schema::kCastOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Cast},
    {schema::kPrelu, schema::kNoOptions, false, 2, 2, 1, 1, Inputs(), Inputs(1), Inputs(),
     operator_rules::ParametricRelu},
    {schema::kMaximum, schema::kMaximumMinimumOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Extreme},
    {schema::kArgMax, schema::kArgMaxOptions, true, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::ArgumentOfExtreme},
    {schema::kMinimum, schema::kMaximumMinimumOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Extreme},
    {schema::kNeg, schema::kNegOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SignFunction},
    {schema::kPadV2, schema::kPadV2Options, false, 3, 3, 1, 1, Inputs(1), Inputs(2), Inputs(),
     operator_rules::Pad},
    {schema::kSlice, schema::kSliceOptions, false, 3, 3, 1, 1, Inputs(1, 2), Inputs(), Inputs(),
     operator_rules::Slice},
    {schema::kTransposeConv, schema::kTransposeConvOptions, true, 3, 4, 1, 1, Inputs(0),
     Inputs(1, 3), Inputs(3), operator_rules::TransposeConvolution},
    {schema::kExpandDims, schema::kExpandDimsOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(),
     Inputs(), operator_rules::ExpandDims},
    {schema::kSum, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kSqrt, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kRsqrt, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kArgMin, schema::kArgMinOptions, true, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::ArgumentOfExtreme},
    {schema::kReduceMax, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kPack, schema::kPackOptions, true, 1, kAny, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Pack},
    {schema::kUnpack, schema::kUnpackOptions, true, 1, 1, 1, kAny, Inputs(), Inputs(), Inputs(),
     operator_rules::Unpack},
    {schema::kReduceMin, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kSquare, schema::kSquareOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kResizeNearestNeighbor, schema::kResizeNearestNeighborOptions, false, 2, 2, 1, 1,
     Inputs(1), Inputs(), Inputs(), operator_rules::Resize},
    {schema::kLeakyRelu, schema::kLeakyReluOptions, true, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::LeakyRelu},
    {schema::kSquaredDifference, schema::kSquaredDifferenceOptions, false, 2, 2, 1, 1, Inputs(),
     Inputs(), Inputs(), operator_rules::SquaredDifference},
    {schema::kMirrorPad, schema::kMirrorPadOptions, true, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::MirrorPad},
    {schema::kAbs, schema::kAbsOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SignFunction},
    {schema::kElu, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kQuantize, schema::kQuantizeOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Quantize},
    {schema::kHardSwish, schema::kHardSwishOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kBatchMatmul, schema::kBatchMatMulOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::BatchMatrixMultiply},
    {schema::kGelu, schema::kGeluOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kRelu0To1, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
};

constexpr bool InOrder() {
  int32_t last = -1;
  for (const OperatorRule& rule : kRules) {
    if (rule.code <= last) return false;
    last = rule.code;
  }
  return true;
}
static_assert(InOrder());

const OperatorRule* FindRule(int32_t code) noexcept {
  const auto* rule =
      std::lower_bound(std::begin(kRules), std::end(kRules), code,
                       [](const OperatorRule& left, int32_t right) { return left.code < right; });
  return rule != std::end(kRules) && rule->code == code ? rule : nullptr;
}

/// Why LiteRT is not given the operator, whoever brings it; null for the others.
const char* ReasonToRefuse(int32_t code) noexcept {
  switch (code) {
    case schema::kCustom:
      return "is a custom operator, which only a program that implements it can run";
    case schema::kDelegate:
    case schema::kPlaceholderForGreaterOpCodes:
      return "is no operator of a model file";
    case schema::kCall:
    case schema::kIf:
    case schema::kWhile:
    case schema::kCallOnce:
      return "is control flow, which is not supported";
    case schema::kHashtable:
    case schema::kHashtableFind:
    case schema::kHashtableImport:
    case schema::kHashtableSize:
    case schema::kHashtableLookup:
    case schema::kVarHandle:
    case schema::kReadVariable:
    case schema::kAssignVariable:
      return "keeps state from run to run, which is not supported";
    default:
      if (code < 0) return "does not exist";
      return code >= schema::kFirstStablehlo
                 ? "is of StableHLO or later than it, which is not supported"
                 : nullptr;
  }
}

/// The elements that an operator without a rule touches.
OperatorCost GeneralCost(const OperatorView& view) {
  OperatorCost cost;
  for (size_t i = 0; i < view.input_count(); ++i) {
    if (view.HasInput(i)) cost.other_elements += view.Input(i).elements;
  }
  for (size_t i = 0; i < view.output_count(); ++i) {
    cost.other_elements += view.Output(i).elements;
  }
  return cost;
}

}  // namespace

const CheckedTensor& OperatorView::Input(size_t index) const {
  if (!HasInput(index)) Refuse("lacks an input");
  return *inputs_[index];
}

FlatVector<int32_t> OperatorView::VectorOption(int field) const {
  if (!operator_.options) return {};
  return operator_.options->Vector<int32_t>(field, "an operator's option");
}

void OperatorView::Refuse(const std::string& reason) const {
  throw Error(ErrorCode::kModel, "The model's " + label_ + " " + reason + ".");
}

void OperatorView::RequireType(const CheckedTensor& tensor,
                               std::initializer_list<int8_t> types) const {
  if (std::find(types.begin(), types.end(), tensor.type) != types.end()) return;
  std::string expected;
  for (const int8_t type : types) {
    expected += (expected.empty() ? "" : ", ") + schema::TensorTypeName(type);
  }
  Refuse("has a tensor of type " + schema::TensorTypeName(tensor.type) + "; expected " + expected);
}

void OperatorView::RequireShape(const CheckedTensor& tensor, const TensorShape& expected) const {
  if (tensor.shape == expected) return;
  Refuse("has a tensor of shape " + tensor.shape.ToString() + "; expected " + expected.ToString());
}

void OperatorView::RequireQuantized(const CheckedTensor& tensor) const {
  if (!IsScaled(tensor.type)) return;
  Require(tensor.quantized(), "needs one scale and zero point for each of its tensors");
  Require(tensor.scale() >= 0x1p-40F && tensor.scale() <= 0x1p40F, "has a scale out of range");
}

std::vector<int64_t> OperatorView::Integers(size_t input, size_t minimum, size_t maximum) const {
  const CheckedTensor& tensor = Input(input);
  RequireType(tensor, {schema::kInt32, schema::kInt64});
  Require(tensor.constant() && tensor.elements >= minimum && tensor.elements <= maximum,
          "has a list of numbers of a wrong length");
  std::vector<int64_t> values(tensor.elements);
  for (size_t i = 0; i < values.size(); ++i) {
    if (tensor.type == schema::kInt64) {
      std::memcpy(&values[i], tensor.data + i * sizeof(int64_t), sizeof(int64_t));
      Require(values[i] >= INT32_MIN && values[i] <= INT32_MAX, "has a number out of range");
    } else {
      int32_t value;
      std::memcpy(&value, tensor.data + i * sizeof(value), sizeof(value));
      values[i] = value;
    }
  }
  return values;
}

size_t OperatorView::Axis(int64_t axis, size_t rank) const {
  const auto count = static_cast<int64_t>(rank);
  Require(axis >= -count && axis < count, "names a dimension that its input lacks");
  return static_cast<size_t>(axis < 0 ? axis + count : axis);
}

OperatorCost CheckOperator(const OperatorView& view, const FileOperator& op, int32_t code,
                           const ModelLimits& limits) {
  if (const char* reason = ReasonToRefuse(code)) view.Refuse(reason);
  view.Require(!op.has_custom_options && !op.has_more_options,
               "has options of a kind that built-in operators do not have");
  view.Require(!op.mutates_inputs && !op.has_intermediates,
               "keeps state from run to run, which is not supported");
  view.Require(op.options_type == schema::kNoOptions || op.options.has_value(),
               "states a kind of options and has none");

  const OperatorRule* rule = FindRule(code);
  if (rule == nullptr) {
    if (!limits.unchecked_operators) view.Refuse("is not among those that a guest's model may use");
    return GeneralCost(view);
  }
  view.Require(view.input_count() >= rule->minimum_inputs &&
                   view.input_count() <= rule->maximum_inputs &&
                   view.output_count() >= rule->minimum_outputs &&
                   view.output_count() <= rule->maximum_outputs,
               "has a wrong number of inputs or outputs");
  view.Require(op.options_type == rule->options_type ||
                   (op.options_type == schema::kNoOptions && !rule->needs_options),
               "has the options of another operator, or none");
  for (size_t i = 0; i < view.input_count(); ++i) {
    if (!view.HasInput(i)) {
      view.Require(Contains(rule->optional, i), "lacks an input");
      continue;
    }
    const bool is_parameter = Contains(rule->parameters, i) && !view.Input(i).constant();
    const bool is_weights = Contains(rule->weights, i) && !view.Input(i).fixed;
    if (!is_parameter && !is_weights) continue;
    if (!limits.unchecked_operators) {
      view.Refuse("takes input " + std::to_string(i) +
                  " from a computation; in a guest's model it must be a constant");
    }
    if (is_parameter) return GeneralCost(view);
  }
  return rule->check(view);
}

}  // namespace wasmedge_embed
