#include "inference/run/output_reader.h"

#include <cstring>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/run/litert_library.h"

namespace wasmedge_embed {
namespace {

namespace tflite = litert::tflite;

// Set within `Compiling`, for the accelerator, to which LiteRT does not say who compiles.
thread_local OutputReader* current_reader = nullptr;

litert::Status GetName(const litert::AcceleratorT*, const char** name) {
  *name = "wasmedge-embed";
  return litert::kStatusOk;
}

litert::Status GetVersion(const litert::AcceleratorT*, litert::Version* version) {
  *version = {1, 0, 0};
  return litert::kStatusOk;
}

litert::Status GetHardwareSupport(const litert::AcceleratorT*, int* hardware) {
  *hardware = litert::kAcceleratorCpu;
  return litert::kStatusOk;
}

litert::Status CompilesJustInTime(const litert::AcceleratorT*, bool* compiles) {
  *compiles = false;
  return litert::kStatusOk;
}

}  // namespace

OutputReader::OutputReader(std::vector<int32_t> tensors, const std::vector<MemoryGuard::Use>& uses,
                           IsStopped is_stopped, void* run)
    : memory_(uses),
      is_stopped_(is_stopped),
      run_(run),
      tensors_(std::move(tensors)),
      outputs_(tensors_.size()) {
  delegate_.data = this;
  delegate_.prepare = &Prepare;
  delegate_.flags = tflite::Delegate::kAllowDynamicTensors;
}

void OutputReader::Start(uint64_t byte_limit) noexcept {
  byte_limit_ = byte_limit;
  has_read_ = false;
  was_too_large_ = false;
}

const litert::CustomKernel& OutputReader::PlaceHolder() noexcept {
  static constexpr litert::CustomKernel kernel{
      [](void*, const void*, size_t) { return litert::kStatusOk; },
      [](void*, size_t, const litert::Layout*, size_t, litert::Layout*) {
        return litert::kStatusOk;
      },
      [](void*, size_t, litert::TensorBufferT* const*, size_t, litert::TensorBufferT**) {
        return litert::kStatusOk;
      },
      [](void*) { return litert::kStatusOk; },
  };
  return kernel;
}

litert::Status OutputReader::Register(const litert::Api& api, litert::EnvironmentT* environment) {
  litert::AcceleratorT* accelerator = nullptr;
  if (const auto status = api.CreateAccelerator(&accelerator)) return status;
  api.SetAcceleratorGetName(accelerator, &GetName);
  api.SetAcceleratorGetVersion(accelerator, &GetVersion);
  api.SetAcceleratorGetHardwareSupport(accelerator, &GetHardwareSupport);
  api.SetIsAcceleratorDelegateResponsibleForJitCompilation(accelerator, &CompilesJustInTime);
  api.SetDelegateFunction(accelerator, &GiveDelegate);
  return api.RegisterAccelerator(environment, accelerator, nullptr, nullptr);
}

OutputReader::Compiling::Compiling(OutputReader* reader) noexcept { current_reader = reader; }

OutputReader::Compiling::~Compiling() { current_reader = nullptr; }

litert::Status OutputReader::GiveDelegate(void* /*runtime*/, litert::EnvironmentT*,
                                          const litert::AcceleratorT*, litert::OptionsT*,
                                          litert::DelegateWrapperT** wrapper) {
  *wrapper = nullptr;
  if (current_reader == nullptr) return litert::kStatusOk;
  return litert::Library::Get().api().WrapDelegate(
      &current_reader->delegate_, [](tflite::Delegate*) {}, wrapper);
}

tflite::Status OutputReader::Prepare(tflite::Context* context,
                                     tflite::Delegate* delegate) noexcept {
  try {
    return ReplaceOperators(context, delegate);
  } catch (const std::exception&) {
    // Out of memory: nothing is thrown through LiteRT's frames.
    return tflite::kError;
  }
}

tflite::Status OutputReader::ReplaceOperators(tflite::Context* context,
                                              tflite::Delegate* delegate) {
  tflite::IntArray* plan = nullptr;
  if (context->GetExecutionPlan(context, &plan) != tflite::kOk) return tflite::kError;
  // Replacing one changes the plan. None: another graph of the model.
  std::vector<int> loops;
  int reader = -1;
  for (const int place : *plan) {
    tflite::Node* node = nullptr;
    tflite::Registration* registration = nullptr;
    if (context->GetNodeAndRegistration(context, place, &node, &registration) != tflite::kOk) {
      return tflite::kError;
    }
    if (!static_cast<OutputReader*>(delegate->data)->operands_.Watch(registration)) {
      return tflite::kError;
    }
    if (registration->builtin_code != tflite::kBuiltinCustom ||
        registration->custom_name == nullptr ||
        std::string_view(registration->custom_name) != kOperator) {
      continue;
    }
    if (node->inputs->size > 0) {
      reader = place;
    } else {
      loops.push_back(place);
    }
  }
  const bool has_reader = reader >= 0;
  static_cast<OutputReader*>(delegate->data)->memory_.Watch(context, has_reader);
  tflite::Registration kernel{};
  kernel.init = &GetReader;
  kernel.free = [](tflite::Context*, void*) {};
  kernel.prepare = [](tflite::Context*, tflite::Node*) { return tflite::kOk; };
  kernel.builtin_code = tflite::kBuiltinDelegate;
  kernel.custom_name = kOperator;
  kernel.version = 1;
  const auto replace = [&](int place) {
    const tflite::IntArray nodes{1, {place}};
    return context->ReplaceNodeSubsetsWithDelegateKernels(context, kernel, &nodes, delegate);
  };
  kernel.invoke = &InvokeInLoop;
  for (const int place : loops) {
    if (const tflite::Status status = replace(place)) return status;
  }
  kernel.invoke = &Invoke;
  return has_reader ? replace(reader) : tflite::kOk;
}

void* OutputReader::GetReader(tflite::Context*, const char* parameters, size_t) {
  return reinterpret_cast<const tflite::DelegateParameters*>(parameters)->delegate->data;
}

tflite::Status OutputReader::Invoke(tflite::Context* context, tflite::Node* node) noexcept {
  try {
    auto* reader = static_cast<OutputReader*>(node->data);
    return reader->Read(*context) ? tflite::kOk : tflite::kError;
  } catch (const std::exception&) {
    // Out of memory: nothing is thrown through LiteRT's frames.
    return tflite::kError;
  }
}

tflite::Status OutputReader::InvokeInLoop(tflite::Context*, tflite::Node* node) noexcept {
  const auto* reader = static_cast<const OutputReader*>(node->data);
  return reader->is_stopped_(reader->run_) ? tflite::kError : tflite::kOk;
}

bool OutputReader::Read(const tflite::Context& context) {
  uint64_t total = 0;
  for (const int32_t index : tensors_) total += context.tensors[index].byte_size;
  if (total > byte_limit_) {
    was_too_large_ = true;
    return false;
  }
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const tflite::Tensor& tensor = context.tensors[tensors_[i]];
    Output& output = outputs_[i];
    output.shape.assign(tensor.dimensions->begin(), tensor.dimensions->end());
    output.byte_size = tensor.byte_size;
    if (output.bytes.data() == nullptr || output.bytes.size() < tensor.byte_size) {
      output.bytes = AlignedBuffer(tensor.byte_size);
    }
    if (tensor.byte_size > 0) std::memcpy(output.bytes.data(), tensor.data, tensor.byte_size);
  }
  has_read_ = true;
  return true;
}

}  // namespace wasmedge_embed
