#include "inference/check/host_model_check.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/add_clamped.h"
#include "inference/check/host_model_cost.h"
#include "inference/check/memory_plan.h"
#include "inference/check/model_check.h"
#include "inference/check/model_schema.h"
#include "inference/check/operator_check.h"
#include "inference/check/tensor.h"
#include "inference/check/tensor_check.h"

namespace wasmedge_embed {
namespace {

// The custom operators that LiteRT includes.
constexpr std::string_view kCustomOperators[] = {
    "AudioSpectrogram",
    "Convolution2DTransposeBias",
    "MaxPoolingWithArgmax2D",
    "MaxUnpooling2D",
    "Mfcc",
    "NumericVerify",
    "RandomStandardNormal",
    "RandomUniform",
    "TFLite_Detection_PostProcess",
};

constexpr int32_t kNotGiven = -1;

/// Whether the operator keeps state without a variable tensor.
bool IsStateful(const FileOperatorCode& code) noexcept {
  switch (code.code) {
    case schema::kCustom:
      return code.custom_name == "RandomStandardNormal" || code.custom_name == "RandomUniform";
    case schema::kCallOnce:
    case schema::kHashtable:
    case schema::kHashtableFind:
    case schema::kHashtableImport:
    case schema::kHashtableSize:
    case schema::kVarHandle:
    case schema::kReadVariable:
    case schema::kAssignVariable:
    case schema::kRandomStandardNormal:
    case schema::kRandomUniform:
    case schema::kMultinomial:
    case schema::kStablehloRngBitGenerator:
      return true;
    default:
      return false;
  }
}

/// Whether the kernel supports sparse weights. Others read as many elements as the shape has, which
/// is past the end of the data.
bool TakesSparse(int32_t code, size_t input, int8_t type) noexcept {
  if (code == schema::kDensify) return input == 0;
  return code == schema::kFullyConnected && input == 1 &&
         (type == schema::kFloat32 || type == schema::kInt8);
}

/// Checks one subgraph.
class SubgraphChecker {
 public:
  SubgraphChecker(const ModelFile& file, const FileSubgraph& subgraph, ModelSummary* summary)
      : file_(file), subgraph_(subgraph), summary_(*summary) {}

  void Check();

 private:
  enum class State : uint8_t { kAbsent, kGiven, kComputed };

  void CheckTensor(size_t index);
  void CheckQuantization(size_t index) const;
  void CheckOperator(size_t place);
  size_t TensorIndex(int64_t index, const std::string& label) const;
  std::string Label(size_t index) const { return TensorLabel(subgraph_, index); }
  /// The size of its constant in bytes; 0 if it has none.
  uint64_t DataSize(const FileTensor& tensor) const;
  void GiveEmptyConstants();

