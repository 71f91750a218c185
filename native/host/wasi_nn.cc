#include "host/wasi_nn.h"

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "inference/check/model_reader.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed {
namespace {

using Errno = WasiNnState::Errno;

constexpr uint32_t kEncodingTensorflowLite = 4;
constexpr uint32_t kEncodingAutodetect = 5;

constexpr uint32_t kTargetCpu = 0;
constexpr uint32_t kTargetGpu = 1;
constexpr uint32_t kTargetTpu = 2;
constexpr uint32_t kTargetAuto = 3;

// Structures in the guest's memory, as WebAssembly's C ABI lays them out.
struct GuestBuilder {
  uint32_t address;
  uint32_t size;
};
static_assert(sizeof(GuestBuilder) == 8);

struct GuestTensor {
  uint32_t dimensions;
  uint32_t dimension_count;
  // One byte, of which the guest's compiler leaves the padding behind unset.
  uint8_t type;
  uint8_t padding[3];
  uint32_t data;
  uint32_t data_size;
};
static_assert(sizeof(GuestTensor) == 20);

enum GuestTensorType : uint8_t {
  kF16 = 0,
  kF32 = 1,
  kF64 = 2,
  kU8 = 3,
  kI32 = 4,
  kI64 = 5,
};

/// How a guest names elements of this type. Those that the interface has no name for pass as bytes.
GuestTensorType ToGuestType(TensorType type) noexcept {
  switch (type) {
    case TensorType::kFloat16:
      return kF16;
    case TensorType::kFloat32:
      return kF32;
    case TensorType::kFloat64:
      return kF64;
    case TensorType::kInt32:
      return kI32;
    case TensorType::kInt64:
      return kI64;
    case TensorType::kUint8:
    case TensorType::kInt8:
    case TensorType::kInt16:
    case TensorType::kBool:
      return kU8;
  }
  return kU8;
}

/// Whether the dimensions at `address`, `count` of 32 bits, are those of `shape`.
bool SameShape(const GuestMemory& memory, uint32_t address, uint32_t count,
               const std::vector<int32_t>& shape) noexcept {
  ByteSpan dimensions;
  if (count != shape.size()) return false;
  if (!memory.Range(address, uint64_t{count} * sizeof(uint32_t), &dimensions)) return false;
  return count == 0 || std::memcmp(dimensions.data, shape.data(), dimensions.size) == 0;
}

bool WritableResult(const GuestMemory& memory, uint32_t address) noexcept {
  return memory.Contains(address, sizeof(uint32_t));
}

}  // namespace

WasiNnState::WasiNnState(std::shared_ptr<const ModelTable> models, const InferenceOptions& options,
                         const InferenceLimits& limits)
    : WasiNnState(
          [models = std::move(models)](std::string_view name) {
            const auto found = models->find(name);
            return found == models->end() ? nullptr : found->second;
          },
          options, limits) {}

WasiNnState::WasiNnState(ModelLender models, const InferenceOptions& options,
                         const InferenceLimits& limits)
    : models_(std::move(models)),
      options_(options),
      limits_(limits),
      graphs_(limits.models),
      contexts_(limits.sessions) {}

void WasiNnState::Reset() noexcept {
  contexts_.Clear();
  graphs_.Clear();
  graphs_by_name_.clear();
  guest_model_bytes_ = 0;
  context_bytes_ = 0;
}

