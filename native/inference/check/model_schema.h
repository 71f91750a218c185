#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The numbers of the public schema of .tflite files, typed by hand and compared with the output of
/// flatc (test/model-schema.test.ts, from LiteRT's own wheel). It does not use flatc's generated
/// reader: that needs the FlatBuffers library and a schema that no Debian or npm package contains,
/// and code that is built at installation may need neither. Also, that reader is not made for
/// hostile files: it verifies a file as a whole or not at all, and has no limits.
///
/// The schema: tensorflow/lite/schema/schema.fbs of TensorFlow, since LiteRT 2
/// tflite/converter/schema/schema.fbs. Version 3d of the schema.
namespace wasmedge_embed::schema {

constexpr uint32_t kVersion = 3;

/// The name of the metadata of models compiled for an accelerator.
inline constexpr std::string_view kCompiledStamp = "LiteRtStamp";

// The fields of each table, in a separate namespace: fields of different tables share names.
namespace model {
enum Field : int {
  kVersion = 0,
  kOperatorCodes = 1,
  kSubgraphs = 2,
  kDescription = 3,
  kBuffers = 4,
  kMetadataBuffer = 5,
  kMetadata = 6,
  kSignatureDefs = 7,
  kExternalBufferGroups = 8,
  kExternalBuffers = 9,
};
}  // namespace model
namespace operator_code {
enum Field : int { kDeprecatedBuiltinCode = 0, kCustomCode = 1, kVersion = 2, kBuiltinCode = 3 };
}  // namespace operator_code
namespace subgraph {
enum Field : int {
  kTensors = 0,
  kInputs = 1,
  kOutputs = 2,
  kOperators = 3,
  kName = 4,
  kDebugMetadataIndex = 5,
};
}  // namespace subgraph
namespace tensor {
enum Field : int {
  kShape = 0,
  kType = 1,
  kBuffer = 2,
  kName = 3,
  kQuantization = 4,
  kIsVariable = 5,
  kSparsity = 6,
  kShapeSignature = 7,
  kHasRank = 8,
  kVariantTensors = 9,
  kExternalBuffer = 10,
};
}  // namespace tensor
namespace quantization {
enum Field : int {
  kMin = 0,
  kMax = 1,
  kScale = 2,
  kZeroPoint = 3,
  kDetailsType = 4,
  kDetails = 5,
  kQuantizedDimension = 6,
};
}  // namespace quantization
namespace operation {
enum Field : int {
  kOpcodeIndex = 0,
  kInputs = 1,
  kOutputs = 2,
  kBuiltinOptionsType = 3,
  kBuiltinOptions = 4,
  kCustomOptions = 5,
  kCustomOptionsFormat = 6,
  kMutatingVariableInputs = 7,
  kIntermediates = 8,
  kLargeCustomOptionsOffset = 9,
  kLargeCustomOptionsSize = 10,
  kBuiltinOptions2Type = 11,
  kBuiltinOptions2 = 12,
  kDebugMetadataIndex = 13,
};
}  // namespace operation
namespace buffer {
enum Field : int { kData = 0, kOffset = 1, kSize = 2 };
}  // namespace buffer
namespace metadata {
enum Field : int { kName = 0, kBuffer = 1 };
}  // namespace metadata
namespace signature_def {
enum Field : int {
  kInputs = 0,
  kOutputs = 1,
  kSignatureKey = 2,
  kSubgraphIndex = 4,
};
}  // namespace signature_def
namespace tensor_map {
enum Field : int { kName = 0, kTensorIndex = 1 };
}  // namespace tensor_map

enum TensorType : int8_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt32 = 2,
  kUint8 = 3,
  kInt64 = 4,
  kString = 5,
  kBool = 6,
  kInt16 = 7,
  kComplex64 = 8,
  kInt8 = 9,
  kFloat64 = 10,
  kComplex128 = 11,
  kUint64 = 12,
  kResource = 13,
  kVariant = 14,
  kUint32 = 15,
  kUint16 = 16,
  kInt4 = 17,
  kBfloat16 = 18,
  kInt2 = 19,
  kUint4 = 20,
  kFloat8E4m3fn = 21,
  kFloat8E5m2 = 22,
};

namespace sparsity {
enum Field : int { kTraversalOrder = 0, kBlockMap = 1, kDimMetadata = 2 };
}  // namespace sparsity
namespace sparse_dimension {
enum Field : int {
  kFormat = 0,
  kDenseSize = 1,
  kArraySegmentsType = 2,
  kArraySegments = 3,
  kArrayIndicesType = 4,
  kArrayIndices = 5,
};
}  // namespace sparse_dimension

