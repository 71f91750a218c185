#include "inference/run/compiled_model.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "base/error.h"
#include "inference/check/tensor.h"
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
  }
  return "delegate";
}

litert::Owned<litert::OptionsT> MakeOptions(const litert::Api& api, const InferenceOptions& options,
                                            bool reads_outputs, const litert::LogCapture& log) {
  litert::OptionsT* raw = nullptr;
  litert::Check(api.CreateOptions(&raw), "make options", log);
  litert::Owned<litert::OptionsT> made(raw, api.DestroyOptions);
  litert::Check(api.SetOptionsHardwareAccelerators(raw, litert::kAcceleratorCpu),
                "choose the processor", log);

  // The processor's options are TOML text.
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
  if (reads_outputs) {
    litert::Check(api.AddCustomOpKernelOption(raw, OutputReader::kOperator, 1,
                                              &OutputReader::PlaceHolder(), nullptr),
                  "add an operator", log);
  }
  return made;
}

/// Between a guest and a model, in either direction.
void CopyBytes(bool flipped, const uint8_t* from, uint64_t size, uint8_t* to) noexcept {
  if (size == 0) return;
  if (!flipped) {
    std::memcpy(to, from, size);
    return;
  }
  std::transform(from, from + size, to,
                 [](uint8_t byte) { return static_cast<uint8_t>(byte ^ kHighestBit); });
}

/// The same, with the copied channels behind those of each point.
void CopyPoints(const ChannelCopies& copies, size_t channels, const uint8_t* from, uint64_t size,
                uint8_t* to) noexcept {
  const uint8_t* const end = from + size;
  // A picture and one copy, the most common case: a point is a 32-bit number whose first three
  // bytes are its own. The last point has no fourth byte to read.
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

/// The shape of an input including its copied channels.
std::vector<int32_t> LiteRtShape(const LiteRtModel::Argument& argument,
                                 const std::vector<int32_t>& shape) {
  std::vector<int32_t> with_copies = shape;
  if (!argument.copies.empty()) {
    with_copies.back() += static_cast<int32_t>(argument.copies.size());
  }
  return with_copies;
}

litert::RankedTensorType LiteRtType(const LiteRtModel::Argument& argument,
                                    const std::vector<int32_t>& shape) {
  litert::RankedTensorType type{};
  type.element_type = argument.type;
  type.layout.rank_and_flags = static_cast<uint32_t>(shape.size());
  std::copy(shape.begin(), shape.end(), type.layout.dimensions);
  return type;
}

std::vector<int32_t> OutputTensors(const LiteRtModel& model) {
  std::vector<int32_t> tensors;
  for (const LiteRtModel::Argument& output : model.outputs()) tensors.push_back(output.tensor);
  return tensors;
}

}  // namespace

CompiledModel::CompiledModel(const LiteRtModel& model, const InferenceOptions& options,
                             const InputShapes& shapes)
    : model_(model), handle_(nullptr, nullptr), is_placed_(model.inputs_taken_over().empty()) {
  if (model.output_path() == OutputPath::kReader) {
    reader_ =
        std::make_unique<OutputReader>(OutputTensors(model), model.tensor_uses(), &IsStopped, this);
  }
  const MemoryGuard::Guarding guarding(reads_outputs() ? &reader_->memory() : nullptr);
  const auto lock = litert::Library::Get().Lock();
  try {
    litert::LogCapture log;
    Compile(options, log);
    for (const LiteRtModel::Argument& input : model.inputs()) {
      litert_shapes_.push_back(input.file_shape);
    }
    MakeTensors(shapes, log);
  } catch (...) {
    // Still under the lock, unlike the members' destructors.
    handle_.reset();
    buffers_.clear();
    throw;
  }
}

void CompiledModel::Compile(const InferenceOptions& options, const litert::LogCapture& log) {
  const litert::Library& library = litert::Library::Get();
  const litert::Api& api = library.api();
  const auto litert_options = MakeOptions(api, options, reads_outputs(), log);
  litert::CompiledModelT* handle = nullptr;
  const OutputReader::Compiling compiling(reader_.get());
  litert::Check(api.CreateCompiledModel(library.environment(), model_.handle(),
                                        litert_options.get(), &handle),
                "compile the model", log);
  handle_ = litert::Owned<litert::CompiledModelT>(handle, api.DestroyCompiledModel);
  litert::Check(api.SetCompiledModelCancellationFunction(handle_.get(), this, &IsStopped),
                "set the cancellation function", log);
}

