#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/check/model_schema.h"
#include "inference/check/operator_check.h"
#include "inference/check/tensor_check.h"

/// The rules of single operators. Each takes an operator with the right numbers of inputs and
/// outputs and kind of options, whose parameters are constants; throws `Error(kModel)`.
namespace wasmedge_embed::operator_rules {

// For strides, dilations, windows and blocks: no honest model comes near, and products of two stay
// far from overflow.
constexpr int64_t kMaximumStep = 1 << 15;
// The built-in kernels that move or reduce regions support no more dimensions, and some of them do
// not check.
constexpr size_t kMaximumRegionRank = 5;
// The same for those that broadcast inputs to a common shape.
constexpr size_t kMaximumBroadcastRank = 4;

// Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM that are its state.
constexpr uint32_t kLstmOutputState = 18;
constexpr uint32_t kLstmCellState = 19;

/// An input and an output of the same type, which must be one that the built-in kernels move.
void RequireMovable(const OperatorView& view, const CheckedTensor& input,
                    const CheckedTensor& output);

/// The option with this number is an activation that all kernels can fuse with their own work:
/// none, RELU, RELU_N1_TO_1 or RELU6.
void RequireFusedActivation(const OperatorView& view, int field);

/// The common shape of inputs, with dimensions of size 1 broadcast to that of the others.
TensorShape BroadcastShape(const OperatorView& view,
                           std::initializer_list<const TensorShape*> shapes);

/// The shape in a constant list of sizes above 0.
TensorShape ShapeOf(const OperatorView& view, size_t input);

inline OperatorCost PerElement(const CheckedTensor& tensor) { return {0, tensor.elements, 0, 0}; }

OperatorCost Convolution(const OperatorView& view);
OperatorCost DepthwiseConvolution(const OperatorView& view);
OperatorCost TransposeConvolution(const OperatorView& view);
OperatorCost Pooling(const OperatorView& view);
OperatorCost FullyConnected(const OperatorView& view);
OperatorCost BatchMatrixMultiply(const OperatorView& view);

OperatorCost UnidirectionalSequenceLstm(const OperatorView& view);

OperatorCost Sum(const OperatorView& view);
OperatorCost Product(const OperatorView& view);
OperatorCost Extreme(const OperatorView& view);
OperatorCost FloatArithmetic(const OperatorView& view);
OperatorCost FloorDivision(const OperatorView& view);
OperatorCost FloorRemainder(const OperatorView& view);
OperatorCost Power(const OperatorView& view);
OperatorCost SquaredDifference(const OperatorView& view);
OperatorCost ParametricRelu(const OperatorView& view);
OperatorCost Activation(const OperatorView& view);
OperatorCost LeakyRelu(const OperatorView& view);
OperatorCost FloatFunction(const OperatorView& view);
OperatorCost SlowFloatFunction(const OperatorView& view);
OperatorCost SignFunction(const OperatorView& view);
OperatorCost Softmax(const OperatorView& view);
OperatorCost LogSoftmax(const OperatorView& view);
OperatorCost L2Normalization(const OperatorView& view);
OperatorCost Quantize(const OperatorView& view);
OperatorCost Dequantize(const OperatorView& view);
OperatorCost Cast(const OperatorView& view);

OperatorCost Order(const OperatorView& view);
OperatorCost Equality(const OperatorView& view);
OperatorCost Logic(const OperatorView& view);
OperatorCost Negation(const OperatorView& view);
OperatorCost Select(const OperatorView& view);
OperatorCost SelectV2(const OperatorView& view);

OperatorCost Reshape(const OperatorView& view);
OperatorCost Squeeze(const OperatorView& view);
OperatorCost ExpandDims(const OperatorView& view);
OperatorCost Transpose(const OperatorView& view);
OperatorCost Concatenation(const OperatorView& view);
OperatorCost Pack(const OperatorView& view);
OperatorCost Unpack(const OperatorView& view);
OperatorCost Split(const OperatorView& view);
OperatorCost SplitV(const OperatorView& view);
OperatorCost Slice(const OperatorView& view);
OperatorCost StridedSlice(const OperatorView& view);
OperatorCost Pad(const OperatorView& view);
OperatorCost MirrorPad(const OperatorView& view);
OperatorCost SpaceToDepth(const OperatorView& view);
OperatorCost DepthToSpace(const OperatorView& view);
OperatorCost SpaceToBatch(const OperatorView& view);
OperatorCost BatchToSpace(const OperatorView& view);
OperatorCost Reverse(const OperatorView& view);
OperatorCost Resize(const OperatorView& view);

OperatorCost Gather(const OperatorView& view);
OperatorCost GatherNd(const OperatorView& view);
OperatorCost ScatterNd(const OperatorView& view);
OperatorCost EmbeddingLookup(const OperatorView& view);
OperatorCost OneHot(const OperatorView& view);
OperatorCost TopK(const OperatorView& view);

OperatorCost Fill(const OperatorView& view);
OperatorCost BroadcastTo(const OperatorView& view);
OperatorCost BroadcastArguments(const OperatorView& view);
OperatorCost Tile(const OperatorView& view);
OperatorCost Shape(const OperatorView& view);
OperatorCost Range(const OperatorView& view);

OperatorCost Reduction(const OperatorView& view);
OperatorCost ProductOfElements(const OperatorView& view);
OperatorCost LogicalReduction(const OperatorView& view);
OperatorCost CumulativeSum(const OperatorView& view);
OperatorCost ArgumentOfExtreme(const OperatorView& view);

}  // namespace wasmedge_embed::operator_rules
