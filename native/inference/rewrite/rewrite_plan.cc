#include "inference/rewrite/rewrite_plan.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "inference/check/model_schema.h"
#include "inference/rewrite/model_rewrite.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kSpareGrowth = size_t{64} << 10;

/// Bytes of constants in the file, and whether the rewrite changes them.
struct Range {
  const uint8_t* begin;
  const uint8_t* end;
  bool changes;
};

}  // namespace

void LeaveAsItIs(std::string reason) { throw LeftAsItIs{std::move(reason)}; }

void ChangedConstant::Convert(uint8_t* converted) const {
  switch (role) {
    case TensorRole::kWeights:
      WeightConverter::Convert(data.data(), layout, zero_point, inexact, converted);
      return;
    case TensorRole::kBias:
      for (const InexactChannel& each : inexact) {
        int32_t value = 0;
        std::memcpy(&value, data.data() + each.channel * sizeof(value), sizeof(value));
        // The step is above 1: it fits.
        value = static_cast<int32_t>(std::lrint(static_cast<double>(value) / each.step));
        std::memcpy(converted + each.channel * sizeof(value), &value, sizeof(value));
      }
      return;
    default:
      for (size_t i = 0; i < data.size(); ++i) converted[i] = data[i] ^ kHighestBit;
  }
}

RewritePlan::RewritePlan(const uint8_t* bytes, size_t size, const ModelFile& file)
    : bytes_(bytes),
      file_(file),
      graph_(file.subgraphs()[0]),
      patch_(size, 2 * size + kSpareGrowth),
      roles_(graph_.tensors.size(), TensorRole::kNone) {
  if (file.subgraphs().size() != 1) LeaveAsItIs("has several graphs");
}

std::string RewritePlan::Label(const FileOperator& op) const {
  return "operator " + std::to_string(&op - graph_.operators.data()) + " (" +
         schema::OperatorName(Code(op)) + ")";
}

bool RewritePlan::IsUint8(int32_t index) const {
  return index >= 0 && Tensor(index).type == schema::kUint8;
}

bool RewritePlan::Take(size_t index, TensorRole role) {
  if (roles_[index] != TensorRole::kNone) return false;
  roles_[index] = role;
  return true;
}

bool RewritePlan::HasActivations() const {
  return std::find(roles_.begin(), roles_.end(), TensorRole::kActivation) != roles_.end();
}

void RewritePlan::SetInt8(const FileTensor& tensor) {
  patch_.SetByte(tensor.table.FieldPosition(schema::tensor::kType), schema::kInt8);
}

void RewritePlan::SetQuantization(const FileTensor& tensor, const std::vector<float>& scales,
                                  const std::vector<int64_t>& zero_points, int32_t dimension) {
  patch_.Refer(tensor.table.FieldPosition(schema::tensor::kQuantization),
               patch_.AppendQuantization(scales, zero_points, dimension));
}

void RewritePlan::SetShape(const FileTensor& tensor, const std::vector<int32_t>& shape) {
  patch_.Refer(tensor.table.FieldPosition(schema::tensor::kShape), patch_.AppendIntegers(shape));
}

void RewritePlan::Replace(const FileTensor& tensor, size_t size, const std::vector<int32_t>& shape,
                          Fill fill) {
  const ModelPatch::Space space = patch_.AppendSpace(size);
  patch_.ReferToSpace(file_.buffers()[tensor.buffer].table.FieldPosition(schema::buffer::kData),
                      space);
  replacements_.emplace_back(space, std::move(fill));
  SetShape(tensor, shape);
}

void RewritePlan::RequireUnshared() const {
  std::vector<size_t> tables;
  for (size_t index = 0; index < roles_.size(); ++index) {
    const FlatTable& table = graph_.tensors[index].table;
    if (roles_[index] != TensorRole::kNone) tables.push_back(table.position());
  }
  std::sort(tables.begin(), tables.end());
  if (std::adjacent_find(tables.begin(), tables.end()) != tables.end()) {
    LeaveAsItIs("describes two tensors at the same place in its file");
  }

  std::vector<Range> ranges;
  const auto add = [&](const FlatVector<uint8_t>& data, bool changes) {
    if (!data.empty()) ranges.push_back({data.data(), data.data() + data.size(), changes});
  };
  // Changed constants are among the tensors' constants as well, and must occur only once.
  std::vector<const uint8_t*> changed;
  for (const ChangedConstant& constant : constants_) changed.push_back(constant.data.data());
  std::sort(changed.begin(), changed.end());
  for (const FileTensor& tensor : graph_.tensors) {
    const FlatVector<uint8_t> data = Data(tensor);
    add(data, std::binary_search(changed.begin(), changed.end(), data.data()));
  }
  for (const FileMetadata& metadata : file_.metadata()) {
    add(file_.buffers()[metadata.buffer].data, false);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& left, const Range& right) { return left.begin < right.begin; });
  // Overlapping ranges are merged.
  const uint8_t* end = nullptr;
  bool changes = false;
  for (const Range& range : ranges) {
    const bool overlaps = end != nullptr && range.begin < end;
    if (overlaps && (changes || range.changes)) LeaveAsItIs("uses a constant for several tensors");
    changes = overlaps ? changes : range.changes;
    end = overlaps ? std::max(end, range.end) : range.end;
  }
}

PageBuffer RewritePlan::Apply() const {
  std::vector<ModelPatch::Range> unused;
  for (const ChangedConstant& constant : constants_) {
    const auto begin = static_cast<size_t>(constant.data.data() - bytes_);
    // Of a bias that stays in its place, not all changes.
    const bool is_whole = constant.replaced || constant.role != TensorRole::kBias;
    if (is_whole) unused.push_back({begin, begin + constant.data.size()});
  }
  PageBuffer rewritten = patch_.Apply(bytes_, std::move(unused));
  for (const ChangedConstant& constant : constants_) {
    if (constant.replaced) continue;
    constant.Convert(rewritten.data() + (constant.data.data() - bytes_));
  }
  for (const auto& [space, fill] : replacements_) {
    fill(rewritten.data() + patch_.PositionOf(space));
  }
  return rewritten;
}

}  // namespace wasmedge_embed
