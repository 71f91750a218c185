#include "inference/run/compiled_model.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "inference/rewrite/model_rewrite.h"
#include "inference/run/litert_library.h"
#include "inference/run/litert_log.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kSignature = 0;

const char* KernelMode(Kernels kernels) {
  switch (kernels) {
    case Kernels::kXnnpack:
      return "delegate";
    case Kernels::kBuiltin:
      return "builtin";
    case Kernels::kReference:
      return "reference";
  }
  return "delegate";
}

litert::Owned<litert::OptionsT> MakeOptions(const litert::Api& api, const InferenceOptions& options,
                                            const litert::LogCapture& log) {
  litert::OptionsT* raw = nullptr;
  litert::Check(api.CreateOptions(&raw), "make options", log);
  litert::Owned<litert::OptionsT> made(raw, api.DestroyOptions);
  litert::Check(api.SetOptionsHardwareAccelerators(raw, litert::kAcceleratorCpu),
                "choose the processor", log);

  // The options of the processor are TOML text.
  const std::string text = "num_threads = " + std::to_string(options.threads) +
                           "\nkernel_mode = \"" + KernelMode(options.kernels) + "\"\n";
  std::unique_ptr<char, void (*)(void*)> payload(strdup(text.c_str()), std::free);
  if (payload == nullptr) throw std::bad_alloc();
  litert::OpaqueOptionsT* raw_opaque = nullptr;
  litert::Check(api.CreateOpaqueOptions("xnnpack", payload.get(), std::free, &raw_opaque),
                "make options for the processor", log);
  payload.release();
  litert::Owned<litert::OpaqueOptionsT> opaque(raw_opaque, api.DestroyOpaqueOptions);
  litert::Check(api.AddOpaqueOptions(raw, raw_opaque), "set options for the processor", log);
  opaque.release();
  return made;
}

/// Between guests and a model, in either direction.
void CopyBytes(const LiteRtModel::Argument& tensor, const uint8_t* from, uint8_t* to) noexcept {
  if (!tensor.flipped) {
    std::memcpy(to, from, tensor.info.byte_size);
    return;
  }
  std::transform(from, from + tensor.info.byte_size, to,
                 [](uint8_t byte) { return static_cast<uint8_t>(byte ^ kHighestBit); });
}

/// The same with copies of channels behind those of each point.
void CopyPoints(const LiteRtModel::Argument& tensor, const uint8_t* from, uint8_t* to) noexcept {
  const auto channels = static_cast<size_t>(tensor.info.shape.back());
  const uint8_t* const end = from + tensor.info.byte_size;
  const ChannelCopies& copies = tensor.copies;
  // A picture and one copy, what there mostly is: a point is a number of 32 bits, of which the
  // first three bytes are its own. The last point has no fourth byte to read.
  if (channels == 3 && copies.size() == 1) {
    const uint32_t shift = 8 * copies[0];
    for (; from + sizeof(uint32_t) <= end; from += channels, to += sizeof(uint32_t)) {
      uint32_t point = 0;
      std::memcpy(&point, from, sizeof(point));
      point = ((point & 0xFFFFFF) | (point >> shift << 24)) ^ 0x80808080;
      std::memcpy(to, &point, sizeof(point));
    }
  }
  for (; from < end; from += channels) {
    for (size_t channel = 0; channel < channels; ++channel) *to++ = from[channel] ^ kHighestBit;
    for (const uint32_t channel : copies) *to++ = from[channel] ^ kHighestBit;
  }
}

}  // namespace

CompiledModel::CompiledModel(const LiteRtModel& model, const InferenceOptions& options)
    : model_(model), handle_(nullptr, nullptr) {
  const auto lock = litert::Library::Get().Lock();
  try {
    MakeBuffers(model.inputs(), &inputs_, &arguments_);
    MakeBuffers(model.outputs(), &outputs_, &results_);
    Compile(options);
  } catch (...) {
    // Under the lock still, unlike the members' destructors.
    handle_.reset();
    buffers_.clear();
    throw;
  }
}

void CompiledModel::MakeBuffers(const std::vector<LiteRtModel::Argument>& tensors,
                                std::vector<AlignedBuffer>* memory,
                                std::vector<litert::TensorBufferT*>* arguments) {
  const litert::Api& api = litert::Library::Get().api();
  litert::LogCapture log;
  arguments->resize(tensors.size());
  for (const LiteRtModel::Argument& tensor : tensors) {
    const AlignedBuffer& bytes = memory->emplace_back(tensor.byte_size);
    litert::TensorBufferT* buffer = nullptr;
    litert::Check(api.CreateTensorBufferFromHostMemory(&tensor.type, bytes.data(), bytes.size(),
                                                       nullptr, &buffer),
                  "make a tensor buffer", log);
    buffers_.emplace_back(buffer, api.DestroyTensorBuffer);
    (*arguments)[tensor.place] = buffer;
  }
}

void CompiledModel::Compile(const InferenceOptions& options) {
  const litert::Library& library = litert::Library::Get();
  const litert::Api& api = library.api();
  litert::LogCapture log;
  const auto litert_options = MakeOptions(api, options, log);
  litert::CompiledModelT* handle = nullptr;
  litert::Check(api.CreateCompiledModel(library.environment(), model_.handle(),
                                        litert_options.get(), &handle),
                "compile the model", log);
  handle_ = litert::Owned<litert::CompiledModelT>(handle, api.DestroyCompiledModel);
  litert::Check(api.SetCompiledModelCancellationFunction(handle_.get(), this, &IsStopped),
                "set the cancellation function", log);
}

CompiledModel::~CompiledModel() {
  const auto lock = litert::Library::Get().Lock();
  handle_.reset();
  buffers_.clear();
}

bool CompiledModel::IsStopped(void* compiled_model) noexcept {
  Invocation* invocation = static_cast<CompiledModel*>(compiled_model)->invocation_;
  return invocation != nullptr && invocation->CheckStop() != StopReason::kNone;
}

void CompiledModel::SetInput(size_t index, const uint8_t* bytes) noexcept {
  const LiteRtModel::Argument& input = model_.inputs()[index];
  if (input.copies.empty()) {
    CopyBytes(input, bytes, inputs_[index].data());
  } else {
    CopyPoints(input, bytes, inputs_[index].data());
  }
}

void CompiledModel::GetOutput(size_t index, uint8_t* bytes) const noexcept {
  CopyBytes(model_.outputs()[index], outputs_[index].data(), bytes);
}

void CompiledModel::Run(Invocation* invocation) {
  const litert::Api& api = litert::Library::Get().api();
  litert::LogCapture log;
  failed_ = true;
  invocation_ = invocation;
  litert::Check(api.RunCompiledModel(handle_.get(), kSignature, arguments_.size(),
                                     arguments_.data(), results_.size(), results_.data()),
                "run the model", log);
  invocation_ = nullptr;
  failed_ = false;
}

}  // namespace wasmedge_embed