Errno WasiNnState::Load(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const uint32_t builders = call.I32(0);
  const uint32_t builder_count = call.I32(1);
  const uint32_t encoding = call.I32(2);
  const uint32_t target = call.I32(3);
  const uint32_t result = call.I32(4);

  if (!WritableResult(memory, result)) return Errno::kInvalidArgument;
  if (target == kTargetGpu || target == kTargetTpu) return Errno::kUnsupportedOperation;
  if (target != kTargetCpu && target != kTargetAuto) return Errno::kInvalidArgument;
  if (encoding != kEncodingTensorflowLite && encoding != kEncodingAutodetect) {
    return Errno::kInvalidEncoding;
  }
  GuestBuilder builder;
  ByteSpan bytes;
  if (builder_count != 1 || !memory.Read(builders, &builder) ||
      !memory.Range(builder.address, builder.size, &bytes)) {
    return Errno::kInvalidArgument;
  }
  if (encoding == kEncodingAutodetect && !HasModelIdentifier(bytes.data, bytes.size)) {
    return Errno::kInvalidEncoding;
  }
  if (graphs_.full()) ThrowLimit("models", limits_.models);
  if (bytes.size > limits_.model_bytes - guest_model_bytes_) {
    ThrowLimit("modelBytes", limits_.model_bytes);
  }
  try {
    const uint32_t handle = *graphs_.Insert(std::make_unique<Graph>(
        Graph{LoadGuestModel(bytes.data, bytes.size, limits_.OfGuestsModels()), bytes.size}));
    guest_model_bytes_ += bytes.size;
    return memory.Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    return Errno::kInvalidArgument;
  }
}

Errno WasiNnState::LoadByName(HostCall& call) {
  return LoadGraph(call.memory(), call.I32(0), call.I32(1), call.I32(2));
}

Errno WasiNnState::LoadByNameWithConfig(HostCall& call) {
  const uint32_t config = call.I32(2);
  const uint32_t config_length = call.I32(3);
  if (!call.memory().Contains(config, config_length) || config_length != 0) {
    return Errno::kInvalidArgument;
  }
  return LoadGraph(call.memory(), call.I32(0), call.I32(1), call.I32(4));
}

Errno WasiNnState::LoadGraph(const GuestMemory& memory, uint32_t name, uint32_t name_length,
                             uint32_t result) {
  std::string_view text;
  if (!WritableResult(memory, result) || !memory.Text(name, name_length, &text)) {
    return Errno::kInvalidArgument;
  }
  const auto known = graphs_by_name_.find(text);
  if (known != graphs_by_name_.end() && graphs_.Find(known->second) != nullptr) {
    return memory.Write(result, known->second) ? Errno::kSuccess : Errno::kInvalidArgument;
  }
  std::shared_ptr<Model> model = models_(text);
  if (model == nullptr) return Errno::kNotFound;
  if (graphs_.full()) ThrowLimit("models", limits_.models);
  const uint32_t handle = *graphs_.Insert(std::make_unique<Graph>(Graph{std::move(model), 0}));
  graphs_by_name_[std::string(text)] = handle;
  return memory.Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
}

Errno WasiNnState::InitExecutionContext(HostCall& call) {
  const uint32_t result = call.I32(1);
  if (!WritableResult(call.memory(), result)) return Errno::kInvalidArgument;
  const Graph* graph = graphs_.Find(call.I32(0));
  if (graph == nullptr) return Errno::kInvalidArgument;
  if (contexts_.full()) ThrowLimit("sessions", limits_.sessions);
  const uint64_t bytes = graph->model->tensor_bytes();
  if (bytes > limits_.session_bytes - context_bytes_) {
    ThrowLimit("sessionBytes", limits_.session_bytes);
  }
  const uint32_t handle = *contexts_.Insert(std::make_unique<Session>(graph->model, options_));
  context_bytes_ += bytes;
  return call.memory().Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
}

Errno WasiNnState::SetInput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  Session* session = contexts_.Find(call.I32(0));
  const uint32_t index = call.I32(1);
  GuestTensor tensor;
  if (session == nullptr || index >= session->inputs().size() ||
      !memory.Read(call.I32(2), &tensor)) {
    return Errno::kInvalidArgument;
  }
  const TensorInfo& input = session->inputs()[index];
  ByteSpan data;
  if (tensor.type != ToGuestType(input.type) ||
      !SameShape(memory, tensor.dimensions, tensor.dimension_count, input.shape) ||
      !memory.Range(tensor.data, tensor.data_size, &data) ||
      !session->SetInput(index, data.data, data.size)) {
    return Errno::kInvalidArgument;
  }
  return Errno::kSuccess;
}