  const ModelFile& file_;
  const FileSubgraph& subgraph_;
  ModelSummary& summary_;
  std::vector<State> states_;
  // According to the file's shapes; 0 if a dimension is dynamic.
  std::vector<uint64_t> bytes_;
  // The first and the last operator that use each tensor.
  struct Use {
    size_t first = 0;
    size_t last = 0;
  };
  std::vector<Use> uses_;
};

uint64_t SubgraphChecker::DataSize(const FileTensor& tensor) const {
  if (tensor.buffer == 0) return 0;
  const FileBuffer& buffer = file_.buffers()[tensor.buffer];
  return buffer.is_outside ? buffer.size : buffer.data.size();
}

void SubgraphChecker::CheckTensor(size_t index) {
  const FileTensor& tensor = subgraph_.tensors[index];
  const uint32_t bits = schema::TensorTypeBits(tensor.type);
  const bool is_string = tensor.type == schema::kString;
  const bool is_handle = tensor.type == schema::kResource || tensor.type == schema::kVariant;
  if (bits == 0 && !is_handle && !is_string) {
    RefuseModel("has in its " + Label(index) + " elements of type " +
                schema::TensorTypeName(tensor.type) + ", which is not supported");
  }
  if (tensor.external_buffer != 0) {
    RefuseModel("has its " + Label(index) + " in another file, which is not supported");
  }
  if (tensor.buffer >= file_.buffers().size()) {
    RefuseModel("has its " + Label(index) + " in a buffer that does not exist");
  }
  if (tensor.shape.size() > TensorShape::kMaximumRank) {
    RefuseModel("has its " + Label(index) + " in " + std::to_string(tensor.shape.size()) +
                " dimensions; at most 8 are supported");
  }
  CheckQuantization(index);
  const FileQuantization& quantization = tensor.quantization;
  for (const int32_t each : {quantization.scale_tensor, quantization.zero_point_tensor}) {
    if (each != kNotGiven) TensorIndex(each, "scales or zero points of its " + Label(index));
  }

  bool is_free = false;
  uint64_t total = bits;
  TensorShape shape;
  for (const int32_t size : tensor.shape) {
    shape.Append(size);
    if (size < -1) {
      RefuseModel("has its " + Label(index) + " in a shape with a negative dimension");
    }
    is_free = is_free || size == -1;
    const auto factor = static_cast<uint64_t>(std::max(size, 0));
    if (size > 0 && total > kMaximumTensorBytes * 8 / factor) RefuseSize(subgraph_, index, shape);
    if (size >= 0) total *= factor;
  }
  bytes_[index] = is_free ? 0 : (total + 7) / 8;

  const uint64_t data_size = DataSize(tensor);
  if (tensor.is_sparse && (data_size == 0 || data_size > bytes_[index])) {
    RefuseModel("has " + std::to_string(data_size) + " bytes for its sparse " + Label(index) +
                " of shape " + shape.ToString());
  }
  if (data_size == 0) return;
  if (is_string && !tensor.is_sparse) {
    // Strings have no fixed size; `RequireRunnable` refuses graphs that would read them.
    states_[index] = State::kGiven;
    return;
  }
  if (is_handle || is_free) RefuseModel("has data in its " + Label(index) + " of no fixed size");
  if (!tensor.is_sparse && data_size != bytes_[index]) {
    RefuseModel("has " + std::to_string(data_size) + " bytes for its " + Label(index) +
                " of shape " + shape.ToString() + "; expected " + std::to_string(bytes_[index]));
  }
  states_[index] = State::kGiven;
}

/// Kernels abort the process on values computed from invalid scales, and read as many zero points
/// as there are scales. Constants may have a scale of 0, or close to it, if they contain only
/// zeros.
void SubgraphChecker::CheckQuantization(size_t index) const {
  const FileTensor& tensor = subgraph_.tensors[index];
  const FileQuantization& quantization = tensor.quantization;
  if (quantization.zero_points.size() != quantization.scales.size()) {
    RefuseModel("has different numbers of scales and zero points for its " + Label(index));
  }
  const bool is_computed = IsScaled(tensor.type) && DataSize(tensor) == 0;
  for (const float scale : quantization.scales) {
    const bool is_usable =
        is_computed ? std::isnormal(scale) && scale > 0 : std::isfinite(scale) && scale >= 0;
    if (!is_usable) RefuseModel("has a scale that is not above 0 for its " + Label(index));
  }
}

size_t SubgraphChecker::TensorIndex(int64_t index, const std::string& label) const {
  if (index < 0 || static_cast<uint64_t>(index) >= subgraph_.tensors.size()) {
    RefuseModel("names tensor " + std::to_string(index) + " as " + label + "; it has " +
                std::to_string(subgraph_.tensors.size()) + " tensors");
  }
  return static_cast<size_t>(index);
}

/// A constant without elements has no data: a RESHAPE to a scalar takes the shape [] from one.
void SubgraphChecker::GiveEmptyConstants() {
  std::vector<bool> is_written(subgraph_.tensors.size());
  for (const FileOperator& op : subgraph_.operators) {
    for (const int32_t output : op.outputs) {
      if (output >= 0 && static_cast<size_t>(output) < is_written.size()) {
        is_written[static_cast<size_t>(output)] = true;
      }
    }
  }
  for (size_t index = 0; index < is_written.size(); ++index) {
    const FlatVector<int32_t>& shape = subgraph_.tensors[index].shape;
    const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    if (is_empty && !is_written[index]) states_[index] = State::kGiven;
  }
}

void SubgraphChecker::Check() {
  states_.assign(subgraph_.tensors.size(), State::kAbsent);
  bytes_.assign(subgraph_.tensors.size(), 0);
  uses_.assign(subgraph_.tensors.size(), {});
  const size_t end = subgraph_.operators.size();
  MemoryPlan plan;
  for (size_t index = 0; index < subgraph_.tensors.size(); ++index) {
    CheckTensor(index);
    if (subgraph_.tensors[index].is_variable) {
      states_[index] = State::kGiven;
      plan.Add(bytes_[index], 0, end);
    }
  }
  GiveEmptyConstants();
  for (const int32_t input : subgraph_.inputs) {
    const size_t index = TensorIndex(input, "an input");
    if (DataSize(subgraph_.tensors[index]) != 0) RefuseModel("has data in its " + Label(index));
    states_[index] = State::kGiven;
    plan.Add(bytes_[index], 0, end);
  }
  for (size_t place = 0; place < end; ++place) CheckOperator(place);
  for (const int32_t output : subgraph_.outputs) {
    const size_t index = TensorIndex(output, "an output");
    if (states_[index] == State::kAbsent) RefuseModel("never computes its output, " + Label(index));
    if (subgraph_.tensors[index].is_sparse) {
      RefuseModel("has sparse weights as an output, " + Label(index));
    }
    uses_[index].last = end;
  }
  for (size_t index = 0; index < states_.size(); ++index) {
    if (states_[index] == State::kComputed) {
      plan.Add(bytes_[index], uses_[index].first, uses_[index].last);
    }
  }
  summary_.activation_bytes = AddClamped(summary_.activation_bytes, plan.Bytes());
}

void SubgraphChecker::CheckOperator(size_t place) {
  const FileOperator& op = subgraph_.operators[place];
  if (op.code_index >= file_.operator_codes().size()) {
    RefuseModel("has an operator (" + std::to_string(place) + ") with an undefined operator code");
  }
  const FileOperatorCode& code = file_.operator_codes()[op.code_index];
  const std::string label =
      "operator " + std::to_string(place) + " (" + schema::OperatorName(code.code) + ")";
  if (code.code < 0 || code.code == schema::kDelegate ||
      code.code == schema::kPlaceholderForGreaterOpCodes) {
    RefuseModel("has an operator that does not belong in a model file, " + label);
  }
  if (op.large_options_size > file_.size() ||
      op.large_options_offset > file_.size() - op.large_options_size) {
    RefuseModel("has options outside its file for its " + label);
  }
  for (const int32_t subgraph : op.subgraphs) {
    if (subgraph < 0 || static_cast<size_t>(subgraph) >= file_.subgraphs().size()) {
      RefuseModel("calls a graph that does not exist, with its " + label);
    }
  }
  for (size_t place_of_input = 0; place_of_input < op.inputs.size(); ++place_of_input) {
    const int32_t input = op.inputs[place_of_input];
    if (input == kNotGiven) continue;
    const size_t index = TensorIndex(input, "an input of " + label);
    if (states_[index] == State::kAbsent) {
      RefuseModel("computes its " + Label(index) + " later than " + label + " needs it, or never");
    }
    const FileTensor& tensor = subgraph_.tensors[index];
    if (tensor.is_sparse && !TakesSparse(code.code, place_of_input, tensor.type)) {
      RefuseModel("passes sparse weights, its " + Label(index) + ", to " + label);
    }
    uses_[index].last = place;
    const uint64_t data_size = DataSize(tensor);
    summary_.weight_bytes = AddClamped(summary_.weight_bytes, data_size);
  }
  for (const int32_t each : op.intermediates) {
    if (each != kNotGiven) TensorIndex(each, "an intermediate of " + label);
  }
  for (const int32_t output : op.outputs) {
    // Kernels write to all their outputs without checking.
    if (output == kNotGiven) RefuseModel("lacks an output of its " + label);
    const size_t index = TensorIndex(output, "an output of " + label);
    if (states_[index] != State::kAbsent) {
      RefuseModel("writes its " + Label(index) + " by " + label +
                  ", although it is a constant, an input, or written already");
    }
    states_[index] = State::kComputed;
    uses_[index] = {place, place};
  }
  const OperatorCost cost = EstimateCost(subgraph_, op, code.code);
  summary_.multiply_accumulates =
      AddClamped(summary_.multiply_accumulates, cost.multiply_accumulates);
  summary_.other_elements = AddClamped(summary_.other_elements, cost.other_elements);
}

/// LiteRT follows calls to any depth, on the stack of the thread that runs the model.
class CallChecker {
 public:
  explicit CallChecker(const ModelFile& file)
      : file_(file), marks_(file.subgraphs().size(), Mark::kNew), depths_(marks_.size()) {}

