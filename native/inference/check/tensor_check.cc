#include "inference/check/tensor_check.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "inference/check/model_schema.h"
#include "inference/check/tensor.h"

namespace wasmedge_embed {
namespace {

/// The stored values that may represent 0.
std::pair<int64_t, int64_t> ZeroPointRange(int8_t type) noexcept {
  switch (type) {
    case schema::kUint8:
      return {0, UINT8_MAX};
    case schema::kInt8:
      return {INT8_MIN, INT8_MAX};
    case schema::kInt16:
      return {INT16_MIN, INT16_MAX};
    case schema::kInt4:
      return {-8, 7};
    default:
      return {0, 0};
  }
}

/// Biases are INT32 and INT64: nothing computes with their scales, which in honest files become 0
/// if a channel's weights are all 0.
bool IsUsableScale(float scale, int8_t type) noexcept {
  if (type == schema::kInt32 || type == schema::kInt64) return std::isfinite(scale) && scale >= 0;
  return std::isnormal(scale) && scale > 0;
}

/// Checks one tensor.
class TensorChecker {
 public:
  TensorChecker(const ModelFile& file, const FileSubgraph& subgraph, size_t index)
      : file_(file), subgraph_(subgraph), index_(index), stated_(subgraph.tensors[index]) {}

  CheckedTensor Check() {
    tensor_.file = &stated_;
    tensor_.type = stated_.type;
    tensor_.variable = stated_.is_variable;
    CheckKind();
    CheckShape();
    CheckData();
    CheckQuantization();
    return tensor_;
  }

 private:
  void CheckKind() const;
  void CheckShape();
  void CheckData();
  void CheckQuantization() const;
  std::string Label() const { return TensorLabel(subgraph_, index_); }

