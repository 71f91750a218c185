#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/check/model_schema.h"
#include "inference/check/operator_check.h"
#include "inference/check/tensor_check.h"

/// The rules of single operators. Each takes an operator whose counts of inputs and outputs and
/// kind of options are right and whose parameters are constants; throws `Error(kModel)`.
namespace wasmedge_embed::operator_rules {

// Of strides, dilations, windows and blocks: no honest model comes near, and products of two stay
// far from overflow.
constexpr int64_t kMaximumStep = 1 << 15;
// The built-in kernels that move or reduce regions index no more dimensions, and some of them do
// not ask.
constexpr size_t kMaximumRegionRank = 5;

/// An input and an output of one type, whichever the built-in kernels move.
void RequireMovable(const OperatorView& view, const CheckedTensor& input,
                    const CheckedTensor& output);

/// The option of this number is an activation that all kernels can do behind their own work: none,
/// RELU, RELU_N1_TO_1 or RELU6.
void RequireFusedActivation(const OperatorView& view, int field);

inline OperatorCost PerElement(const CheckedTensor& tensor) { return {0, tensor.elements, 0, 0}; }

OperatorCost Convolution(const OperatorView& view);
OperatorCost DepthwiseConvolution(const OperatorView& view);
OperatorCost TransposeConvolution(const OperatorView& view);
OperatorCost Pooling(const OperatorView& view);
OperatorCost FullyConnected(const OperatorView& view);
OperatorCost BatchMatrixMultiply(const OperatorView& view);

OperatorCost Sum(const OperatorView& view);
OperatorCost Product(const OperatorView& view);
OperatorCost Extreme(const OperatorView& view);
OperatorCost FloatArithmetic(const OperatorView& view);
OperatorCost SquaredDifference(const OperatorView& view);
OperatorCost ParametricRelu(const OperatorView& view);
OperatorCost Activation(const OperatorView& view);
OperatorCost LeakyRelu(const OperatorView& view);
OperatorCost FloatFunction(const OperatorView& view);
OperatorCost SignFunction(const OperatorView& view);
OperatorCost Softmax(const OperatorView& view);
OperatorCost LogSoftmax(const OperatorView& view);
OperatorCost L2Normalization(const OperatorView& view);
OperatorCost Quantize(const OperatorView& view);
OperatorCost Dequantize(const OperatorView& view);
OperatorCost Cast(const OperatorView& view);

OperatorCost Reshape(const OperatorView& view);
OperatorCost Squeeze(const OperatorView& view);
OperatorCost ExpandDims(const OperatorView& view);
OperatorCost Transpose(const OperatorView& view);
OperatorCost Concatenation(const OperatorView& view);
OperatorCost Pack(const OperatorView& view);
OperatorCost Unpack(const OperatorView& view);
OperatorCost Split(const OperatorView& view);
OperatorCost Slice(const OperatorView& view);
OperatorCost StridedSlice(const OperatorView& view);
OperatorCost Gather(const OperatorView& view);
OperatorCost Pad(const OperatorView& view);
OperatorCost MirrorPad(const OperatorView& view);
OperatorCost SpaceToDepth(const OperatorView& view);
OperatorCost DepthToSpace(const OperatorView& view);
OperatorCost Resize(const OperatorView& view);

OperatorCost Reduction(const OperatorView& view);
OperatorCost ArgumentOfExtreme(const OperatorView& view);

}  // namespace wasmedge_embed::operator_rules