  void Check() {
    for (size_t index = 0; index < marks_.size(); ++index) Visit(index);
  }

 private:
  enum class Mark : uint8_t { kNew, kEntered, kDone };
  static constexpr size_t kMaximumDepth = 64;

  /// Returns the depth of the calls from there. The recursion here is also limited to the allowed
  /// depth.
  size_t Visit(size_t index, size_t depth_above = 0) {
    if (marks_[index] == Mark::kEntered) {
      RefuseModel("has a graph that calls itself, graph " + std::to_string(index));
    }
    if (marks_[index] == Mark::kNew && depth_above <= kMaximumDepth) {
      marks_[index] = Mark::kEntered;
      for (const FileOperator& op : file_.subgraphs()[index].operators) {
        for (const int32_t called : op.subgraphs) {
          const size_t depth = Visit(static_cast<size_t>(called), depth_above + 1);
          depths_[index] = std::max(depths_[index], depth + 1);
        }
      }
      marks_[index] = Mark::kDone;
    }
    if (marks_[index] == Mark::kNew || depth_above + depths_[index] > kMaximumDepth) {
      RefuseModel("has graphs that call each other more than " + std::to_string(kMaximumDepth) +
                  " deep");
    }
    return depths_[index];
  }

  const ModelFile& file_;
  std::vector<Mark> marks_;
  std::vector<size_t> depths_;
};

void CheckTables(const ModelFile& file) {
  if (file.version() != schema::kVersion) {
    RefuseModel("is of version " + std::to_string(file.version()) + " of the schema; expected 3");
  }
  if (file.subgraphs().empty()) RefuseModel("has no graph");
  if (file.buffers().empty()) RefuseModel("has no list of buffers");
  if (file.has_external_buffers()) {
    RefuseModel("has weights in other files, which is not supported");
  }
  for (const FileBuffer& buffer : file.buffers()) {
    if (buffer.size > file.size() || buffer.offset > file.size() - buffer.size) {
      RefuseModel("has weights outside of its file");
    }
  }
  for (const FileMetadata& metadata : file.metadata()) {
    if (metadata.buffer >= file.buffers().size()) {
      RefuseModel("has metadata in a buffer that does not exist");
    }
    if (metadata.name == schema::kCompiledStamp) {
      RefuseModel("is compiled for an accelerator; expected the original model");
    }
  }
  for (const FileSignature& signature : file.signatures()) {
    if (signature.subgraph >= file.subgraphs().size()) {
      RefuseModel("has a signature without a graph");
    }
  }
}

}  // namespace

void RequireRunnable(const ModelFile& file, size_t graph) {
  std::vector<bool> is_reached(file.subgraphs().size());
  std::vector<size_t> left = {graph};
  while (!left.empty()) {
    const size_t index = left.back();
    left.pop_back();
    if (is_reached[index]) continue;
    is_reached[index] = true;
    const FileSubgraph& subgraph = file.subgraphs()[index];
    for (size_t i = 0; i < subgraph.tensors.size(); ++i) {
      if (subgraph.tensors[i].type == schema::kString) {
        RefuseModel("has strings in its " + TensorLabel(subgraph, i) +
                    " (type STRING), which are not supported");
      }
    }
    for (size_t place = 0; place < subgraph.operators.size(); ++place) {
      const FileOperator& op = subgraph.operators[place];
      const FileOperatorCode& code = file.operator_codes()[op.code_index];
      if (code.code == schema::kCustom &&
          std::find(std::begin(kCustomOperators), std::end(kCustomOperators), code.custom_name) ==
              std::end(kCustomOperators)) {
        RefuseModel("has an operator (" + std::to_string(place) +
                    ") that LiteRT does not include, \"" + Printable(code.custom_name) + "\"");
      }
      for (const int32_t called : op.subgraphs) left.push_back(static_cast<size_t>(called));
    }
  }
}

ModelSummary CheckHostModel(const ModelFile& file) {
  CheckTables(file);
  ModelSummary summary;
  summary.static_shapes = false;
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    ++summary.subgraphs;
    summary.tensors += subgraph.tensors.size();
    summary.operators += subgraph.operators.size();
    SubgraphChecker(file, subgraph, &summary).Check();
  }
  if (file.subgraphs()[0].outputs.empty()) RefuseModel("has no output");
  CallChecker(file).Check();
  // Arithmetic takes time, which other limits bound; nothing else bounds memory.
  ModelLimits limits = ModelLimits::Own();
  limits.arithmetic = UINT64_MAX;
  limits.weight_bytes = UINT64_MAX;
  RequireWithin(summary, limits);
  return summary;
}

bool KeepsState(const ModelFile& file) {
  for (const FileOperatorCode& code : file.operator_codes()) {
    if (IsStateful(code)) return true;
  }
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    const bool has_variable =
        std::any_of(subgraph.tensors.begin(), subgraph.tensors.end(),
                    [](const FileTensor& tensor) { return tensor.is_variable; });
    if (has_variable) return true;
  }
  return false;
}

std::vector<int32_t> InputsTakenOver(const ModelFile& file, size_t graph) {
  // The activations and the cells of the previous step.
  constexpr size_t kStates[] = {1, 4};
  constexpr size_t kLstmInputs = 5;
  const FileSubgraph& subgraph = file.subgraphs()[graph];
  std::vector<int32_t> taken;
  for (const FileOperator& op : subgraph.operators) {
    const int32_t code = file.operator_codes()[op.code_index].code;
    if (code != schema::kLstm || op.inputs.size() != kLstmInputs) continue;
    for (const size_t state : kStates) {
      const int32_t tensor = op.inputs[state];
      const auto& inputs = subgraph.inputs;
      if (std::find(inputs.begin(), inputs.end(), tensor) != inputs.end()) taken.push_back(tensor);
    }
  }
  return taken;
}

}  // namespace wasmedge_embed