  const ModelFile& file_;
  const FileSubgraph& subgraph_;
  const size_t index_;
  const FileTensor& stated_;
  CheckedTensor tensor_;
};

void TensorChecker::CheckKind() const {
  if (stated_.has_variants || stated_.type == schema::kResource ||
      stated_.type == schema::kVariant) {
    RefuseModel("keeps state in its " + Label() + ", which is not supported");
  }
  if (schema::TensorTypeBits(stated_.type) == 0) {
    RefuseModel("has in its " + Label() + " elements of type " +
                schema::TensorTypeName(stated_.type) + ", which is not supported");
  }
  if (stated_.is_sparse) {
    RefuseModel("has its " + Label() + " in a sparse form, which is not supported");
  }
  if (stated_.external_buffer != 0) {
    RefuseModel("has its " + Label() + " in another file, which is not supported");
  }
  if (stated_.buffer >= file_.buffers().size()) {
    RefuseModel("has its " + Label() + " in a buffer that does not exist");
  }
}

void TensorChecker::CheckShape() {
  const FlatVector<int32_t>& sizes = stated_.shape;
  if (sizes.size() > TensorShape::kMaximumRank) {
    RefuseModel("has its " + Label() + " in " + std::to_string(sizes.size()) +
                " dimensions; at most 8 are supported");
  }
  for (const int32_t size : sizes) tensor_.shape.Append(size);
  if (std::any_of(tensor_.shape.begin(), tensor_.shape.end(),
                  [](int64_t size) { return size < 0; })) {
    RefuseModel("has its " + Label() + " in a shape that is not fixed, " +
                tensor_.shape.ToString() +
                ". Convert it with fixed shapes (for example a batch size of 1)");
  }
  const FlatVector<int32_t>& signature = stated_.shape_signature;
  bool agrees = signature.empty() || signature.size() == sizes.size();
  for (size_t axis = 0; agrees && axis < signature.size(); ++axis) {
    agrees = signature[axis] == -1 || signature[axis] == sizes[axis];
  }
  if (!agrees) RefuseModel("states two shapes for its " + Label());

  // A tensor that nothing uses may be empty.
  const uint32_t bits = schema::TensorTypeBits(stated_.type);
  uint64_t total = bits;
  for (const int64_t size : tensor_.shape) {
    if (size != 0 && total > kMaximumTensorBytes * 8 / static_cast<uint64_t>(size)) {
      RefuseSize(subgraph_, index_, tensor_.shape);
    }
    total *= static_cast<uint64_t>(size);
  }
  tensor_.elements = total / bits;
  tensor_.bytes = (total + 7) / 8;
}

void TensorChecker::CheckData() {
  const FlatVector<uint8_t>& data = file_.buffers()[stated_.buffer].data;
  if (data.empty()) return;
  if (stated_.is_variable) RefuseModel("has data in a variable, its " + Label());
  if (data.size() != tensor_.bytes) {
    RefuseModel("has " + std::to_string(data.size()) + " bytes for its " + Label() + " of shape " +
                tensor_.shape.ToString() + "; expected " + std::to_string(tensor_.bytes));
  }
  tensor_.data = data.data();
  tensor_.fixed = true;
}

void TensorChecker::CheckQuantization() const {
  const FileQuantization& quantization = stated_.quantization;
  const auto refuse = [&](const char* reason) { RefuseModel(reason + (" for its " + Label())); };
  if (quantization.details_type != 0) refuse("has a quantization that is not supported");
  const size_t count = quantization.scales.size();
  if (quantization.zero_points.size() != count) {
    refuse("has different numbers of scales and zero points");
  }
  if (count == 0) return;
  const auto dimension = static_cast<uint32_t>(quantization.dimension);
  if (dimension >= std::max<size_t>(tensor_.shape.rank(), 1)) {
    refuse("has a quantized dimension out of range");
  }
  if (count != 1 &&
      (tensor_.shape.rank() == 0 || tensor_.shape[dimension] != static_cast<int64_t>(count))) {
    refuse("has a number of scales that does not match the quantized dimension");
  }
  for (const float scale : quantization.scales) {
    if (!IsUsableScale(scale, stated_.type)) refuse("has a scale that is not above 0");
  }
  const auto [least, most] = ZeroPointRange(stated_.type);
  for (const int64_t zero_point : quantization.zero_points) {
    if (zero_point < least || zero_point > most) refuse("has a zero point out of range");
  }
}

}  // namespace

std::vector<CheckedTensor> CheckTensors(const ModelFile& file, const FileSubgraph& subgraph) {
  std::vector<CheckedTensor> tensors;
  tensors.reserve(subgraph.tensors.size());
  for (size_t index = 0; index < subgraph.tensors.size(); ++index) {
    tensors.push_back(TensorChecker(file, subgraph, index).Check());
  }
  return tensors;
}

std::string Printable(std::string_view name) {
  constexpr size_t kMaximumLength = 80;
  std::string text(name.substr(0, kMaximumLength));
  std::replace_if(
      text.begin(), text.end(), [](char character) { return character < ' ' || character > '~'; },
      '?');
  return name.size() > kMaximumLength ? text + "..." : text;
}

std::string TensorLabel(const FileSubgraph& subgraph, size_t index) {
  std::string label = "tensor " + std::to_string(index);
  for (size_t i = 0; i < subgraph.inputs.size(); ++i) {
    if (subgraph.inputs[i] == static_cast<int64_t>(index)) label = "input " + std::to_string(i);
  }
  return label + " (\"" + Printable(subgraph.tensors[index].name) + "\")";
}

void RefuseModel(const std::string& reason) {
  throw Error(ErrorCode::kModel, "The model " + reason + ".");
}

void RefuseSize(const FileSubgraph& subgraph, size_t index, const TensorShape& shape) {
  RefuseModel("has its " + TensorLabel(subgraph, index) +
              " in a shape that is empty or larger than 2 GiB, " + shape.ToString());
}

}  // namespace wasmedge_embed
