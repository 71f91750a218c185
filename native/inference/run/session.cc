#include "inference/run/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

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

Session::Session(std::shared_ptr<Model> model, const InferenceOptions& options)
    : model_(std::move(model)),
      options_(options),
      inputs_(model_->inputs().size()),
      outputs_(model_->outputs().size()) {}

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
  const CompiledModelPool::Lease compiled_model = model_->Pool(options_).Acquire();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    compiled_model->SetInput(i, inputs_[i].data());
  }
  compiled_model->Run(&invocation);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].data() == nullptr) outputs_[i] = AlignedBuffer(outputs()[i].byte_size);
    compiled_model->GetOutput(i, outputs_[i].data());
  }
  has_run_ = true;
}

const uint8_t* Session::Output(size_t index) const noexcept {
  return has_run_ && index < outputs_.size() ? outputs_[index].data() : nullptr;
}

}  // namespace wasmedge_embed
