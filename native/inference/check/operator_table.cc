#include "inference/check/operator_table.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

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

constexpr bool kForGuests = true;

namespace lstm {
constexpr uint32_t kVariables =
    Inputs(operator_rules::kLstmOutputState, operator_rules::kLstmCellState);
/// Those of the input gate, of peepholes, of the projection, and of layer normalization.
constexpr uint32_t kOptional = Inputs(1, 5, 9, 10, 11, 12, 16, 17, 20, 21, 22, 23);
constexpr uint32_t kWeights =
    Inputs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23);
}  // namespace lstm

// The allow-list, by code. An operator needs its options if zeros in their place would do harm.
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
    {schema::kEmbeddingLookup, schema::kNoOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::EmbeddingLookup, kForGuests},
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
    {schema::kBatchToSpaceNd, schema::kBatchToSpaceNdOptions, false, 3, 3, 1, 1, Inputs(1, 2),
     Inputs(), Inputs(), operator_rules::BatchToSpace, kForGuests},
    {schema::kSpaceToBatchNd, schema::kSpaceToBatchNdOptions, false, 3, 3, 1, 1, Inputs(1, 2),
     Inputs(), Inputs(), operator_rules::SpaceToBatch, kForGuests},
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
    {schema::kUnidirectionalSequenceLstm, schema::kUnidirectionalSequenceLstmOptions, true, 20, 24,
     1, 1, Inputs(), lstm::kWeights, lstm::kOptional, operator_rules::UnidirectionalSequenceLstm,
     kForGuests, lstm::kVariables},
    {schema::kStridedSlice, schema::kStridedSliceOptions, true, 4, 4, 1, 1, Inputs(1, 2, 3),
     Inputs(), Inputs(), operator_rules::StridedSlice},
    {schema::kExp, schema::kExpOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kTopkV2, schema::kTopkV2Options, false, 2, 2, 2, 2, Inputs(1), Inputs(), Inputs(),
     operator_rules::TopK, kForGuests},
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
    {schema::kLess, schema::kLessOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Order, kForGuests},
    {schema::kNeg, schema::kNegOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SignFunction},
    {schema::kPadV2, schema::kPadV2Options, false, 3, 3, 1, 1, Inputs(1), Inputs(2), Inputs(),
     operator_rules::Pad},
    {schema::kGreater, schema::kGreaterOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Order, kForGuests},
    {schema::kGreaterEqual, schema::kGreaterEqualOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Order, kForGuests},
    {schema::kLessEqual, schema::kLessEqualOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Order, kForGuests},
    {schema::kSelect, schema::kSelectOptions, false, 3, 3, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Select, kForGuests},
    {schema::kSlice, schema::kSliceOptions, false, 3, 3, 1, 1, Inputs(1, 2), Inputs(), Inputs(),
     operator_rules::Slice},
    {schema::kSin, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SlowFloatFunction, kForGuests},
    {schema::kTransposeConv, schema::kTransposeConvOptions, true, 3, 4, 1, 1, Inputs(0),
     Inputs(1, 3), Inputs(3), operator_rules::TransposeConvolution},
    {schema::kTile, schema::kTileOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Tile, kForGuests},
    {schema::kExpandDims, schema::kExpandDimsOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(),
     Inputs(), operator_rules::ExpandDims},
    {schema::kEqual, schema::kEqualOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Equality, kForGuests},
    {schema::kNotEqual, schema::kNotEqualOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Equality, kForGuests},
    {schema::kLog, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SlowFloatFunction, kForGuests},
    {schema::kSum, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kSqrt, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kRsqrt, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kShape, schema::kShapeOptions, true, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Shape, kForGuests},
    {schema::kPow, schema::kPowOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Power, kForGuests},
    {schema::kArgMin, schema::kArgMinOptions, true, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::ArgumentOfExtreme},
    {schema::kReduceProd, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::ProductOfElements, kForGuests},
    {schema::kReduceMax, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kPack, schema::kPackOptions, true, 1, kAny, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Pack},
    {schema::kLogicalOr, schema::kLogicalOrOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Logic, kForGuests},
    {schema::kOneHot, schema::kOneHotOptions, true, 4, 4, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::OneHot, kForGuests},
    {schema::kLogicalAnd, schema::kLogicalAndOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Logic, kForGuests},
    {schema::kLogicalNot, schema::kLogicalNotOptions, false, 1, 1, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::Negation, kForGuests},
    {schema::kUnpack, schema::kUnpackOptions, true, 1, 1, 1, kAny, Inputs(), Inputs(), Inputs(),
     operator_rules::Unpack},
    {schema::kReduceMin, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::Reduction},
    {schema::kFloorDiv, schema::kFloorDivOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloorDivision, kForGuests},
    {schema::kReduceAny, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::LogicalReduction, kForGuests},
    {schema::kSquare, schema::kSquareOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction},
    {schema::kFill, schema::kFillOptions, false, 2, 2, 1, 1, Inputs(0), Inputs(), Inputs(),
     operator_rules::Fill, kForGuests},
    {schema::kFloorMod, schema::kFloorModOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloorRemainder, kForGuests},
    {schema::kRange, schema::kRangeOptions, false, 3, 3, 1, 1, Inputs(0, 1, 2), Inputs(), Inputs(),
     operator_rules::Range, kForGuests},
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
    {schema::kSplitV, schema::kSplitVOptions, true, 3, 3, 1, kAny, Inputs(1, 2), Inputs(), Inputs(),
     operator_rules::SplitV, kForGuests},
    {schema::kCeil, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction, kForGuests},
    {schema::kReverseV2, schema::kReverseV2Options, false, 2, 2, 1, 1, Inputs(1), Inputs(),
     Inputs(), operator_rules::Reverse, kForGuests},
    {schema::kGatherNd, schema::kGatherNdOptions, false, 2, 2, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::GatherNd, kForGuests},
    {schema::kCos, schema::kCosOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SlowFloatFunction, kForGuests},
    {schema::kElu, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kQuantize, schema::kQuantizeOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Quantize},
    {schema::kRound, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::FloatFunction, kForGuests},
    {schema::kHardSwish, schema::kHardSwishOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kScatterNd, schema::kScatterNdOptions, false, 3, 3, 1, 1, Inputs(2), Inputs(),
     Inputs(), operator_rules::ScatterNd, kForGuests},
    {schema::kSelectV2, schema::kSelectV2Options, false, 3, 3, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SelectV2, kForGuests},
    {schema::kBatchMatmul, schema::kBatchMatMulOptions, false, 2, 2, 1, 1, Inputs(), Inputs(),
     Inputs(), operator_rules::BatchMatrixMultiply},
    {schema::kCumsum, schema::kCumsumOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::CumulativeSum, kForGuests},
    {schema::kBroadcastTo, schema::kBroadcastToOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(),
     Inputs(), operator_rules::BroadcastTo, kForGuests},
    {schema::kReduceAll, schema::kReducerOptions, false, 2, 2, 1, 1, Inputs(1), Inputs(), Inputs(),
     operator_rules::LogicalReduction, kForGuests},
    {schema::kBroadcastArgs, schema::kNoOptions, false, 2, 2, 1, 1, Inputs(0, 1), Inputs(),
     Inputs(), operator_rules::BroadcastArguments, kForGuests},
    {schema::kGelu, schema::kGeluOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kRelu0To1, schema::kNoOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::Activation},
    {schema::kSign, schema::kSignOptions, false, 1, 1, 1, 1, Inputs(), Inputs(), Inputs(),
     operator_rules::SignFunction, kForGuests},
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

}  // namespace

const OperatorRule* FindRule(int32_t code) noexcept {
  const auto* rule =
      std::lower_bound(std::begin(kRules), std::end(kRules), code,
                       [](const OperatorRule& left, int32_t right) { return left.code < right; });
  return rule != std::end(kRules) && rule->code == code ? rule : nullptr;
}

}  // namespace wasmedge_embed