void CompiledModel::Resize(const InputShapes& shapes, const litert::LogCapture& log) {
  const litert::Api& api = litert::Library::Get().api();
  for (size_t i = 0; i < model_.inputs().size(); ++i) {
    const LiteRtModel::Argument& argument = model_.inputs()[i];
    const std::vector<int32_t>& shape = shapes[i];
    if (shape.size() > litert::kMaximumRank) {
      throw Error(ErrorCode::kModel, "An input has more than 8 dimensions.");
    }
    const std::vector<int32_t> litert_shape = LiteRtShape(argument, shape);
    if (!argument.copies.empty() && litert_shape.back() != argument.file_shape.back()) {
      throw Error(ErrorCode::kModel, "The model's input has a different number of channels.");
    }
    const auto byte_size = TensorByteSize(argument.guest_type, shape, kMaximumTensorBytes);
    const auto litert_size = TensorByteSize(argument.guest_type, litert_shape, kMaximumTensorBytes);
    if (!byte_size || !litert_size) {
      throw Error(ErrorCode::kModel, "An input is empty or larger than 2 GiB.");
    }
    inputs_.push_back({shape, *byte_size, AlignedBuffer(*litert_size)});
    if (litert_shape == litert_shapes_[i]) continue;
    litert::Check(api.CompiledModelResizeInputTensorNonStrict(
                      handle_.get(), kSignature, i, litert_shape.data(), litert_shape.size()),
                  "change the shape of input " + std::to_string(i) + " of the model", log);
    litert_shapes_[i] = litert_shape;
  }
}

void CompiledModel::ChangeShapes(const InputShapes& shapes) {
  const bool are_same = std::equal(
      inputs_.begin(), inputs_.end(), shapes.begin(), shapes.end(),
      [](const Tensor& input, const std::vector<int32_t>& shape) { return input.shape == shape; });
  if (are_same) return;
  const MemoryGuard::Guarding guarding(reads_outputs() ? &reader_->memory() : nullptr);
  const auto lock = litert::Library::Get().Lock();
  buffers_.clear();
  arguments_.clear();
  results_.clear();
  inputs_.clear();
  outputs_.clear();
  is_placed_ = model_.inputs_taken_over().empty();
  const litert::LogCapture log;
  MakeTensors(shapes, log);
}

void CompiledModel::MakeTensors(const InputShapes& shapes, const litert::LogCapture& log) {
  Resize(shapes, log);
  SizeOutputs(log);
  MakeBuffers(model_.inputs(), inputs_, log, &arguments_);
  if (!reads_outputs()) MakeBuffers(model_.outputs(), outputs_, log, &results_);
}

void CompiledModel::SizeOutputs(const litert::LogCapture& log) {
  // LiteRT gives no layouts for them: their memory is allocated in the first run.
  if (reads_outputs()) return;
  const litert::Api& api = litert::Library::Get().api();
  const size_t count = model_.outputs().size();
  std::vector<litert::Layout> layouts(count);
  litert::Check(api.GetCompiledModelOutputTensorLayouts(handle_.get(), kSignature, count,
                                                        layouts.data(), true),
                "make memory for the model", log);
  for (size_t i = 0; i < count; ++i) {
    const litert::Layout& layout = layouts[i];
    const size_t rank = std::min<size_t>(layout.rank_and_flags & 0x7F, litert::kMaximumRank);
    Tensor& output = outputs_.emplace_back();
    output.shape.assign(layout.dimensions, layout.dimensions + rank);
    const auto byte_size =
        TensorByteSize(model_.outputs()[i].guest_type, output.shape, kMaximumTensorBytes);
    if (!byte_size) throw Error(ErrorCode::kModel, "An output is empty or larger than 2 GiB.");
    output.byte_size = *byte_size;
    output.memory = AlignedBuffer(*byte_size);
  }
}

void CompiledModel::MakeBuffers(const std::vector<LiteRtModel::Argument>& arguments,
                                const std::vector<Tensor>& tensors, const litert::LogCapture& log,
                                std::vector<litert::TensorBufferT*>* buffers) {
  const litert::Api& api = litert::Library::Get().api();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const litert::RankedTensorType type =
        LiteRtType(arguments[i], LiteRtShape(arguments[i], tensors[i].shape));
    const AlignedBuffer& memory = tensors[i].memory;
    litert::TensorBufferT* buffer = nullptr;
    litert::Check(
        api.CreateTensorBufferFromHostMemory(&type, memory.data(), memory.size(), nullptr, &buffer),
        "make a tensor buffer", log);
    buffers_.emplace_back(buffer, api.DestroyTensorBuffer);
    buffers->push_back(buffer);
  }
}

CompiledModel::~CompiledModel() {
  const auto lock = litert::Library::Get().Lock();
  handle_.reset();
  buffers_.clear();
}