/// Members of the union SparseIndexVector: vectors of 4, 2 and 1 bytes per element.
enum SparseIndexVector : uint8_t { kInt32Vector = 1, kUint16Vector = 2, kUint8Vector = 3 };

/// Members of the union QuantizationDetails.
enum QuantizationDetails : uint8_t {
  kNoDetails = 0,
  kCustomQuantization = 1,
  kBlockwiseQuantization = 2,
  kMultiAxisQuantization = 3,
};

enum Padding : int8_t { kSame = 0, kValid = 1 };

enum ActivationFunction : int8_t {
  kNoActivation = 0,
  kFusedRelu = 1,
  kFusedReluN1To1 = 2,
  kFusedRelu6 = 3,
  kFusedTanh = 4,
  kFusedSignBit = 5,
};

/// Operators that this code uses.
enum BuiltinOperator : int32_t {
  kAdd = 0,
  kAveragePool2d = 1,
  kConcatenation = 2,
  kConv2d = 3,
  kDepthwiseConv2d = 4,
  kDepthToSpace = 5,
  kDequantize = 6,
  kEmbeddingLookup = 7,
  kFloor = 8,
  kFullyConnected = 9,
  kHashtableLookup = 10,
  kL2Normalization = 11,
  kLogistic = 14,
  kLstm = 16,
  kMaxPool2d = 17,
  kMul = 18,
  kRelu = 19,
  kReluN1To1 = 20,
  kRelu6 = 21,
  kReshape = 22,
  kResizeBilinear = 23,
  kSoftmax = 25,
  kSpaceToDepth = 26,
  kTanh = 28,
  kCall = 31,
  kCustom = 32,
  kEmbeddingLookupSparse = 33,
  kPad = 34,
  kGather = 36,
  kBatchToSpaceNd = 37,
  kSpaceToBatchNd = 38,
  kTranspose = 39,
  kMean = 40,
  kSub = 41,
  kDiv = 42,
  kSqueeze = 43,
  kUnidirectionalSequenceLstm = 44,
  kStridedSlice = 45,
  kExp = 47,
  kTopkV2 = 48,
  kSplit = 49,
  kLogSoftmax = 50,
  kDelegate = 51,
  kCast = 53,
  kPrelu = 54,
  kMaximum = 55,
  kArgMax = 56,
  kMinimum = 57,
  kLess = 58,
  kNeg = 59,
  kPadV2 = 60,
  kGreater = 61,
  kGreaterEqual = 62,
  kLessEqual = 63,
  kSelect = 64,
  kSlice = 65,
  kSin = 66,
  kTransposeConv = 67,
  kTile = 69,
  kExpandDims = 70,
  kEqual = 71,
  kNotEqual = 72,
  kLog = 73,
  kSum = 74,
  kSqrt = 75,
  kRsqrt = 76,
  kShape = 77,
  kPow = 78,
  kArgMin = 79,
  kReduceProd = 81,
  kReduceMax = 82,
  kPack = 83,
  kLogicalOr = 84,
  kOneHot = 85,
  kLogicalAnd = 86,
  kLogicalNot = 87,
  kUnpack = 88,
  kReduceMin = 89,
  kFloorDiv = 90,
  kReduceAny = 91,
  kSquare = 92,
  kFill = 94,
  kFloorMod = 95,
  kRange = 96,
  kResizeNearestNeighbor = 97,
  kLeakyRelu = 98,
  kSquaredDifference = 99,
  kMirrorPad = 100,
  kAbs = 101,
  kSplitV = 102,
  kCeil = 104,
  kReverseV2 = 105,
  kGatherNd = 107,
  kCos = 108,
  kRank = 110,
  kElu = 111,
  kReverseSequence = 112,
  kQuantize = 114,
  kRound = 116,
  kHardSwish = 117,
  kIf = 118,
  kWhile = 119,
  kScatterNd = 122,
  kSelectV2 = 123,
  kDensify = 124,
  kBatchMatmul = 126,
  kPlaceholderForGreaterOpCodes = 127,
  kCumsum = 128,
  kCallOnce = 129,
  kBroadcastTo = 130,
  kHashtable = 136,
  kHashtableFind = 137,
  kHashtableImport = 138,
  kHashtableSize = 139,
  kReduceAll = 140,
  kVarHandle = 142,
  kReadVariable = 143,
  kAssignVariable = 144,
  kBroadcastArgs = 145,
  kRandomStandardNormal = 146,
  kRandomUniform = 148,
  kMultinomial = 149,
  kGelu = 150,
  kRelu0To1 = 152,
  kSign = 158,
  /// This operator and all later ones belong to StableHLO or are newer.
  kFirstStablehlo = 162,
  kStablehloWhile = 200,
  kStablehloRngBitGenerator = 204,
};

