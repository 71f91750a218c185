#include <limits>
#include <utility>

#include "test/model_lies.h"

namespace wasmedge_embed::test {
namespace {

using Tell = std::function<void(ModelSpec&)>;

Tell Reals(size_t tensor, std::vector<float> values) {
  return [tensor, values = std::move(values)](ModelSpec& model) {
    TensorOf(model, tensor).data = BytesOf(values);
  };
}

Tell Longs(size_t tensor, std::vector<int64_t> values) {
  return [tensor, values = std::move(values)](ModelSpec& model) {
    TensorOf(model, tensor).data = BytesOf(values);
  };
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<Lie> LiesOfComparisons() {
  return {
      {"LessTypes", "LESS, FLOAT32", Type(1, schema::kInt32), "of type INT32; expected FLOAT32"},
      {"LessOutputType", "LESS, FLOAT32", Type(2, schema::kFloat32), "expected BOOL"},
      {"LessOfBooleans", "LESS, FLOAT32", All({Type(0, schema::kBool), Type(1, schema::kBool)}),
       "of type BOOL"},
      {"LessShapes", "LESS, FLOAT32", Shape(1, {2, 3, 5}), "incompatible shapes"},
      {"LessOutput", "LESS, FLOAT32 stretched", Shape(2, {2, 3, 5}), "expected [2,3,4]"},
      {"LessManyDimensions", "LESS, FLOAT32",
       All({Shape(0, {2, 1, 3, 1, 1}), Shape(1, {1, 1, 1, 1, 2}), Shape(2, {2, 1, 3, 1, 2})}),
       "more than 4 dimensions"},
      {"EqualScale", "EQUAL, UINT8", Scale(1, 1), "whose scale is not below 1"},
      {"EqualNoScale", "EQUAL, INT8", Unscaled(0), "needs one scale"},
      {"LogicOfNumbers", "LOGICAL_AND, BOOL",
       All({Type(0, schema::kUint8), Type(1, schema::kUint8)}), "expected BOOL"},
      {"NotOfNumbers", "LOGICAL_NOT, BOOL", Type(0, schema::kInt8), "expected BOOL"},
      {"NotShape", "LOGICAL_NOT, BOOL", Shape(1, {3, 2}), "expected [2,3]"},
      {"SelectCondition", "SELECT, FLOAT32", Shape(0, {3}), "neither its inputs nor their first"},
      {"SelectConditionOfScalars", "SELECT, FLOAT32 by row",
       All({Shape(1, {}), Shape(2, {}), Shape(3, {})}), "neither its inputs nor their first"},
      {"SelectConditionType", "SELECT, FLOAT32", Type(0, schema::kInt8), "expected BOOL"},
      {"SelectAlternatives", "SELECT, FLOAT32", Shape(2, {2, 3, 1}), "expected [2,3,4]"},
      {"SelectTypes", "SELECT_V2, FLOAT32", Type(2, schema::kInt64), "expected FLOAT32"},
      {"SelectOutput", "SELECT_V2, FLOAT32", Shape(3, {2, 3, 5}), "expected [2,3,4]"},
      {"SelectShapes", "SELECT_V2, FLOAT32", Shape(1, {2, 2, 4}), "incompatible shapes"},
  };
}

std::vector<Lie> LiesOfIndices() {
  return {
      {"GatherRank", "GATHER, FLOAT32", Shape(0, {}), "too many dimensions"},
      {"GatherNdDepth", "GATHER_ND, FLOAT32", Shape(1, {6, 4}), "more dimensions than it picks"},
      {"GatherNdScalar", "GATHER_ND, FLOAT32", Shape(1, {}), "indices of at least 1 dimension"},
      {"GatherNdType", "GATHER_ND, FLOAT32", Type(1, schema::kFloat32), "of type FLOAT32"},
      {"GatherNdOutput", "GATHER_ND, FLOAT32", Shape(2, {6, 3}), "expected [6,4]"},
      {"GatherNdManyDimensions", "GATHER_ND, FLOAT32", Shape(1, {1, 1, 1, 1, 1, 1, 6, 1}),
       "too many dimensions"},
      {"ScatterComputedShape", "SCATTER_ND, FLOAT32", Computed(2), "must be a constant"},
      {"ScatterShape", "SCATTER_ND, FLOAT32", Values(2, {5, 3, -1}), "not above 0"},
      {"ScatterShapeList", "SCATTER_ND, FLOAT32", Shape(2, {1, 3}), "a shape that is not a list"},
      {"ScatterHuge", "SCATTER_ND, FLOAT32", Values(2, {INT32_MAX, INT32_MAX, 4}), "; expected ["},
      {"ScatterIndices", "SCATTER_ND, FLOAT32", Type(0, schema::kInt64), "of type INT64"},
      {"ScatterDepth", "SCATTER_ND, FLOAT32", Shape(0, {6, 4}), "more dimensions than it picks"},
      {"ScatterUpdates", "SCATTER_ND, FLOAT32", Shape(1, {5, 4}), "expected [6,4]"},
      {"ScatterUpdate", "SCATTER_ND, FLOAT32", All({Shape(0, {3}), Shape(1, {})}),
       "updates of at least 1 dimension"},
      {"ScatterOutput", "SCATTER_ND, FLOAT32", Shape(3, {5, 4, 3}), "expected [5,3,4]"},
      {"EmbeddingIndices", "EMBEDDING_LOOKUP, FLOAT32", Shape(0, {2, 2}), "a list of indices"},
      {"EmbeddingIndexType", "EMBEDDING_LOOKUP, FLOAT32", Type(0, schema::kInt64), "INT64"},
      {"EmbeddingNarrowOutput", "EMBEDDING_LOOKUP, FLOAT32", Type(2, schema::kUint8),
       "of type UINT8; expected FLOAT32"},
      {"EmbeddingNoScale", "EMBEDDING_LOOKUP, UINT8 to FLOAT32", Unscaled(1), "without a scale"},
      {"EmbeddingDimension", "EMBEDDING_LOOKUP, UINT8 to FLOAT32",
       [](ModelSpec& model) {
         TensorOf(model, 1).scales.assign(6, 0.05F);
         TensorOf(model, 1).zero_points.assign(6, 0);
         TensorOf(model, 1).quantized_dimension = 1;
       },
       "a dimension other than its rows"},
      {"EmbeddingOutput", "EMBEDDING_LOOKUP, FLOAT32", Shape(2, {5, 3, 2}), "expected [4,3,2]"},
      {"OneHotDepth", "ONE_HOT, FLOAT32", Values(1, {0}), "depth that is not above 0"},
      {"OneHotHuge", "ONE_HOT, FLOAT32", Values(1, {INT32_MAX}), "expected [2,3,2147483647]"},
      {"OneHotComputedDepth", "ONE_HOT, FLOAT32", Computed(1), "must be a constant"},
      {"OneHotAxis", "ONE_HOT, FLOAT32", Option(0, int32_t{3}), "dimension that"},
      {"OneHotValues", "ONE_HOT, FLOAT32", Shape(2, {2}), "more than one value for on"},
      {"OneHotTypes", "ONE_HOT, FLOAT32", Type(3, schema::kInt32), "of type INT32"},
      {"OneHotManyDimensions", "ONE_HOT, FLOAT32", Shape(0, {1, 1, 1, 1, 1, 1, 1, 1}),
       "too many dimensions"},
      {"TopCount", "TOPK_V2, FLOAT32", Values(1, {41}), "more elements than there are"},
      {"TopNone", "TOPK_V2, FLOAT32", Values(1, {-1}), "or none"},
      {"TopComputedCount", "TOPK_V2, FLOAT32", Computed(1), "must be a constant"},
      {"TopScalar", "TOPK_V2, FLOAT32", Shape(0, {}), "an input of at least 1 dimension"},
      {"TopPlaces", "TOPK_V2, FLOAT32", Shape(3, {3, 4}), "expected [3,5]"},
      {"TopPlacesType", "TOPK_V2, FLOAT32", Type(3, schema::kInt16), "of type INT16"},
  };
}

std::vector<Lie> LiesOfSizes() {
  return {
      {"FillComputedShape", "FILL, FLOAT32", Computed(0), "must be a constant"},
      {"FillHuge", "FILL, FLOAT32", Values(0, {INT32_MAX, INT32_MAX, INT32_MAX}), "; expected ["},
      {"FillNegative", "FILL, FLOAT32", Values(0, {2, -5, 3}), "not above 0"},
      {"FillValues", "FILL, FLOAT32", Shape(1, {1}), "more than one value"},
      {"FillOutput", "FILL, FLOAT32", Shape(2, {2, 5, 4}), "expected [2,5,3]"},
      {"BroadcastRank", "BROADCAST_TO, FLOAT32", Values(1, {3}), "fewer dimensions"},
      {"BroadcastShape", "BROADCAST_TO, FLOAT32", Values(1, {2, 4, 4}), "cannot be broadcast"},
      {"BroadcastComputedShape", "BROADCAST_TO, FLOAT32", Computed(1), "must be a constant"},
      {"BroadcastOutput", "BROADCAST_TO, FLOAT32", Shape(2, {2, 3, 5}), "expected [2,3,4]"},
      {"ArgumentsApart", "BROADCAST_ARGS, INT32", Values(1, {3, 2}), "incompatible shapes"},
      {"ArgumentsComputed", "BROADCAST_ARGS, INT32", Computed(1), "must be a constant"},
      {"ArgumentsOutput", "BROADCAST_ARGS, INT32", Shape(2, {4}), "expected [3]"},
      {"TileNever", "TILE, FLOAT32", Values(1, {2, 0, 3}), "less than once"},
      {"TileTooOften", "TILE, FLOAT32", Values(1, {2, 1, INT32_MAX}), "; expected [4,3,"},
      {"TileCount", "TILE, FLOAT32", Values(1, {2, 1}), "wrong length"},
      {"TileScalar", "TILE, FLOAT32", Shape(0, {}), "an input of at least 1 dimension"},
      {"TileComputed", "TILE, FLOAT32", Computed(1), "must be a constant"},
      {"TileFarTimes", "TILE, FLOAT32 by INT64", Longs(1, {int64_t{1} << 40}), "out of range"},
      {"ShapeType", "SHAPE, FLOAT32", Option(0, int8_t{schema::kInt64}), "a type other"},
      {"ShapeOutput", "SHAPE, FLOAT32", Shape(1, {2}), "expected [3]"},
      {"RangeAway", "RANGE, INT32", Values(2, {4}), "never ends"},
      {"RangeStill", "RANGE, INT32", Values(2, {0}), "never ends"},
      {"RangeWide", "RANGE, INT32", All({Values(0, {INT32_MAX}), Values(1, {INT32_MIN})}),
       "too long"},
      {"RangeOfNoNumber", "RANGE, FLOAT32", Reals(1, {std::numeric_limits<float>::quiet_NaN()}),
       "never ends"},
      {"RangeEndless", "RANGE, FLOAT32", Reals(1, {kInfinity}), "never ends"},
      {"RangeFine", "RANGE, FLOAT32", Reals(2, {1e-20F}), "too long"},
      {"RangeList", "RANGE, INT32", Shape(0, {1}), "one number for each"},
      {"RangeOutput", "RANGE, INT32", Shape(3, {5}), "expected [4]"},
      {"RangeComputed", "RANGE, INT32", Computed(1), "must be a constant"},
  };
}

std::vector<Lie> LiesOfParts() {
  return {
      {"PartsSum", "SPLIT_V, FLOAT32", Values(1, {1, 2, 2}), "do not make up its input"},
      {"PartsBeyond", "SPLIT_V, FLOAT32", Values(1, {6, -1, 2}), "do not make up its input"},
      {"PartNegative", "SPLIT_V, FLOAT32", Values(1, {1, -1, -5}), "a part that is empty"},
      {"PartsTwoOpen", "SPLIT_V, FLOAT32", Values(1, {-1, -1, 2}), "two that are open"},
      {"PartsCount", "SPLIT_V, FLOAT32", Option(0, int32_t{2}), "wrong number of outputs"},
      {"PartsList", "SPLIT_V, FLOAT32", Shape(1, {1, 3}), "sizes that are not a list"},
      {"PartsAxis", "SPLIT_V, FLOAT32", Values(2, {2}), "dimension that"},
      {"PartsOutput", "SPLIT_V, FLOAT32", Shape(3, {2, 2}), "expected [2,1]"},
      {"PartsRank", "SPLIT_V, FLOAT32", Shape(0, {2, 7, 1, 1, 1, 1}), "1 to 5 dimensions"},
      {"ReverseAxis", "REVERSE_V2, FLOAT32", Values(1, {3}), "dimension that"},
      {"ReverseApart", "REVERSE_V2, FLOAT32 twice", Values(1, {0, 2}), "are not neighbours"},
      {"ReverseTwice", "REVERSE_V2, FLOAT32 twice", Values(1, {1, 1}), "are not neighbours"},
      {"ReverseList", "REVERSE_V2, FLOAT32", Shape(1, {}), "dimensions that are not a list"},
      {"SpaceRank", "SPACE_TO_BATCH_ND, FLOAT32", Shape(0, {2, 4}), "3 or 4 dimensions"},
      {"SpaceBlocks", "SPACE_TO_BATCH_ND, FLOAT32", Values(1, {2, -3}), "block out of range"},
      {"SpaceBlockType", "SPACE_TO_BATCH_ND, FLOAT32",
       All({Type(1, schema::kInt64), Longs(1, {2, 3})}), "of type INT64; expected INT32"},
      {"SpaceBlockCount", "SPACE_TO_BATCH_ND, FLOAT32", Values(1, {2}), "expected [2]"},
      {"SpacePadding", "SPACE_TO_BATCH_ND, FLOAT32", Values(2, {-1, 3, 0, 1}), "padding out of"},
      {"SpaceWide", "SPACE_TO_BATCH_ND, FLOAT32", Values(2, {INT32_MAX, INT32_MAX, 0, 1}),
       "padding out of"},
      {"SpaceRemainder", "SPACE_TO_BATCH_ND, FLOAT32", Values(2, {1, 0, 0, 1}), "does not fit its"},
      {"BatchBlock", "BATCH_TO_SPACE_ND, FLOAT32", Values(1, {5, 3}), "does not fit its"},
      {"BatchBlockHuge", "BATCH_TO_SPACE_ND, UINT8 flat",
       All({Shape(0, {32768, 65535, 1}), Values(1, {32768}), Values(2, {0, 0}),
            Shape(3, {1, 65535, 1})}),
       "expected [1,2147450880,1]"},
      {"BatchCrop", "BATCH_TO_SPACE_ND, FLOAT32", Values(2, {3, 3, 0, 1}), "crops all"},
      {"BatchNegativeCrop", "BATCH_TO_SPACE_ND, FLOAT32", Values(2, {-1, 1, 0, 1}), "crops all"},
      {"BatchOutput", "BATCH_TO_SPACE_ND, FLOAT32", Shape(3, {2, 4, 6, 3}), "expected [2,4,5,3]"},
      {"CumulativeAxis", "CUMSUM, FLOAT32", Values(1, {3}), "dimension that"},
      {"CumulativeType", "CUMSUM, FLOAT32", Type(2, schema::kInt32), "of type INT32"},
      {"ReduceProductOfBytes", "REDUCE_PROD, FLOAT32",
       All({Type(0, schema::kUint8), Type(2, schema::kUint8)}), "of type UINT8"},
      {"ReduceAnyNumber", "REDUCE_ANY, BOOL", Type(0, schema::kInt8), "expected BOOL"},
      {"RemainderByMinusOne", "FLOOR_MOD, INT32", Values(1, {3, -1, 2}), "by 0, by -1"},
      {"RemainderByZero", "FLOOR_MOD, INT64", Longs(1, {0}), "by 0, by -1"},
      {"RemainderComputed", "FLOOR_MOD, INT32", Computed(1), "known only at run time"},
      {"DivisionOfBytes", "FLOOR_DIV, FLOAT32", Type(0, schema::kInt8), "of type INT8"},
      {"PowerOfLongs", "POW, FLOAT32", Type(0, schema::kInt64), "of type INT64"},
      {"SineOfIntegers", "SIN, FLOAT32", Type(0, schema::kInt32), "of type INT32"},
      {"SignOfBytes", "SIGN, FLOAT32", Type(0, schema::kInt8), "of type INT8"},
  };
}

}  // namespace

std::vector<Lie> LiesOfIndexOperators() {
  std::vector<Lie> all = LiesOfComparisons();
  for (const auto& lies : {LiesOfIndices(), LiesOfSizes(), LiesOfParts()}) {
    all.insert(all.end(), lies.begin(), lies.end());
  }
  return all;
}

}  // namespace wasmedge_embed::test
