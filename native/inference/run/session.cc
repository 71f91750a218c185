#include "inference/run/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "inference/run/compiled_model.h"
#include "inference/run/compiled_model_pool.h"

namespace wasmedge_embed {
namespace {

class InferenceTimer {
 public:
  explicit InferenceTimer(Invocation& invocation) noexcept
      : invocation_(invocation), start_(Invocation::Clock::now()) {}
  ~InferenceTimer() { invocation_.add_inference_time(Invocation::Clock::now() - start_); }
  InferenceTimer(const InferenceTimer&) = delete;
  InferenceTimer& operator=(const InferenceTimer&) = delete;

 private:
  Invocation& invocation_;
  const Invocation::Clock::time_point start_;
};

std::optional<size_t> IndexOf(const std::vector<TensorInfo>& tensors,
                              std::string_view name) noexcept {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [name](const TensorInfo& info) { return info.name == name; });
  if (found == tensors.end()) return std::nullopt;
  return static_cast<size_t>(found - tensors.begin());
}

}  // namespace

Session::Session(std::shared_ptr<Model> model, ModelGraph graph, const InferenceOptions& options,
                 SessionBudget* budget)
    : model_(std::move(model)),
      graph_(std::move(graph)),
      options_(options),
      budget_(budget),
      inputs_(graph_.inputs.size()),
      outputs_(graph_.outputs.size()) {
  if (graph_.threads != 0) options_.threads = std::min(graph_.threads, options_.threads);
  Charge();
}

Session::Session(std::shared_ptr<Model> model, const InferenceOptions& options)
    : Session(model, model->graph(), options, nullptr) {}

Session::~Session() {
  if (budget_ != nullptr) budget_->Release(byte_size_);
}

void Session::Charge() {
  uint64_t bytes = graph_.tensor_bytes();
  const uint64_t private_bytes = model_->PrivateBytes(graph_);
  bytes = private_bytes > UINT64_MAX - bytes ? UINT64_MAX : bytes + private_bytes;
  if (budget_ != nullptr) budget_->Change(byte_size_, bytes);
  byte_size_ = bytes;
}

std::optional<size_t> Session::InputIndex(std::string_view name) const noexcept {
  return IndexOf(inputs(), name);
}

std::optional<size_t> Session::OutputIndex(std::string_view name) const noexcept {
  return IndexOf(outputs(), name);
}

bool Session::SetInput(size_t index, const uint8_t* bytes, uint64_t size) {
  if (index >= inputs_.size() || size != inputs()[index].byte_size) return false;
  if (inputs_[index].data() == nullptr) inputs_[index] = AlignedBuffer(size);
  std::memcpy(inputs_[index].data(), bytes, size);
  return true;
}

bool Session::SetInput(size_t index, const std::vector<int32_t>& shape, const uint8_t* bytes,
                       uint64_t size) {
  if (index >= inputs_.size()) return false;
  TensorInfo& input = graph_.inputs[index];
  if (shape == input.shape) return SetInput(index, bytes, size);
  if (!model_->is_hosts()) return false;
  // A tensor for which the file states no dimensions may have any number of them.
  const FileSubgraph& subgraph = model_->file().subgraphs()[graph_.index];
  const size_t rank = subgraph.tensors[static_cast<size_t>(subgraph.inputs[index])].shape.size();
  if (rank != 0 && shape.size() != rank) return false;
  if (shape.size() > TensorShape::kMaximumRank) return false;
  const auto byte_size = TensorByteSize(input.type, shape, kMaximumTensorBytes);
  if (!byte_size || *byte_size != size) return false;
  TensorInfo before = input;
  input.shape = shape;
  input.byte_size = size;
  try {
    Charge();
    inputs_[index] = AlignedBuffer(size);
  } catch (...) {
    input = std::move(before);
    throw;
  }
  std::memcpy(inputs_[index].data(), bytes, size);
  return true;
}

std::optional<size_t> Session::MissingInput() const noexcept {
  const auto found = std::find_if(inputs_.begin(), inputs_.end(), [](const AlignedBuffer& input) {
    return input.data() == nullptr;
  });
  if (found == inputs_.end()) return std::nullopt;
  return static_cast<size_t>(found - inputs_.begin());
}

void Session::Run(Invocation& invocation) {
  const InferenceTimer timer(invocation);
  has_run_ = false;
  if (!model_->keeps_state()) {
    const auto pool = model_->Pool(options_, graph_);
    Run(*pool->Acquire(), invocation);
    return;
  }
  if (own_ == nullptr) own_ = model_->Compile(options_, graph_);
  try {
    own_->ChangeShapes(graph_.input_shapes());
    Run(*own_, invocation);
  } catch (...) {
    own_.reset();
    throw;
  }
}

void Session::Run(CompiledModel& compiled, Invocation& invocation) {
  for (size_t i = 0; i < inputs_.size(); ++i) compiled.SetInput(i, inputs_[i].data());
  CompiledModel::Limits limits;
  if (budget_ != nullptr) {
    limits.output_bytes = budget_->left();
    for (const TensorInfo& output : outputs()) limits.output_bytes += output.byte_size;
    // What the file requires is what the host wants.
    limits.activation_bytes =
        std::max(budget_->activation_bytes(), model_->summary().activation_bytes);
  }
  try {
    compiled.Run(&invocation, limits);
  } catch (const Error&) {
    if (budget_ != nullptr && compiled.outputs_too_large()) budget_->Refuse();
    if (compiled.asked_for_too_much()) ThrowLimit("modelActivationBytes", limits.activation_bytes);
    throw;
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    graph_.outputs[i].shape = compiled.output_shape(i);
    graph_.outputs[i].byte_size = compiled.output_size(i);
  }
  Charge();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const uint64_t size = outputs()[i].byte_size;
    if (outputs_[i].data() == nullptr || outputs_[i].size() != size) {
      outputs_[i] = AlignedBuffer(size);
    }
    compiled.GetOutput(i, outputs_[i].data());
  }
  has_run_ = true;
}

const uint8_t* Session::Output(size_t index) const noexcept {
  return has_run_ && index < outputs_.size() ? outputs_[index].data() : nullptr;
}

}  // namespace wasmedge_embed
