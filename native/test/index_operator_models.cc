#include "test/index_operator_models.h"

#include <string>
#include <utility>

#include "test/operator_model_parts.h"

namespace wasmedge_embed::test {
namespace {

using schema::TensorType;
using Ints = std::vector<int32_t>;

// The first version that LiteRT supports.
constexpr int32_t kBroadcastToVersion = 2;

SpecTensor Number(const std::string& name, const SpecTensor& list) {
  SpecTensor tensor = list;
  tensor.name = name;
  tensor.shape.clear();
  return tensor;
}

/// A list of INT64.
SpecTensor LongList(const std::string& name, const std::vector<int64_t>& values) {
  SpecTensor tensor = MakeList(name, {});
  tensor.type = TensorType::kInt64;
  tensor.shape = {static_cast<int32_t>(values.size())};
  tensor.data = BytesOf(values);
  return tensor;
}

class IndexCatalogue {
 public:
  std::vector<OperatorModel> Make() {
    AddComparisons();
    AddLogic();
    for (const int8_t type : {TensorType::kFloat32, TensorType::kUint8, TensorType::kInt64}) {
      type_ = type;
      AddChoices();
      AddIndexed();
      AddFilled();
      AddBlocks();
    }
    AddArithmetic();
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
  static SpecTensor Bool(const std::string& name, const Ints& shape) {
    return MakeTensor(name, TensorType::kBool, shape);
  }
  static SpecTensor Int(const std::string& name, const Ints& shape) {
    return MakeTensor(name, TensorType::kInt32, shape);
  }

  void AddComparison(int32_t code, uint8_t options_type) {
    Add(code, options_type, {}, {T("left", {2, 3, 4}), T("right", {2, 3, 4})},
        {Bool("output", {2, 3, 4})});
    Add(code, options_type, {}, {T("left", {2, 3, 4}), T("right", {3, 1})},
        {Bool("output", {2, 3, 4})}, " stretched");
  }

  void AddComparisons() {
    for (const int8_t type : {TensorType::kFloat32, TensorType::kInt32, TensorType::kInt64,
                              TensorType::kUint8, TensorType::kInt8}) {
      type_ = type;
      AddComparison(schema::kLess, schema::kLessOptions);
      AddComparison(schema::kEqual, schema::kEqualOptions);
    }
    for (const int8_t type : {TensorType::kFloat32, TensorType::kInt8}) {
      type_ = type;
      AddComparison(schema::kGreater, schema::kGreaterOptions);
      AddComparison(schema::kGreaterEqual, schema::kGreaterEqualOptions);
      AddComparison(schema::kLessEqual, schema::kLessEqualOptions);
      AddComparison(schema::kNotEqual, schema::kNotEqualOptions);
    }
  }

  void AddLogic() {
    type_ = TensorType::kBool;
    AddComparison(schema::kEqual, schema::kEqualOptions);
    AddComparison(schema::kLogicalAnd, schema::kLogicalAndOptions);
    AddComparison(schema::kLogicalOr, schema::kLogicalOrOptions);
    Add(schema::kLogicalNot, schema::kLogicalNotOptions, {}, {T("input", {2, 3})},
        {T("output", {2, 3})});
    for (const int32_t code : {schema::kReduceAny, schema::kReduceAll}) {
      Add(code, schema::kReducerOptions, {int8_t{1}},
          {T("input", {2, 3, 4}), MakeList("axes", {1, -1})}, {T("output", {2, 1, 1})});
    }
  }

  void AddChoices() {
    const Ints shape{2, 3, 4};
    Add(schema::kSelect, schema::kSelectOptions, {},
        {Bool("condition", shape), T("left", shape), T("right", shape)}, {T("output", shape)});
    Add(schema::kSelect, schema::kSelectOptions, {},
        {Bool("condition", {2}), T("left", shape), T("right", shape)}, {T("output", shape)},
        " by row");
    Add(schema::kSelectV2, schema::kSelectV2Options, {},
        {Bool("condition", {3, 1}), T("left", {2, 1, 4}), T("right", {})}, {T("output", shape)});
    Add(schema::kTopkV2, schema::kTopkV2Options, {},
        {T("input", {3, 40}), Number("count", MakeList("count", {5}))},
        {T("values", {3, 5}), Int("places", {3, 5})});
    Add(schema::kTopkV2, schema::kTopkV2Options, {},
        {T("input", {200}), Number("count", MakeList("count", {200}))},
        {T("values", {200}), Int("places", {200})}, " whole");
  }

  void AddIndexed() {
    const Ints shape{5, 3, 4};
    Add(schema::kGatherNd, schema::kGatherNdOptions, {},
        {T("input", shape), Int("indices", {6, 2})}, {T("output", {6, 4})});
    Add(schema::kGatherNd, schema::kGatherNdOptions, {},
        {T("input", shape), MakeTensor("indices", TensorType::kInt64, {2, 1})},
        {T("output", {2, 3, 4})}, " by INT64");
    Add(schema::kScatterNd, schema::kScatterNdOptions, {},
        {Int("indices", {6, 2}), T("updates", {6, 4}), MakeList("shape", shape)},
        {T("output", shape)});
    Add(schema::kOneHot, schema::kOneHotOptions, {int32_t{-1}},
        {Int("indices", {2, 3}), Number("depth", MakeList("depth", {7})), T("on", {}),
         T("off", {})},
        {T("output", {2, 3, 7})});
    Add(schema::kOneHot, schema::kOneHotOptions, {int32_t{0}},
        {MakeTensor("indices", TensorType::kInt64, {4}), Number("depth", MakeList("depth", {3})),
         T("on", {}), T("off", {})},
        {T("output", {3, 4})}, " by INT64");
    if (type_ == TensorType::kInt64) return;
    Add(schema::kEmbeddingLookup, 0, {},
        {Int("indices", {4}), MakeConstant("table", type_, {10, 3, 2})}, {T("output", {4, 3, 2})});
    if (type_ != TensorType::kUint8) return;
    SpecTensor table = MakeConstant("table", TensorType::kInt8, {10, 6});
    Add(schema::kEmbeddingLookup, 0, {}, {Int("indices", {4}), table},
        {MakeTensor("output", TensorType::kFloat32, {4, 6})}, " to FLOAT32");
  }

  void AddFilled() {
    Add(schema::kFill, schema::kFillOptions, {}, {MakeList("shape", {2, 5, 3}), T("value", {})},
        {T("output", {2, 5, 3})});
    Add(schema::kBroadcastTo, schema::kBroadcastToOptions, {},
        {T("input", {3, 1}), MakeList("shape", {2, 3, 4})}, {T("output", {2, 3, 4})});
    models_.back().spec.graph().operators[0].version = kBroadcastToVersion;
    Add(schema::kBroadcastTo, schema::kBroadcastToOptions, {},
        {T("input", {1, 4}), LongList("shape", {3, 4})}, {T("output", {3, 4})}, " by INT64");
    models_.back().spec.graph().operators[0].version = kBroadcastToVersion;
    Add(schema::kTile, schema::kTileOptions, {},
        {T("input", {2, 3, 2}), MakeList("times", {2, 1, 3})}, {T("output", {4, 3, 6})});
    Add(schema::kTile, schema::kTileOptions, {}, {T("input", {3}), LongList("times", {4})},
        {T("output", {12})}, " by INT64");
    Add(schema::kShape, schema::kShapeOptions, {int8_t{TensorType::kInt32}},
        {T("input", {2, 3, 4})}, {Int("output", {3})});
    Add(schema::kReverseV2, schema::kReverseV2Options, {},
        {T("input", {2, 3, 4}), MakeList("axes", {1})}, {T("output", {2, 3, 4})});
    Add(schema::kReverseV2, schema::kReverseV2Options, {},
        {T("input", {2, 3, 4}), MakeList("axes", {-1, 1})}, {T("output", {2, 3, 4})}, " twice");
    Add(schema::kSplitV, schema::kSplitVOptions, {int32_t{3}},
        {T("input", {2, 7}), MakeList("sizes", {1, -1, 2}), Number("axis", MakeList("axis", {1}))},
        {T("first", {2, 1}), T("second", {2, 4}), T("third", {2, 2})});
  }

  void AddBlocks() {
    Add(schema::kSpaceToBatchNd, schema::kSpaceToBatchNdOptions, {},
        {T("input", {2, 4, 5, 3}), MakeList("blocks", {2, 3}), MakePairs("paddings", {1, 1, 0, 1})},
        {T("output", {12, 3, 2, 3})});
    Add(schema::kSpaceToBatchNd, schema::kSpaceToBatchNdOptions, {},
        {T("input", {1, 5, 3}), MakeList("blocks", {2}), MakePairs("paddings", {1, 0})},
        {T("output", {2, 3, 3})}, " flat");
    Add(schema::kBatchToSpaceNd, schema::kBatchToSpaceNdOptions, {},
        {T("input", {12, 3, 2, 3}), MakeList("blocks", {2, 3}), MakePairs("crops", {1, 1, 0, 1})},
        {T("output", {2, 4, 5, 3})});
    Add(schema::kBatchToSpaceNd, schema::kBatchToSpaceNdOptions, {},
        {T("input", {2, 3, 3}), MakeList("blocks", {2}), MakePairs("crops", {1, 0})},
        {T("output", {1, 5, 3})}, " flat");
  }

  void AddRange(const SpecTensor& start, const SpecTensor& limit, const SpecTensor& step,
                int32_t count) {
    type_ = start.type;
    Add(schema::kRange, schema::kRangeOptions, {},
        {Number("start", start), Number("limit", limit), Number("step", step)},
        {T("output", {count})});
  }

  static SpecTensor Float(float value) {
    SpecTensor tensor = MakeTensor("value", TensorType::kFloat32, {1});
    tensor.data = BytesOf(std::vector<float>{value});
    return tensor;
  }

  void AddArithmetic() {
    const Ints shape{2, 3, 4};
    AddRange(MakeList("", {10}), MakeList("", {-3}), MakeList("", {-4}), 4);
    AddRange(LongList("", {0}), LongList("", {9}), LongList("", {2}), 5);
    AddRange(Float(0.5F), Float(2), Float(0.25F), 6);
    for (const int8_t type : {TensorType::kFloat32, TensorType::kInt32}) {
      type_ = type;
      for (const auto& [code, options] :
           {std::pair<int32_t, uint8_t>{schema::kFloorDiv, schema::kFloorDivOptions},
            {schema::kFloorMod, schema::kFloorModOptions},
            {schema::kPow, schema::kPowOptions}}) {
        SpecTensor right = MakeConstant("right", type_, {3, 1});
        if (type_ == TensorType::kInt32) right.data = BytesOf(Ints{3, 7, 2});
        if (type_ == TensorType::kFloat32) right.data = BytesOf(std::vector<float>{3, 0.5F, -2});
        Add(code, options, {}, {T("left", shape), right}, {T("output", shape)});
      }
      Add(schema::kCumsum, schema::kCumsumOptions, {int8_t{1}, int8_t{1}},
          {T("input", shape), Number("axis", MakeList("axis", {-2}))}, {T("output", shape)});
      Add(schema::kReduceProd, schema::kReducerOptions, {int8_t{0}},
          {T("input", shape), MakeList("axes", {0, 2})}, {T("output", {3})});
      Add(schema::kSign, schema::kSignOptions, {}, {T("input", shape)}, {T("output", shape)});
    }
    type_ = TensorType::kInt64;
    SpecTensor right = LongList("right", {5});
    Add(schema::kFloorMod, schema::kFloorModOptions, {}, {T("left", shape), right},
        {T("output", shape)});
    type_ = TensorType::kInt32;
    Add(schema::kBroadcastArgs, 0, {}, {MakeList("left", {2, 1, 4}), MakeList("right", {3, 1})},
        {T("output", {3})});
    type_ = TensorType::kFloat32;
    for (const auto& [code, options] :
         {std::pair<int32_t, uint8_t>{schema::kSin, schema::kNoOptions},
          {schema::kCos, schema::kCosOptions},
          {schema::kLog, schema::kNoOptions},
          {schema::kRound, schema::kNoOptions},
          {schema::kCeil, schema::kNoOptions}}) {
      Add(code, options, {}, {T("input", shape)}, {T("output", shape)});
    }
  }

  int8_t type_ = TensorType::kFloat32;
  std::vector<OperatorModel> models_;
};

}  // namespace

std::vector<OperatorModel> IndexOperatorModels() { return IndexCatalogue().Make(); }

}  // namespace wasmedge_embed::test
