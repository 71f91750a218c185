#include "inference/check/model_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/add_clamped.h"
#include "base/error.h"
#include "inference/check/memory_plan.h"
#include "inference/check/model_reader.h"
#include "inference/check/model_schema.h"
#include "inference/check/operator_check.h"
#include "inference/check/tensor_check.h"

namespace wasmedge_embed {
namespace {

// Metadata with which TensorFlow Lite orders stateful operators.
constexpr std::string_view kControlDependencies = "model_control_dependencies";

/// `hint` follows the numbers: empty, or what a user can do.
[[noreturn]] void RefuseLimit(const std::string& what, uint64_t value, uint64_t limit,
                              const char* name, const std::string& hint = {}) {
  throw Error(ErrorCode::kLimit,
              "The model " + what + " " + std::to_string(value) + "; the limit is " +
                  std::to_string(limit) + "." + hint,
              name);
}

/// Checks the subgraphs one by one and sums up their costs.
class Checker {
 public:
  Checker(const ModelFile& file, const ModelLimits& limits) : file_(file), limits_(limits) {}

  ModelSummary Check();

 private:
  enum class State : uint8_t { kAbsent, kConstant, kVariable, kInput, kComputed };

  void CheckTables() const;
  void CheckSubgraph(const FileSubgraph& subgraph);
  void CheckInputs();
  void CheckOperatorAt(size_t place);
  void CheckOutputs();
  void CheckSignature(const FileSignature& signature) const;
  /// The total size of the current subgraph's results.
  uint64_t ResultBytes() const;
  size_t TensorIndex(int64_t index, const std::string& label) const;
  std::string Label(size_t index) const { return TensorLabel(*subgraph_, index); }
  /// A tensor that is used must not be empty.
  void RequireElements(size_t index) const;