/// Members of the union BuiltinOptions that this code uses.
enum BuiltinOptions : uint8_t {
  kNoOptions = 0,
  kConv2dOptions = 1,
  kDepthwiseConv2dOptions = 2,
  kPool2dOptions = 5,
  kFullyConnectedOptions = 8,
  kSoftmaxOptions = 9,
  kConcatenationOptions = 10,
  kAddOptions = 11,
  kL2NormOptions = 12,
  kResizeBilinearOptions = 15,
  kReshapeOptions = 17,
  kSpaceToDepthOptions = 19,
  kMulOptions = 21,
  kPadOptions = 22,
  kGatherOptions = 23,
  kBatchToSpaceNdOptions = 24,
  kSpaceToBatchNdOptions = 25,
  kTransposeOptions = 26,
  kReducerOptions = 27,
  kSubOptions = 28,
  kDivOptions = 29,
  kSqueezeOptions = 30,
  kStridedSliceOptions = 32,
  kExpOptions = 33,
  kTopkV2Options = 34,
  kSplitOptions = 35,
  kLogSoftmaxOptions = 36,
  kCastOptions = 37,
  kDequantizeOptions = 38,
  kMaximumMinimumOptions = 39,
  kArgMaxOptions = 40,
  kLessOptions = 41,
  kNegOptions = 42,
  kPadV2Options = 43,
  kGreaterOptions = 44,
  kGreaterEqualOptions = 45,
  kLessEqualOptions = 46,
  kSelectOptions = 47,
  kSliceOptions = 48,
  kTransposeConvOptions = 49,
  kTileOptions = 51,
  kExpandDimsOptions = 52,
  kEqualOptions = 53,
  kNotEqualOptions = 54,
  kShapeOptions = 55,
  kPowOptions = 56,
  kArgMinOptions = 57,
  kPackOptions = 59,
  kLogicalOrOptions = 60,
  kOneHotOptions = 61,
  kLogicalAndOptions = 62,
  kLogicalNotOptions = 63,
  kUnpackOptions = 64,
  kFloorDivOptions = 65,
  kSquareOptions = 66,
  kFillOptions = 68,
  kUnidirectionalSequenceLstmOptions = 71,
  kFloorModOptions = 72,
  kRangeOptions = 73,
  kResizeNearestNeighborOptions = 74,
  kLeakyReluOptions = 75,
  kSquaredDifferenceOptions = 76,
  kMirrorPadOptions = 77,
  kAbsOptions = 78,
  kSplitVOptions = 79,
  kReverseV2Options = 81,
  kGatherNdOptions = 83,
  kCosOptions = 84,
  kQuantizeOptions = 89,
  kHardSwishOptions = 91,
  kDepthToSpaceOptions = 94,
  kScatterNdOptions = 97,
  kSelectV2Options = 98,
  kBatchMatMulOptions = 101,
  kCumsumOptions = 102,
  kBroadcastToOptions = 104,
  kGeluOptions = 116,
  kSignOptions = 123,
};

/// How the fields of a member of BuiltinOptions are stored, one letter each: '1', '4' and '8' are
/// numbers of that many bytes; 'b', 'i', 'f' and 'l' vectors of bytes, 32-bit integers, floats and
/// 64-bit integers; 's' a string; 'g' the number of a subgraph (32 bits); 'G' a vector of them; '-'
/// a deprecated field. Null if the schema has no such member.
const char* OptionsLayout(uint8_t options_type) noexcept;

/// The same for BuiltinOptions2, which StableHLO's operators use.
const char* OptionsLayout2(uint8_t options_type) noexcept;

/// "CONV_2D", for example; "operator 123" for an operator without a name here.
std::string OperatorName(int32_t code);

/// "FLOAT32", for example; "type 99" for an unknown type.
std::string TensorTypeName(int8_t type);

/// Bits per element; 0 for unknown types and for those without a size (STRING, RESOURCE, …).
uint32_t TensorTypeBits(int8_t type) noexcept;

}  // namespace wasmedge_embed::schema
