#include "inference/model_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "inference/model_reader.h"
#include "inference/model_schema.h"
#include "inference/operator_check.h"

namespace wasmedge_embed {
namespace {

// LiteRT and its kernels count a tensor's bytes in 32 bits here and there.
constexpr uint64_t kMaximumTensorBytes = INT32_MAX;
// Metadata by which TensorFlow Lite orders operators that keep state.
constexpr std::string_view kControlDependencies = "model_control_dependencies";
// Metadata of models that are compiled for an accelerator.
constexpr std::string_view kCompiledStamp = "LiteRtStamp";

[[noreturn]] void Refuse(const std::string& reason) {
  throw Error(ErrorCode::kModel, "The model " + reason + ".");
}

[[noreturn]] void RefuseLimit(const std::string& what, uint64_t value, uint64_t limit,
                              const char* name) {
  throw Error(ErrorCode::kLimit,
              "The model " + what + " " + std::to_string(value) + "; the limit is " +
                  std::to_string(limit) + ".",
              name);
}

uint64_t AddClamped(uint64_t left, uint64_t right) noexcept {
  return left > UINT64_MAX - right ? UINT64_MAX : left + right;
}

/// A name out of the file, fit for a message.
std::string Printable(std::string_view name) {
  constexpr size_t kMaximumLength = 80;
  std::string text(name.substr(0, kMaximumLength));
  std::replace_if(
      text.begin(), text.end(), [](char character) { return character < ' ' || character > '~'; },
      '?');
  return name.size() > kMaximumLength ? text + "..." : text;
}

/// The stored values that may stand for 0.
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

/// Biases are of INT32 and INT64: nothing computes with their scales, which in honest files vanish
/// where a channel's weights are all 0.
bool IsUsableScale(float scale, int8_t type) noexcept {
  if (type == schema::kInt32 || type == schema::kInt64) return std::isfinite(scale) && scale >= 0;
  return std::isnormal(scale) && scale > 0;
}

/// Checks one subgraph after the other and sums up what they take.
class Checker {
 public:
  Checker(const ModelFile& file, const ModelLimits& limits) : file_(file), limits_(limits) {}

  ModelSummary Check();

 private:
  enum class State : uint8_t { kAbsent, kConstant, kInput, kComputed };

  void CheckTables() const;
  void CheckSubgraph(const FileSubgraph& subgraph);
  void CheckTensors();
  void CheckKind(size_t index) const;
  void CheckShape(size_t index);
  void CheckData(size_t index);
  void CheckQuantization(size_t index) const;
  void CheckInputs();
  void CheckOperatorAt(size_t place);
  void CheckOutputs() const;
  void CheckSignature(const FileSignature& signature) const;
  void CheckWork() const;
  size_t TensorIndex(int64_t index, const std::string& label) const;
  std::string TensorLabel(size_t index) const;
  [[noreturn]] void RefuseSize(size_t index) const;