  const ModelFile& file_;
  const ModelLimits& limits_;
  ModelSummary summary_;
  // Of the current subgraph.
  const FileSubgraph* subgraph_ = nullptr;
  std::vector<CheckedTensor> tensors_;
  std::vector<State> states_;
  /// The operators that use each tensor first (as an output, or as an input of the graph) and last.
  std::vector<size_t> first_uses_;
  std::vector<size_t> last_uses_;
  /// The temporary memory of each operator while it runs.
  std::vector<uint64_t> temporary_bytes_;
};

ModelSummary Checker::Check() {
  summary_.subgraphs = file_.subgraphs().size();
  RequireWithin(summary_, limits_);
  CheckTables();
  for (const FileSubgraph& subgraph : file_.subgraphs()) CheckSubgraph(subgraph);
  for (const FileSignature& signature : file_.signatures()) CheckSignature(signature);
  RequireWithin(summary_, limits_);
  return summary_;
}

void Checker::CheckTables() const {
  if (file_.version() != schema::kVersion) {
    RefuseModel("is of version " + std::to_string(file_.version()) + " of the schema; expected 3");
  }
  if (file_.subgraphs().empty()) RefuseModel("has no graph");
  if (file_.buffers().empty()) RefuseModel("has no list of buffers");
  if (file_.has_external_buffers()) {
    RefuseModel("has weights in other files, which is not supported");
  }
  for (const FileBuffer& buffer : file_.buffers()) {
    if (buffer.is_outside) RefuseModel("has weights after its tables, which is not supported");
  }
  if (!file_.buffers()[0].data.empty()) RefuseModel("has data in buffer 0, which must be empty");
  for (const FileMetadata& metadata : file_.metadata()) {
    if (metadata.buffer >= file_.buffers().size()) {
      RefuseModel("has metadata in a buffer that does not exist");
    }
    if (metadata.name == kControlDependencies) {
      RefuseModel("orders its operators by control dependencies, which is not supported");
    }
    if (metadata.name == schema::kCompiledStamp) {
      RefuseModel("is compiled for an accelerator; expected the original model");
    }
  }
}

void Checker::CheckSubgraph(const FileSubgraph& subgraph) {
  subgraph_ = &subgraph;
  summary_.tensors += subgraph.tensors.size();
  summary_.operators += subgraph.operators.size();
  const size_t arguments = subgraph.inputs.size() + subgraph.outputs.size();
  if (arguments > limits_.arguments) {
    RefuseLimit("has more inputs and outputs than allowed:", arguments, limits_.arguments,
                "arguments");
  }
  tensors_ = CheckTensors(file_, subgraph);
  states_.clear();
  for (const CheckedTensor& tensor : tensors_) {
    states_.push_back(tensor.constant() ? State::kConstant
                      : tensor.variable ? State::kVariable
                                        : State::kAbsent);
  }
  first_uses_.assign(tensors_.size(), 0);
  last_uses_.assign(tensors_.size(), 0);
  temporary_bytes_.assign(subgraph.operators.size(), 0);
  CheckInputs();
  for (size_t index = 0; index < subgraph.operators.size(); ++index) CheckOperatorAt(index);
  CheckOutputs();
  summary_.activation_bytes = AddClamped(summary_.activation_bytes, ResultBytes());
}

uint64_t Checker::ResultBytes() const {
  MemoryPlan plan;
  const size_t last = subgraph_->operators.size();
  for (size_t index = 0; index < tensors_.size(); ++index) {
    if (states_[index] == State::kInput || states_[index] == State::kVariable) {
      plan.Add(tensors_[index].bytes, 0, last);
    } else if (states_[index] == State::kComputed) {
      // Results that are the same in every run are kept from the first one on.
      const bool is_kept = tensors_[index].fixed;
      plan.Add(tensors_[index].bytes, is_kept ? 0 : first_uses_[index],
               is_kept ? last : last_uses_[index]);
    }
  }
  for (size_t place = 0; place < temporary_bytes_.size(); ++place) {
    if (temporary_bytes_[place] != 0) plan.Add(temporary_bytes_[place], place, place);
  }
  return plan.Bytes();
}

size_t Checker::TensorIndex(int64_t index, const std::string& label) const {
  if (index < 0 || static_cast<uint64_t>(index) >= tensors_.size()) {
    RefuseModel("names tensor " + std::to_string(index) + " as " + label + "; it has " +
                std::to_string(tensors_.size()) + " tensors");
  }
  return static_cast<size_t>(index);
}

void Checker::RequireElements(size_t index) const {
  if (tensors_[index].elements == 0) RefuseSize(*subgraph_, index, tensors_[index].shape);
}

void Checker::CheckInputs() {
  for (size_t i = 0; i < subgraph_->inputs.size(); ++i) {
    const size_t index = TensorIndex(subgraph_->inputs[i], "an input");
    RequireElements(index);
    if (states_[index] == State::kConstant) RefuseModel("has data in its " + Label(index));
    if (states_[index] == State::kVariable) RefuseModel("has a variable as its " + Label(index));
    if (states_[index] == State::kInput) RefuseModel("names an input twice: " + Label(index));
    states_[index] = State::kInput;
  }
}

void Checker::CheckOperatorAt(size_t place) {
  const FileOperator& op = subgraph_->operators[place];
  if (op.code_index >= file_.operator_codes().size()) {
    RefuseModel("has an operator (" + std::to_string(place) + ") with an undefined operator code");
  }
  const int32_t code = file_.operator_codes()[op.code_index].code;
  std::string label = "operator " + std::to_string(place) + " (" + schema::OperatorName(code) + ")";

  std::vector<const CheckedTensor*> inputs;
  inputs.reserve(op.inputs.size());
  constexpr int32_t kNotGiven = -1;
  for (const int32_t input : op.inputs) {
    if (input == kNotGiven) {
      inputs.push_back(nullptr);
      continue;
    }
    const size_t index = TensorIndex(input, "an input of " + label);
    RequireElements(index);
    if (states_[index] == State::kAbsent) {
      RefuseModel("computes its " + Label(index) + " later than " + label + " needs it, or never");
    }
    if (tensors_[index].fixed) {
      summary_.weight_bytes = AddClamped(summary_.weight_bytes, tensors_[index].bytes);
    }
    last_uses_[index] = place;
    inputs.push_back(&tensors_[index]);
  }

  std::vector<const CheckedTensor*> outputs;
  outputs.reserve(op.outputs.size());
  for (const int32_t output : op.outputs) {
    const size_t index = TensorIndex(output, "an output of " + label);
    RequireElements(index);
    if (states_[index] != State::kAbsent) {
      RefuseModel("writes its " + Label(index) + " by " + label +
                  ", although it is a constant, a variable, an input, or written already");
    }
    states_[index] = State::kComputed;
    first_uses_[index] = place;
    last_uses_[index] = place;
    outputs.push_back(&tensors_[index]);
  }

  if (code == schema::kDequantize && !op.inputs.empty() && inputs[0] != nullptr) {
    for (const int32_t output : op.outputs) {
      tensors_[static_cast<size_t>(output)].fixed = inputs[0]->fixed;
    }
  }

  std::vector<const CheckedTensor*> intermediates;
  for (const int32_t each : op.intermediates) {
    const bool is_given = each != kNotGiven;
    intermediates.push_back(is_given ? &tensors_[TensorIndex(each, "an intermediate of " + label)]
                                     : nullptr);
  }

  const OperatorView view(op, std::move(label), std::move(inputs), std::move(outputs),
                          std::move(intermediates));
  const OperatorCost cost = CheckOperator(view, op, code, limits_);
  summary_.multiply_accumulates =
      AddClamped(summary_.multiply_accumulates, cost.multiply_accumulates);
  summary_.other_elements = AddClamped(summary_.other_elements, cost.other_elements);
  summary_.activation_bytes = AddClamped(summary_.activation_bytes, cost.kept_bytes);
  temporary_bytes_[place] = cost.temporary_bytes;
  if (cost.unchecked) summary_.static_shapes = false;
}

void Checker::CheckOutputs() {
  if (subgraph_->outputs.empty()) RefuseModel("has no output");
  std::vector<bool> seen(tensors_.size());
  for (const int32_t output : subgraph_->outputs) {
    const size_t index = TensorIndex(output, "an output");
    if (seen[index]) RefuseModel("names an output twice: " + Label(index));
    seen[index] = true;
    if (states_[index] == State::kInput) {
      RefuseModel("returns an input as an output, which only the host's models may do: " +
                  Label(index));
    }
    if (states_[index] != State::kComputed) {
      RefuseModel("never computes its output, " + Label(index));
    }
    last_uses_[index] = subgraph_->operators.size();
  }
}

void Checker::CheckSignature(const FileSignature& signature) const {
  if (signature.subgraph >= file_.subgraphs().size())
    RefuseModel("has a signature without a graph");
  if (!signature.has_key) RefuseModel("has a signature without a key");
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
    if (named != expected)
      RefuseModel("has a signature whose inputs or outputs differ from its graph's");
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end() ||
        (!names.empty() && names[0].empty())) {
      RefuseModel("has a signature with duplicate or missing argument names");
    }
  };
  check(signature.inputs, subgraph.inputs);
  check(signature.outputs, subgraph.outputs);
}

}  // namespace