bool CompiledModel::IsStopped(void* compiled_model) noexcept {
  auto* self = static_cast<CompiledModel*>(compiled_model);
  if (self->is_placing_) {
    self->was_asked_while_placing_ = true;
    return true;
  }
  Invocation* invocation = self->invocation_;
  return invocation != nullptr && invocation->CheckStop() != StopReason::kNone;
}

const uint8_t* CompiledModel::output(size_t index) const noexcept {
  return reads_outputs() ? reader_->outputs()[index].bytes.data() : outputs_[index].memory.data();
}

std::vector<int32_t> CompiledModel::output_shape(size_t index) const {
  return reads_outputs() ? reader_->outputs()[index].shape : outputs_[index].shape;
}

uint64_t CompiledModel::output_size(size_t index) const noexcept {
  return reads_outputs() ? reader_->outputs()[index].byte_size : outputs_[index].byte_size;
}

void CompiledModel::SetInput(size_t index, const uint8_t* bytes) noexcept {
  const LiteRtModel::Argument& argument = model_.inputs()[index];
  const Tensor& input = inputs_[index];
  if (argument.copies.empty()) {
    CopyBytes(argument.flipped, bytes, input.byte_size, input.memory.data());
  } else {
    CopyPoints(argument.copies, static_cast<size_t>(input.shape.back()), bytes, input.byte_size,
               input.memory.data());
  }
}

void CompiledModel::GetOutput(size_t index, uint8_t* bytes) const noexcept {
  CopyBytes(model_.outputs()[index].flipped, output(index), output_size(index), bytes);
}

litert::Status CompiledModel::RunOnce() {
  // LiteRT requires a pointer even if there are no tensors.
  litert::TensorBufferT* none = nullptr;
  return litert::Library::Get().api().RunCompiledModel(
      handle_.get(), kSignature, arguments_.size(), arguments_.empty() ? &none : arguments_.data(),
      results_.size(), results_.empty() ? &none : results_.data());
}

/// TensorFlow Lite prepares kernels in the first run, after LiteRT has replaced its memory by ours.
/// A kernel that takes over an input gives it other memory again, and the first run computes with
/// the contents of that. From the second run on, it is our memory. So the first run ends before any
/// operator.
void CompiledModel::Place(const Limits& limits) {
  litert::LogCapture log;
  is_placing_ = true;
  const litert::Status status = RunOnce();
  is_placing_ = false;
  if (!was_asked_while_placing_) {
    RequireWithin(limits);
    litert::Check(status, "prepare the model", log);
  }
  if (status == litert::kStatusOk) {
    throw Error(ErrorCode::kModel, "LiteRT did not stop the model before its first operator.");
  }
  // Kernels behind an operator that determines the shape of its result are prepared after it.
  const std::vector<int32_t>& taken = model_.inputs_taken_over();
  const bool is_prepared =
      reads_outputs() && std::all_of(taken.begin(), taken.end(), [this](int32_t tensor) {
        return reader_->memory().IsPersistent(tensor);
      });
  if (!is_prepared) {
    throw Error(ErrorCode::kModel,
                "The model passes an input to an LSTM as its state, after an operator whose result "
                "has a shape that is only known while it runs. LiteRT does not support both "
                "together.");
  }
  is_placed_ = true;
}

void CompiledModel::RequireWithin(const Limits& limits) const {
  if (outputs_too_large()) {
    throw Error(ErrorCode::kModel, "The model's outputs take more than " +
                                       std::to_string(limits.output_bytes) + " bytes.");
  }
  if (asked_for_too_much()) {
    throw Error(ErrorCode::kModel,
                "The model's results take more than " +
                    std::to_string(std::min(limits.activation_bytes, kMaximumTensorBytes)) +
                    " bytes while it runs.");
  }
}

void CompiledModel::Run(Invocation* invocation, const Limits& limits) {
  litert::LogCapture log;
  failed_ = true;
  const MemoryGuard::Guarding guarding(reads_outputs() ? &reader_->memory() : nullptr);
  const OperandGuard::Guarding guarding_operands(reads_outputs() ? &reader_->operands() : nullptr);
  if (reads_outputs()) {
    reader_->Start(limits.output_bytes);
    reader_->memory().Start(limits.activation_bytes);
  }
  if (!is_placed_) Place(limits);
  invocation_ = invocation;
  const litert::Status status = RunOnce();
  invocation_ = nullptr;
  RequireWithin(limits);
  litert::Check(status, "run the model", log);
  if (reads_outputs() && reader_->memory().has_failed()) {
    throw Error(ErrorCode::kModel, "A result of the model has a shape that is not possible.");
  }
  if (reads_outputs() && !reader_->has_read()) {
    throw Error(ErrorCode::kModel, "LiteRT did not run the model to its end.");
  }
  failed_ = false;
}

}  // namespace wasmedge_embed