  const ModelFile& file_;
  const ModelLimits& limits_;
  ModelSummary summary_;
  uint64_t temporary_bytes_ = 0;
  // Of the subgraph at hand.
  const FileSubgraph* subgraph_ = nullptr;
  std::vector<CheckedTensor> tensors_;
  std::vector<State> states_;
};

ModelSummary Checker::Check() {
  CheckTables();
  for (const FileSubgraph& subgraph : file_.subgraphs()) CheckSubgraph(subgraph);
  for (const FileSignature& signature : file_.signatures()) CheckSignature(signature);
  summary_.activation_bytes = AddClamped(summary_.activation_bytes, temporary_bytes_);
  CheckWork();
  return summary_;
}

void Checker::CheckTables() const {
  if (file_.version() != schema::kVersion) {
    Refuse("is of version " + std::to_string(file_.version()) + " of the schema; expected 3");
  }
  if (file_.subgraphs().empty()) Refuse("has no graph");
  if (file_.buffers().empty()) Refuse("has no list of buffers");
  if (file_.has_external_buffers()) Refuse("has weights in other files, which is not supported");
  for (const FileBuffer& buffer : file_.buffers()) {
    if (buffer.is_outside) Refuse("has weights behind its tables, which is not supported");
  }
  if (!file_.buffers()[0].data.empty()) Refuse("has data in buffer 0, which must be empty");
  for (const FileMetadata& metadata : file_.metadata()) {
    if (metadata.buffer >= file_.buffers().size()) Refuse("has metadata in a buffer that it lacks");
    if (metadata.name == kControlDependencies) {
      Refuse("orders its operators by control dependencies, which is not supported");
    }
    if (metadata.name == kCompiledStamp) {
      Refuse("is compiled for an accelerator; expected the model that it was made of");
    }
  }
}

void Checker::CheckSubgraph(const FileSubgraph& subgraph) {
  subgraph_ = &subgraph;
  ++summary_.subgraphs;
  summary_.tensors += subgraph.tensors.size();
  summary_.operators += subgraph.operators.size();
  const size_t arguments = subgraph.inputs.size() + subgraph.outputs.size();
  if (arguments > limits_.arguments) {
    RefuseLimit("has more inputs and outputs than is allowed:", arguments, limits_.arguments,
                "arguments");
  }
  CheckTensors();
  CheckInputs();
  for (size_t index = 0; index < subgraph.operators.size(); ++index) CheckOperatorAt(index);
  CheckOutputs();
}

size_t Checker::TensorIndex(int64_t index, const std::string& label) const {
  if (index < 0 || static_cast<uint64_t>(index) >= tensors_.size()) {
    Refuse("names tensor " + std::to_string(index) + " as " + label + "; it has " +
           std::to_string(tensors_.size()) + " tensors");
  }
  return static_cast<size_t>(index);
}

std::string Checker::TensorLabel(size_t index) const {
  std::string label = "tensor " + std::to_string(index);
  for (size_t i = 0; i < subgraph_->inputs.size(); ++i) {
    if (subgraph_->inputs[i] == static_cast<int64_t>(index)) label = "input " + std::to_string(i);
  }
  return label + " (\"" + Printable(subgraph_->tensors[index].name) + "\")";
}

void Checker::CheckTensors() {
  tensors_.clear();
  tensors_.reserve(subgraph_->tensors.size());
  states_.assign(subgraph_->tensors.size(), State::kAbsent);
  for (size_t index = 0; index < subgraph_->tensors.size(); ++index) {
    CheckedTensor& tensor = tensors_.emplace_back();
    tensor.file = &subgraph_->tensors[index];
    tensor.type = tensor.file->type;
    CheckKind(index);
    CheckShape(index);
    CheckData(index);
    CheckQuantization(index);
  }
}

void Checker::CheckKind(size_t index) const {
  const FileTensor& tensor = subgraph_->tensors[index];
  if (tensor.is_variable || tensor.has_variants || tensor.type == schema::kResource ||
      tensor.type == schema::kVariant) {
    Refuse("keeps state in its " + TensorLabel(index) + ", which is not supported");
  }
  if (schema::TensorTypeBits(tensor.type) == 0) {
    Refuse("has in its " + TensorLabel(index) + " elements of type " +
           schema::TensorTypeName(tensor.type) + ", which is not supported");
  }
  if (tensor.is_sparse) {
    Refuse("has its " + TensorLabel(index) + " in a sparse form, which is not supported");
  }
  if (tensor.external_buffer != 0) {
    Refuse("has its " + TensorLabel(index) + " in another file, which is not supported");
  }
  if (tensor.buffer >= file_.buffers().size()) {
    Refuse("has its " + TensorLabel(index) + " in a buffer that it lacks");
  }
}

void Checker::CheckShape(size_t index) {
  CheckedTensor& tensor = tensors_[index];
  const FlatVector<int32_t>& stated = tensor.file->shape;
  if (stated.size() > TensorShape::kMaximumRank) {
    Refuse("has its " + TensorLabel(index) + " in " + std::to_string(stated.size()) +
           " dimensions; at most 8 are supported");
  }
  for (const int32_t size : stated) tensor.shape.Append(size);
  if (std::any_of(tensor.shape.begin(), tensor.shape.end(),
                  [](int64_t size) { return size < 0; })) {
    Refuse("has its " + TensorLabel(index) + " in a shape that is not fixed, " +
           tensor.shape.ToString() +
           ". Convert it with fixed shapes (for example a batch size of 1)");
  }
  const FlatVector<int32_t>& signature = tensor.file->shape_signature;
  bool agrees = signature.empty() || signature.size() == stated.size();
  for (size_t axis = 0; agrees && axis < signature.size(); ++axis) {
    agrees = signature[axis] == -1 || signature[axis] == stated[axis];
  }
  if (!agrees) Refuse("states two shapes for its " + TensorLabel(index));

  // A tensor that nothing uses may be empty.
  const uint32_t bits = schema::TensorTypeBits(tensor.type);
  uint64_t total = bits;
  for (const int64_t size : tensor.shape) {
    if (size != 0 && total > kMaximumTensorBytes * 8 / static_cast<uint64_t>(size)) {
      RefuseSize(index);
    }
    total *= static_cast<uint64_t>(size);
  }
  tensor.elements = total / bits;
  tensor.bytes = (total + 7) / 8;
}

void Checker::CheckData(size_t index) {
  CheckedTensor& tensor = tensors_[index];
  const FlatVector<uint8_t>& data = file_.buffers()[tensor.file->buffer].data;
  if (data.empty()) return;
  if (data.size() != tensor.bytes) {
    Refuse("has " + std::to_string(data.size()) + " bytes for its " + TensorLabel(index) +
           " of shape " + tensor.shape.ToString() + "; expected " + std::to_string(tensor.bytes));
  }
  tensor.data = data.data();
  tensor.fixed = true;
  states_[index] = State::kConstant;
}

void Checker::CheckQuantization(size_t index) const {
  const CheckedTensor& tensor = tensors_[index];
  const FileQuantization& quantization = tensor.quantization();
  const auto refuse = [&](const char* reason) {
    Refuse(reason + (" for its " + TensorLabel(index)));
  };
  if (quantization.details_type != 0) refuse("has a quantization that is not supported");
  const size_t count = quantization.scales.size();
  if (quantization.zero_points.size() != count) {
    refuse("has different numbers of scales and zero points");
  }
  if (count == 0) return;
  const auto dimension = static_cast<uint32_t>(quantization.dimension);
  if (dimension >= std::max<size_t>(tensor.shape.rank(), 1)) {
    refuse("has a quantized dimension out of range");
  }
  if (count != 1 &&
      (tensor.shape.rank() == 0 || tensor.shape[dimension] != static_cast<int64_t>(count))) {
    refuse("has another number of scales than the quantized dimension");
  }
  for (const float scale : quantization.scales) {
    if (!IsUsableScale(scale, tensor.type)) refuse("has a scale that is not above 0");
  }
  const auto [least, most] = ZeroPointRange(tensor.type);
  for (const int64_t zero_point : quantization.zero_points) {
    if (zero_point < least || zero_point > most) refuse("has a zero point out of range");
  }
}

void Checker::RefuseSize(size_t index) const {
  Refuse("has its " + TensorLabel(index) + " in a shape that is empty or larger than 2 GiB, " +
         tensors_[index].shape.ToString());
}

void Checker::CheckInputs() {
  for (size_t i = 0; i < subgraph_->inputs.size(); ++i) {
    const size_t index = TensorIndex(subgraph_->inputs[i], "an input");
    if (tensors_[index].elements == 0) RefuseSize(index);
    if (states_[index] == State::kConstant) Refuse("has data in its " + TensorLabel(index));
    if (states_[index] == State::kInput) Refuse("names an input twice: " + TensorLabel(index));
    states_[index] = State::kInput;
    summary_.activation_bytes = AddClamped(summary_.activation_bytes, tensors_[index].bytes);
  }
}

void Checker::CheckOperatorAt(size_t place) {
  const FileOperator& op = subgraph_->operators[place];
  if (op.code_index >= file_.operator_codes().size()) {
    Refuse("has an operator (" + std::to_string(place) + ") of a code that it lacks");
  }
  const int32_t code = file_.operator_codes()[op.code_index].code;
  std::string label = "operator " + std::to_string(place) + " (" + schema::OperatorName(code) + ")";

  std::vector<const CheckedTensor*> inputs;
  inputs.reserve(op.inputs.size());
  for (const int32_t input : op.inputs) {
    constexpr int32_t kNotGiven = -1;
    if (input == kNotGiven) {
      inputs.push_back(nullptr);
      continue;
    }
    const size_t index = TensorIndex(input, "an input of " + label);
    if (tensors_[index].elements == 0) RefuseSize(index);
    if (states_[index] == State::kAbsent) {
      Refuse("computes its " + TensorLabel(index) + " later than " + label + " needs it, or never");
    }
    if (tensors_[index].fixed) {
      summary_.weight_bytes = AddClamped(summary_.weight_bytes, tensors_[index].bytes);
    }
    inputs.push_back(&tensors_[index]);
  }

  std::vector<const CheckedTensor*> outputs;
  outputs.reserve(op.outputs.size());
  for (const int32_t output : op.outputs) {
    const size_t index = TensorIndex(output, "an output of " + label);
    if (tensors_[index].elements == 0) RefuseSize(index);
    if (states_[index] != State::kAbsent) {
      Refuse("writes its " + TensorLabel(index) + " by " + label +
             ", although it is a constant, an input, or written already");
    }
    states_[index] = State::kComputed;
    summary_.activation_bytes = AddClamped(summary_.activation_bytes, tensors_[index].bytes);
    outputs.push_back(&tensors_[index]);
  }

  if (code == schema::kDequantize && !op.inputs.empty() && inputs[0] != nullptr) {
    for (const int32_t output : op.outputs) {
      tensors_[static_cast<size_t>(output)].fixed = inputs[0]->fixed;
    }
  }

  const OperatorView view(op, std::move(label), std::move(inputs), std::move(outputs));
  const OperatorCost cost = CheckOperator(view, op, code, limits_);
  summary_.multiply_accumulates =
      AddClamped(summary_.multiply_accumulates, cost.multiply_accumulates);
  summary_.other_elements = AddClamped(summary_.other_elements, cost.other_elements);
  summary_.activation_bytes = AddClamped(summary_.activation_bytes, cost.kept_bytes);
  temporary_bytes_ = std::max(temporary_bytes_, cost.temporary_bytes);
}

void Checker::CheckOutputs() const {
  if (subgraph_->outputs.empty()) Refuse("has no output");
  std::vector<bool> seen(tensors_.size());
  for (const int32_t output : subgraph_->outputs) {
    const size_t index = TensorIndex(output, "an output");
    if (seen[index]) Refuse("names an output twice: " + TensorLabel(index));
    seen[index] = true;
    if (states_[index] == State::kInput) {
      Refuse("gives an input back as an output, which LiteRT cannot do: " + TensorLabel(index));
    }
    if (states_[index] != State::kComputed) {
      Refuse("never computes its output, " + TensorLabel(index));
    }
  }
}

void Checker::CheckSignature(const FileSignature& signature) const {
  if (signature.subgraph >= file_.subgraphs().size()) Refuse("has a signature of no graph");
  if (!signature.has_key) Refuse("has a signature without a key");
  const FileSubgraph& subgraph = file_.subgraphs()[signature.subgraph];
  const auto check = [](const std::vector<FileArgument>& arguments,
                        const FlatVector<int32_t>& tensors) {
    std::vector<int64_t> named;
    std::vector<std::string_view> names;
    for (const FileArgument& argument : arguments) {
      named.push_back(argument.tensor);
      names.push_back(argument.name);
    }
    std::vector<int64_t> expected(tensors.size());
    for (size_t i = 0; i < expected.size(); ++i) expected[i] = tensors[i];
    std::sort(named.begin(), named.end());
    std::sort(expected.begin(), expected.end());
    if (named != expected) Refuse("has a signature of other inputs or outputs than its graph");
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end() ||
        (!names.empty() && names[0].empty())) {
      Refuse("has a signature that names two arguments alike, or one not at all");
    }
  };
  check(signature.inputs, subgraph.inputs);
  check(signature.outputs, subgraph.outputs);
}

void Checker::CheckWork() const {
  const auto check = [](uint64_t value, uint64_t limit, const char* what, const char* name) {
    if (value > limit) RefuseLimit(what, value, limit, name);
  };
  check(summary_.arithmetic(), limits_.arithmetic,
        "asks for more arithmetic than is allowed, in multiply-accumulates:", "arithmetic");
  check(summary_.activation_bytes, limits_.activation_bytes,
        "asks for more memory for its results than is allowed, in bytes:", "activationBytes");
  check(summary_.weight_bytes, limits_.weight_bytes,
        "asks for more memory for its weights than is allowed, in bytes:", "weightBytes");
}

}  // namespace

bool HasModelIdentifier(const uint8_t* bytes, size_t size) noexcept {
  constexpr size_t kHeaderSize = 8;
  return size >= kHeaderSize && std::memcmp(bytes + 4, "TFL3", 4) == 0;
}

ModelSummary CheckModel(const uint8_t* bytes, size_t size, const ModelLimits& limits) {
  if (size > limits.model_bytes) {
    RefuseLimit("is larger than is allowed, in bytes:", size, limits.model_bytes, "modelBytes");
  }
  const ModelFile file(bytes, size, {limits.subgraphs, limits.tensors, limits.operators});
  return Checker(file, limits).Check();
}

}  // namespace wasmedge_embed