void RequireWithin(const ModelSummary& summary, const ModelLimits& limits) {
  const auto require = [](uint64_t value, uint64_t limit, const char* what, const char* name,
                          const std::string& hint) {
    if (value > limit) RefuseLimit(what, value, limit, name, hint);
  };
  // The host's models have no such options: these are the options for its guests.
  const auto hint = [&](const char* name) {
    return limits.unchecked_operators ? std::string()
                                      : std::string(" Raise limits.") + name + " to allow it.";
  };
  require(summary.subgraphs, limits.subgraphs, "has more subgraphs than allowed:", "modelSubgraphs",
          hint("modelSubgraphs"));
  require(summary.arithmetic(), limits.arithmetic,
          "requires more multiply-accumulates than allowed:", "modelArithmetic",
          hint("modelArithmetic"));
  require(summary.activation_bytes, limits.activation_bytes,
          "requires more bytes for its results than allowed:", "modelActivationBytes",
          hint("modelActivationBytes"));
  require(summary.weight_bytes, limits.weight_bytes,
          "requires more bytes for its weights than allowed:", "modelWeightBytes", {});
}

ModelSummary CheckModel(const uint8_t* bytes, size_t size, const ModelLimits& limits) {
  if (size > limits.model_bytes) {
    RefuseLimit("has more bytes than allowed:", size, limits.model_bytes, "modelBytes");
  }
  // Reads as many subgraphs as anybody may have, so that the error message contains their number.
  const size_t subgraphs = std::max(limits.subgraphs, ModelLimits::Own().subgraphs);
  const ModelFile file(bytes, size, {subgraphs, limits.tensors, limits.operators});
  return Checker(file, limits).Check();
}

}  // namespace wasmedge_embed