Errno WasiNnState::Compute(HostCall& call) {
  Session* session = contexts_.Find(call.I32(0));
  if (session == nullptr || !session->ready()) return Errno::kInvalidArgument;
  try {
    session->Run(call.invocation());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    return Errno::kRuntimeError;
  }
  return Errno::kSuccess;
}

Errno WasiNnState::GetOutput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const uint32_t index = call.I32(1);
  const uint32_t result = call.I32(4);
  ByteSpan buffer;
  if (!memory.Range(call.I32(2), call.I32(3), &buffer) || !WritableResult(memory, result)) {
    return Errno::kInvalidArgument;
  }
  const Session* session = contexts_.Find(call.I32(0));
  const uint8_t* output = session == nullptr ? nullptr : session->Output(index);
  if (output == nullptr) return Errno::kInvalidArgument;
  const uint64_t size = session->outputs()[index].byte_size;
  if (size > buffer.size) return Errno::kInvalidArgument;
  std::memcpy(buffer.data, output, size);
  return memory.Write(result, static_cast<uint32_t>(size)) ? Errno::kSuccess
                                                           : Errno::kInvalidArgument;
}

Errno WasiNnState::RefuseSingle(uint32_t context) const noexcept {
  return contexts_.Find(context) == nullptr ? Errno::kInvalidArgument
                                            : Errno::kUnsupportedOperation;
}

Errno WasiNnState::GetOutputSingle(HostCall& call) {
  if (!call.memory().Contains(call.I32(2), call.I32(3)) ||
      !WritableResult(call.memory(), call.I32(4))) {
    return Errno::kInvalidArgument;
  }
  return RefuseSingle(call.I32(0));
}

Errno WasiNnState::ComputeSingle(HostCall& call) { return RefuseSingle(call.I32(0)); }

Errno WasiNnState::FinishSingle(HostCall& call) { return RefuseSingle(call.I32(0)); }

Errno WasiNnState::Unload(HostCall& call) {
  const auto graph = graphs_.Erase(call.I32(0));
  if (graph == nullptr) return Errno::kInvalidArgument;
  guest_model_bytes_ -= graph->guest_bytes;
  return Errno::kSuccess;
}

Errno WasiNnState::FinalizeExecutionContext(HostCall& call) {
  const auto session = contexts_.Erase(call.I32(0));
  if (session == nullptr) return Errno::kInvalidArgument;
  context_bytes_ -= session->byte_size();
  return Errno::kSuccess;
}

namespace {

template <Errno (WasiNnState::*function)(HostCall&)>
HostOutcome Call(WasiNnState& state, HostCall& call) {
  return call.ReturnI32(static_cast<uint32_t>((state.*function)(call)));
}

}  // namespace

const HostModule<WasiNnState>& WasiNnModule() {
  using State = WasiNnState;
  static const HostModule<State> module{
      "wasi_ephemeral_nn",
      {
          {"load", "iiiii:i", Call<&State::Load>},
          {"load_by_name", "iii:i", Call<&State::LoadByName>},
          {"load_by_name_with_config", "iiiii:i", Call<&State::LoadByNameWithConfig>},
          {"init_execution_context", "ii:i", Call<&State::InitExecutionContext>},
          {"set_input", "iii:i", Call<&State::SetInput>},
          {"compute", "i:i", Call<&State::Compute>},
          {"get_output", "iiiii:i", Call<&State::GetOutput>},
          {"get_output_single", "iiiii:i", Call<&State::GetOutputSingle>},
          {"compute_single", "i:i", Call<&State::ComputeSingle>},
          {"fini_single", "i:i", Call<&State::FinishSingle>},
          {"unload", "i:i", Call<&State::Unload>},
          {"finalize_execution_context", "i:i", Call<&State::FinalizeExecutionContext>},
      },
  };
  return module;
}

}  // namespace wasmedge_embed
