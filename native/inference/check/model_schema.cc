#include "inference/check/model_schema.h"

#include <cstddef>

namespace wasmedge_embed::schema {
namespace {

// In the order of the union, whose first member has the number 1.
constexpr const char* kOptionsLayouts[] = {
    "1441441",   // Conv2DOptions
    "1444144",   // DepthwiseConv2DOptions
    "4ii",       // ConcatEmbeddingsOptions
    "1",         // LSHProjectionOptions
    "144441",    // Pool2DOptions
    "411",       // SVDFOptions
    "11",        // RNNOptions
    "11111b",    // FullyConnectedOptions
    "4",         // SoftmaxOptions
    "41",        // ConcatenationOptions
    "11",        // AddOptions
    "1",         // L2NormOptions
    "4444",      // LocalResponseNormalizationOptions
    "14411",     // LSTMOptions
    "--11",      // ResizeBilinearOptions
    "g",         // CallOptions
    "i",         // ReshapeOptions
    "441",       // SkipGramOptions
    "4",         // SpaceToDepthOptions
    "1",         // EmbeddingLookupSparseOptions
    "1",         // MulOptions
    "",          // PadOptions
    "44",        // GatherOptions
    "",          // BatchToSpaceNDOptions
    "",          // SpaceToBatchNDOptions
    "",          // TransposeOptions
    "1",         // ReducerOptions
    "11",        // SubOptions
    "1",         // DivOptions
    "i",         // SqueezeOptions
    "111",       // SequenceRNNOptions
    "444441",    // StridedSliceOptions
    "",          // ExpOptions
    "",          // TopKV2Options
    "4",         // SplitOptions
    "",          // LogSoftmaxOptions
    "11",        // CastOptions
    "",          // DequantizeOptions
    "",          // MaximumMinimumOptions
    "1",         // ArgMaxOptions
    "",          // LessOptions
    "",          // NegOptions
    "",          // PadV2Options
    "",          // GreaterOptions
    "",          // GreaterEqualOptions
    "",          // LessEqualOptions
    "",          // SelectOptions
    "",          // SliceOptions
    "14411",     // TransposeConvOptions
    "1",         // SparseToDenseOptions
    "",          // TileOptions
    "",          // ExpandDimsOptions
    "",          // EqualOptions
    "",          // NotEqualOptions
    "1",         // ShapeOptions
    "",          // PowOptions
    "1",         // ArgMinOptions
    "4441",      // FakeQuantOptions
    "44",        // PackOptions
    "",          // LogicalOrOptions
    "4",         // OneHotOptions
    "",          // LogicalAndOptions
    "",          // LogicalNotOptions
    "44",        // UnpackOptions
    "",          // FloorDivOptions
    "",          // SquareOptions
    "",          // ZerosLikeOptions
    "",          // FillOptions
    "144111",    // BidirectionalSequenceLSTMOptions
    "1111",      // BidirectionalSequenceRNNOptions
    "144111",    // UnidirectionalSequenceLSTMOptions
    "",          // FloorModOptions
    "",          // RangeOptions
    "11",        // ResizeNearestNeighborOptions
    "4",         // LeakyReluOptions
    "",          // SquaredDifferenceOptions
    "1",         // MirrorPadOptions
    "",          // AbsOptions
    "4",         // SplitVOptions
    "1",         // UniqueOptions
    "",          // ReverseV2Options
    "",          // AddNOptions
    "",          // GatherNdOptions
    "",          // CosOptions
    "",          // WhereOptions
    "",          // RankOptions
    "44",        // ReverseSequenceOptions
    "",          // MatrixDiagOptions
    "",          // QuantizeOptions
    "",          // MatrixSetDiagOptions
    "",          // HardSwishOptions
    "gg",        // IfOptions
    "gg",        // WhileOptions
    "4",         // DepthToSpaceOptions
    "",          // NonMaxSuppressionV4Options
    "",          // NonMaxSuppressionV5Options
    "",          // ScatterNdOptions
    "",          // SelectV2Options
    "",          // DensifyOptions
    "",          // SegmentSumOptions
    "111",       // BatchMatMulOptions
    "11",        // CumsumOptions
    "g",         // CallOnceOptions
    "",          // BroadcastToOptions
    "",          // Rfft2dOptions
    "14441444",  // Conv3DOptions
    "411",       // HashtableOptions
    "",          // HashtableFindOptions
    "",          // HashtableImportOptions
    "",          // HashtableSizeOptions
    "ss",        // VarHandleOptions
    "",          // ReadVariableOptions
    "",          // AssignVariableOptions
    "88",        // RandomOptions
    "f",         // BucketizeOptions
    "1",         // GeluOptions
    "",          // DynamicUpdateSliceOptions
    "",          // UnsortedSegmentProdOptions
    "",          // UnsortedSegmentMaxOptions
    "",          // UnsortedSegmentMinOptions
    "",          // UnsortedSegmentSumOptions
    "",          // ATan2Options
    "",          // SignOptions
    "",          // BitcastOptions
    "",          // BitwiseXorOptions
    "",          // RightShiftOptions
};

// The same for BuiltinOptions2.
constexpr const char* kOptionsLayouts2[] = {
    "8",                  // StablehloConcatenateOptions
    "l",                  // StablehloBroadcastInDimOptions
    "lll",                // StablehloSliceOptions
    "llllb88l88l88l88i",  // StablehloConvolutionOptions
    "s1s4Gb",             // StablehloCustomCallOptions
    "lg",                 // StablehloReduceOptions
    "1lll81g",            // StablehloScatterOptions
    "44",                 // StablehloCompareOptions
    "l",                  // StablehloDynamicSliceOptions
    "lll",                // StablehloPadOptions
    "8",                  // StablehloIotaOptions
    "lllli",              // StablehloDotGeneralOptions
    "lllllg",             // StablehloReduceWindowOptions
    "81g",                // StablehloSortOptions
    "gg",                 // StablehloWhileOptions
    "lll8l1",             // StablehloGatherOptions
    "l",                  // StablehloTransposeOptions
    "",                   // DilateOptions
    "1",                  // StablehloRngBitGeneratorOptions
    "4",                  // ReduceWindowOptions
    "sgb14",              // StableHLOCompositeOptions
    "",                   // StablehloShiftLeftOptions
    "G",                  // StablehloCaseOptions
};

constexpr const char* kOperatorNames[] = {
    "ADD",
    "AVERAGE_POOL_2D",
    "CONCATENATION",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "DEPTH_TO_SPACE",
    "DEQUANTIZE",
    "EMBEDDING_LOOKUP",
    "FLOOR",
    "FULLY_CONNECTED",
    "HASHTABLE_LOOKUP",
    "L2_NORMALIZATION",
    "L2_POOL_2D",
    "LOCAL_RESPONSE_NORMALIZATION",
    "LOGISTIC",
    "LSH_PROJECTION",
    "LSTM",
    "MAX_POOL_2D",
    "MUL",
    "RELU",
    "RELU_N1_TO_1",
    "RELU6",
    "RESHAPE",
    "RESIZE_BILINEAR",
    "RNN",
    "SOFTMAX",
    "SPACE_TO_DEPTH",
    "SVDF",
    "TANH",
    "CONCAT_EMBEDDINGS",
    "SKIP_GRAM",
    "CALL",
    "CUSTOM",
    "EMBEDDING_LOOKUP_SPARSE",
    "PAD",
    "UNIDIRECTIONAL_SEQUENCE_RNN",
    "GATHER",
    "BATCH_TO_SPACE_ND",
    "SPACE_TO_BATCH_ND",
    "TRANSPOSE",
    "MEAN",
    "SUB",
    "DIV",
    "SQUEEZE",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "STRIDED_SLICE",
    "BIDIRECTIONAL_SEQUENCE_RNN",
    "EXP",
    "TOPK_V2",
    "SPLIT",
    "LOG_SOFTMAX",
    "DELEGATE",
    "BIDIRECTIONAL_SEQUENCE_LSTM",
    "CAST",
    "PRELU",
    "MAXIMUM",
    "ARG_MAX",
    "MINIMUM",
    "LESS",
    "NEG",
    "PADV2",
    "GREATER",
    "GREATER_EQUAL",
    "LESS_EQUAL",
    "SELECT",
    "SLICE",
    "SIN",
    "TRANSPOSE_CONV",
    "SPARSE_TO_DENSE",
    "TILE",
    "EXPAND_DIMS",
    "EQUAL",
    "NOT_EQUAL",
    "LOG",
    "SUM",
    "SQRT",
    "RSQRT",
    "SHAPE",
    "POW",
    "ARG_MIN",
    "FAKE_QUANT",
    "REDUCE_PROD",
    "REDUCE_MAX",
    "PACK",
    "LOGICAL_OR",
    "ONE_HOT",
    "LOGICAL_AND",
    "LOGICAL_NOT",
    "UNPACK",
    "REDUCE_MIN",
    "FLOOR_DIV",
    "REDUCE_ANY",
    "SQUARE",
    "ZEROS_LIKE",
    "FILL",
    "FLOOR_MOD",
    "RANGE",
    "RESIZE_NEAREST_NEIGHBOR",
    "LEAKY_RELU",
    "SQUARED_DIFFERENCE",
    "MIRROR_PAD",
    "ABS",
    "SPLIT_V",
    "UNIQUE",
    "CEIL",
    "REVERSE_V2",
    "ADD_N",
    "GATHER_ND",
    "COS",
    "WHERE",
    "RANK",
    "ELU",
    "REVERSE_SEQUENCE",
    "MATRIX_DIAG",
    "QUANTIZE",
    "MATRIX_SET_DIAG",
    "ROUND",
    "HARD_SWISH",
    "IF",
    "WHILE",
    "NON_MAX_SUPPRESSION_V4",
    "NON_MAX_SUPPRESSION_V5",
    "SCATTER_ND",
    "SELECT_V2",
    "DENSIFY",
    "SEGMENT_SUM",
    "BATCH_MATMUL",
    "PLACEHOLDER_FOR_GREATER_OP_CODES",
    "CUMSUM",
    "CALL_ONCE",
    "BROADCAST_TO",
    "RFFT2D",
    "CONV_3D",
    "IMAG",
    "REAL",
    "COMPLEX_ABS",
    "HASHTABLE",
    "HASHTABLE_FIND",
    "HASHTABLE_IMPORT",
    "HASHTABLE_SIZE",
    "REDUCE_ALL",
    "CONV_3D_TRANSPOSE",
    "VAR_HANDLE",
    "READ_VARIABLE",
    "ASSIGN_VARIABLE",
    "BROADCAST_ARGS",
    "RANDOM_STANDARD_NORMAL",
    "BUCKETIZE",
    "RANDOM_UNIFORM",
    "MULTINOMIAL",
    "GELU",
    "DYNAMIC_UPDATE_SLICE",
    "RELU_0_TO_1",
    "UNSORTED_SEGMENT_PROD",
    "UNSORTED_SEGMENT_MAX",
    "UNSORTED_SEGMENT_SUM",
    "ATAN2",
    "UNSORTED_SEGMENT_MIN",
    "SIGN",
    "BITCAST",
    "BITWISE_XOR",
    "RIGHT_SHIFT",
    "STABLEHLO_LOGISTIC",
    "STABLEHLO_ADD",
    "STABLEHLO_DIVIDE",
    "STABLEHLO_MULTIPLY",
    "STABLEHLO_MAXIMUM",
    "STABLEHLO_RESHAPE",
    "STABLEHLO_CLAMP",
    "STABLEHLO_CONCATENATE",
    "STABLEHLO_BROADCAST_IN_DIM",
    "STABLEHLO_CONVOLUTION",
    "STABLEHLO_SLICE",
    "STABLEHLO_CUSTOM_CALL",
    "STABLEHLO_REDUCE",
    "STABLEHLO_ABS",
    "STABLEHLO_AND",
    "STABLEHLO_COSINE",
    "STABLEHLO_EXPONENTIAL",
    "STABLEHLO_FLOOR",
    "STABLEHLO_LOG",
    "STABLEHLO_MINIMUM",
    "STABLEHLO_NEGATE",
    "STABLEHLO_OR",
    "STABLEHLO_POWER",
    "STABLEHLO_REMAINDER",
    "STABLEHLO_RSQRT",
    "STABLEHLO_SELECT",
    "STABLEHLO_SUBTRACT",
    "STABLEHLO_TANH",
    "STABLEHLO_SCATTER",
    "STABLEHLO_COMPARE",
    "STABLEHLO_CONVERT",
    "STABLEHLO_DYNAMIC_SLICE",
    "STABLEHLO_DYNAMIC_UPDATE_SLICE",
    "STABLEHLO_PAD",
    "STABLEHLO_IOTA",
    "STABLEHLO_DOT_GENERAL",
    "STABLEHLO_REDUCE_WINDOW",
    "STABLEHLO_SORT",
    "STABLEHLO_WHILE",
    "STABLEHLO_GATHER",
    "STABLEHLO_TRANSPOSE",
    "DILATE",
    "STABLEHLO_RNG_BIT_GENERATOR",
    "REDUCE_WINDOW",
    "STABLEHLO_COMPOSITE",
    "STABLEHLO_SHIFT_LEFT",
    "STABLEHLO_CBRT",
    "STABLEHLO_CASE",
};

constexpr const char* kTensorTypeNames[] = {
    "FLOAT32",  "FLOAT16",  "INT32",     "UINT8",         "INT64",       "STRING",
    "BOOL",     "INT16",    "COMPLEX64", "INT8",          "FLOAT64",     "COMPLEX128",
    "UINT64",   "RESOURCE", "VARIANT",   "UINT32",        "UINT16",      "INT4",
    "BFLOAT16", "INT2",     "UINT4",     "FLOAT8_E4M3FN", "FLOAT8_E5M2",
};

template <typename T, size_t size>
constexpr size_t CountOf(const T (&)[size]) {
  return size;
}

}  // namespace

const char* OptionsLayout(uint8_t options_type) noexcept {
  if (options_type == 0 || options_type > CountOf(kOptionsLayouts)) return nullptr;
  return kOptionsLayouts[options_type - 1];
}

const char* OptionsLayout2(uint8_t options_type) noexcept {
  if (options_type == 0 || options_type > CountOf(kOptionsLayouts2)) return nullptr;
  return kOptionsLayouts2[options_type - 1];
}

std::string OperatorName(int32_t code) {
  const auto index = static_cast<size_t>(static_cast<uint32_t>(code));
  if (index < CountOf(kOperatorNames)) return kOperatorNames[index];
  return "operator " + std::to_string(code);
}

std::string TensorTypeName(int8_t type) {
  const auto index = static_cast<size_t>(static_cast<uint8_t>(type));
  return index < CountOf(kTensorTypeNames) ? kTensorTypeNames[index]
                                           : "type " + std::to_string(index);
}

uint32_t TensorTypeBits(int8_t type) noexcept {
  switch (type) {
    case kInt2:
      return 2;
    case kInt4:
    case kUint4:
      return 4;
    case kUint8:
    case kInt8:
    case kBool:
    case kFloat8E4m3fn:
    case kFloat8E5m2:
      return 8;
    case kFloat16:
    case kBfloat16:
    case kInt16:
    case kUint16:
      return 16;
    case kFloat32:
    case kInt32:
    case kUint32:
      return 32;
    case kFloat64:
    case kInt64:
    case kUint64:
    case kComplex64:
      return 64;
    case kComplex128:
      return 128;
    default:
      return 0;
  }
}

}  // namespace wasmedge_embed::schema
