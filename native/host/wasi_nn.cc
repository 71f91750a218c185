#include "host/wasi_nn.h"

#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "host/refusal.h"
#include "inference/check/model_reader.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed {
namespace {

using Errno = WasiNnState::Errno;

constexpr char kModule[] = "wasi_ephemeral_nn";

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
  // One byte; the guest's compiler leaves the padding after it unset.
  uint8_t type;
  uint8_t padding[3];
  uint32_t data;
  uint32_t data_size;
};
static_assert(sizeof(GuestTensor) == 20);

/// The numbers of WasmEdge since 0.15.
enum GuestTensorType : uint8_t {
  kF16 = 0,
  kF32 = 1,
  kF64 = 2,
  kU8 = 3,
  kI32 = 4,
  kI64 = 5,
};

/// Those of 0.13 and 0.14 that have another meaning now. There was none for 64 bits.
enum FormerGuestTensorType : uint8_t {
  kFormerU8 = 2,
  kFormerI32 = 3,
};

/// The guest's number for elements of this type. Types without a name in the interface pass as
/// bytes.
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
    case TensorType::kUint16:
    case TensorType::kUint32:
    case TensorType::kUint64:
    case TensorType::kInt8:
    case TensorType::kInt16:
    case TensorType::kBool:
    case TensorType::kComplex64:
      return kU8;
  }
  return kU8;
}

/// Whether this number can stand for elements of this type: the model's own tensor determines which
/// of the two numberings the guest uses.
bool MayMean(uint8_t number, TensorType type) noexcept {
  const GuestTensorType expected = ToGuestType(type);
  return number == expected || (expected == kU8 && number == kFormerU8) ||
         (expected == kI32 && number == kFormerI32);
}

/// The `count` 32-bit dimensions at `address`; false if they are outside the memory, or more than
/// any tensor has.
bool ReadShape(const GuestMemory& memory, uint32_t address, uint32_t count,
               std::vector<int32_t>* shape) {
  constexpr uint32_t kMostDimensions = 64;
  ByteSpan dimensions;
  if (count > kMostDimensions ||
      !memory.Range(address, uint64_t{count} * sizeof(uint32_t), &dimensions)) {
    return false;
  }
  shape->resize(count);
  if (count > 0) std::memcpy(shape->data(), dimensions.data, dimensions.size);
  return true;
}

Errno Refuse(HostCall& call, Errno number, std::string reason) {
  TellRefusal(call, kModule, static_cast<uint32_t>(number), std::move(reason));
  return number;
}

Errno RefuseResult(HostCall& call) {
  return Refuse(call, Errno::kInvalidArgument, OutsideMemory("place for the result"));
}

Errno RefuseHandle(HostCall& call, const char* what, uint32_t handle) {
  return Refuse(call, Errno::kInvalidArgument,
                std::string("There is no ") + what + " " + std::to_string(handle) + ".");
}

constexpr char kGraph[] = "graph";
constexpr char kContext[] = "execution context";

bool WritableResult(const GuestMemory& memory, uint32_t address) noexcept {
  return memory.Contains(address, sizeof(uint32_t));
}

}  // namespace

WasiNnState::WasiNnState(std::shared_ptr<const ModelTable> models, const InferenceOptions& options,
                         const InferenceLimits& limits)
    : WasiNnState(
          [models = std::move(models)](std::string_view name) -> std::optional<LentModel> {
            const auto found = models->find(name);
            if (found == models->end()) return std::nullopt;
            return found->second;
          },
          options, limits) {}

WasiNnState::WasiNnState(ModelLender models, const InferenceOptions& options,
                         const InferenceLimits& limits)
    : models_(std::move(models)),
      options_(options),
      limits_(limits),
      budget_(limits.session_bytes, limits.model_activation_bytes),
      graphs_(limits.models),
      contexts_(limits.sessions) {}

void WasiNnState::Reset() noexcept {
  contexts_.Clear();
  graphs_.Clear();
  graphs_by_name_.clear();
  guest_model_bytes_ = 0;
}

Errno WasiNnState::Load(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const uint32_t builders = call.I32(0);
  const uint32_t builder_count = call.I32(1);
  const uint32_t encoding = call.I32(2);
  const uint32_t target = call.I32(3);
  const uint32_t result = call.I32(4);

  if (!WritableResult(memory, result)) return RefuseResult(call);
  if (target == kTargetGpu || target == kTargetTpu) {
    return Refuse(call, Errno::kUnsupportedOperation,
                  "Models run on the processor: the target must be CPU (0) or AUTO (3).");
  }
  if (target != kTargetCpu && target != kTargetAuto) {
    return Refuse(call, Errno::kInvalidArgument,
                  "The target must be CPU (0) or AUTO (3), not " + std::to_string(target) + ".");
  }
  if (encoding != kEncodingTensorflowLite && encoding != kEncodingAutodetect) {
    return Refuse(call, Errno::kInvalidEncoding,
                  "The encoding must be TensorflowLite (4) or autodetect (5), not " +
                      std::to_string(encoding) + ".");
  }
  GuestBuilder builder;
  ByteSpan bytes;
  if (builder_count != 1) {
    return Refuse(
        call, Errno::kInvalidArgument,
        "A model must be passed in one piece, not in " + std::to_string(builder_count) + ".");
  }
  if (!memory.Read(builders, &builder) || !memory.Range(builder.address, builder.size, &bytes)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("model"));
  }
  if (encoding == kEncodingAutodetect && !HasModelIdentifier(bytes.data, bytes.size)) {
    return Refuse(call, Errno::kInvalidEncoding,
                  "The bytes are not a TensorFlow Lite model: they lack its identifier.");
  }
  if (graphs_.full()) ThrowLimit("models", limits_.models);
  if (bytes.size > limits_.model_bytes - guest_model_bytes_) {
    ThrowLimit("modelBytes", limits_.model_bytes);
  }
  try {
    std::shared_ptr<Model> model = LoadGuestModel(bytes.data, bytes.size, limits_.OfGuestsModels());
    ModelGraph graph = model->graph();
    const uint32_t handle = *graphs_.Insert(
        std::make_unique<Graph>(Graph{std::move(model), std::move(graph), bytes.size}));
    guest_model_bytes_ += bytes.size;
    return memory.Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    return Refuse(call, Errno::kInvalidArgument, error.what());
  }
}

Errno WasiNnState::LoadByName(HostCall& call) { return LoadGraph(call, {}, call.I32(2)); }

Errno WasiNnState::LoadByNameWithConfig(HostCall& call) {
  std::string_view config;
  if (!call.memory().Text(call.I32(2), call.I32(3), &config)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("configuration"));
  }
  return LoadGraph(call, config, call.I32(4));
}

Errno WasiNnState::LoadGraph(HostCall& call, std::string_view config, uint32_t result) {
  const GuestMemory& memory = call.memory();
  std::string_view text;
  if (!WritableResult(memory, result)) return RefuseResult(call);
  if (!memory.Text(call.I32(0), call.I32(1), &text)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("name"));
  }
  const std::pair<std::string, std::string> key{text, config};
  const auto known = graphs_by_name_.find(key);
  if (known != graphs_by_name_.end() && graphs_.Find(known->second) != nullptr) {
    return memory.Write(result, known->second) ? Errno::kSuccess : Errno::kInvalidArgument;
  }
  std::optional<LentModel> lent = models_(text);
  if (!lent) {
    return Refuse(call, Errno::kNotFound, "The host has no model named " + Quoted(text) + ".");
  }
  if (graphs_.full()) ThrowLimit("models", limits_.models);
  try {
    ModelGraph graph = lent->model->graph(lent->settings, ModelSettings::Parse(config));
    const uint32_t handle = *graphs_.Insert(
        std::make_unique<Graph>(Graph{std::move(lent->model), std::move(graph), 0}));
    // Otherwise a guest could accumulate any number of unloaded graphs.
    for (auto entry = graphs_by_name_.begin(); entry != graphs_by_name_.end();) {
      const bool is_stale = graphs_.Find(entry->second) == nullptr;
      entry = is_stale ? graphs_by_name_.erase(entry) : std::next(entry);
    }
    graphs_by_name_[key] = handle;
    return memory.Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel && error.code() != ErrorCode::kInvalidArgument) throw;
    return Refuse(call, Errno::kInvalidArgument, error.what());
  }
}

Errno WasiNnState::InitExecutionContext(HostCall& call) {
  const uint32_t result = call.I32(1);
  if (!WritableResult(call.memory(), result)) return RefuseResult(call);
  const Graph* graph = graphs_.Find(call.I32(0));
  if (graph == nullptr) return RefuseHandle(call, kGraph, call.I32(0));
  if (contexts_.full()) ThrowLimit("sessions", limits_.sessions);
  const uint32_t handle =
      *contexts_.Insert(std::make_unique<Session>(graph->model, graph->graph, options_, &budget_));
  return call.memory().Write(result, handle) ? Errno::kSuccess : Errno::kInvalidArgument;
}

Errno WasiNnState::SetInput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  Session* session = contexts_.Find(call.I32(0));
  const uint32_t index = call.I32(1);
  GuestTensor tensor;
  if (session == nullptr) return RefuseHandle(call, kContext, call.I32(0));
  if (index >= session->inputs().size()) {
    return Refuse(call, Errno::kInvalidArgument,
                  NoTensor("input", index, session->inputs().size()));
  }
  if (!memory.Read(call.I32(2), &tensor)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("tensor"));
  }
  const TensorInfo& input = session->inputs()[index];
  const auto refuse = [&](const std::string& takes) {
    return Refuse(call, Errno::kInvalidArgument,
                  TensorLabel("Input", index, input) + " takes " + takes + ".");
  };
  if (!MayMean(tensor.type, input.type)) {
    return refuse(std::string(TensorTypeName(input.type)) + " (type " +
                  std::to_string(ToGuestType(input.type)) + "), not type " +
                  std::to_string(tensor.type));
  }
  std::vector<int32_t> shape;
  if (!ReadShape(memory, tensor.dimensions, tensor.dimension_count, &shape)) {
    return refuse("the shape " + ShapeText(input.shape) +
                  ", and the dimensions lie outside the guest's memory or are too many");
  }
  ByteSpan data;
  if (!memory.Range(tensor.data, tensor.data_size, &data)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("tensor's data"));
  }
  if (!session->SetInput(index, shape, data.data, data.size)) {
    if (shape == input.shape) {
      return refuse(std::to_string(input.byte_size) + " bytes, not " + std::to_string(data.size));
    }
    return refuse("the shape " + ShapeText(input.shape) + ", not " + ShapeText(shape));
  }
  return Errno::kSuccess;
}

Errno WasiNnState::Compute(HostCall& call) {
  Session* session = contexts_.Find(call.I32(0));
  if (session == nullptr) return RefuseHandle(call, kContext, call.I32(0));
  if (const auto missing = session->MissingInput()) {
    return Refuse(call, Errno::kInvalidArgument,
                  TensorLabel("Input", *missing, session->inputs()[*missing]) + " was not set.");
  }
  try {
    session->Run(call.invocation());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    return Refuse(call, Errno::kRuntimeError, error.what());
  }
  return Errno::kSuccess;
}

Errno WasiNnState::GetOutput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const uint32_t index = call.I32(1);
  const uint32_t result = call.I32(4);
  ByteSpan buffer;
  if (!memory.Range(call.I32(2), call.I32(3), &buffer)) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("buffer"));
  }
  if (!WritableResult(memory, result)) return RefuseResult(call);
  const Session* session = contexts_.Find(call.I32(0));
  if (session == nullptr) return RefuseHandle(call, kContext, call.I32(0));
  if (index >= session->outputs().size()) {
    return Refuse(call, Errno::kInvalidArgument,
                  NoTensor("output", index, session->outputs().size()));
  }
  const uint8_t* output = session->Output(index);
  if (output == nullptr) {
    return Refuse(call, Errno::kInvalidArgument, "The model has not been run.");
  }
  const uint64_t size = session->outputs()[index].byte_size;
  if (size > buffer.size) {
    return Refuse(call, Errno::kInvalidArgument,
                  TensorLabel("Output", index, session->outputs()[index]) + " has " +
                      std::to_string(size) + " bytes, the buffer " + std::to_string(buffer.size) +
                      ".");
  }
  if (size > 0) std::memcpy(buffer.data, output, size);
  return memory.Write(result, static_cast<uint32_t>(size)) ? Errno::kSuccess
                                                           : Errno::kInvalidArgument;
}

Errno WasiNnState::RefuseSingle(HostCall& call) const {
  if (contexts_.Find(call.I32(0)) == nullptr) return RefuseHandle(call, kContext, call.I32(0));
  return Refuse(call, Errno::kUnsupportedOperation,
                "TensorFlow Lite computes all outputs at once: use compute and get_output.");
}

Errno WasiNnState::GetOutputSingle(HostCall& call) {
  if (!call.memory().Contains(call.I32(2), call.I32(3))) {
    return Refuse(call, Errno::kInvalidArgument, OutsideMemory("buffer"));
  }
  if (!WritableResult(call.memory(), call.I32(4))) return RefuseResult(call);
  return RefuseSingle(call);
}

Errno WasiNnState::ComputeSingle(HostCall& call) { return RefuseSingle(call); }

Errno WasiNnState::FinishSingle(HostCall& call) { return RefuseSingle(call); }

Errno WasiNnState::Unload(HostCall& call) {
  const auto graph = graphs_.Erase(call.I32(0));
  if (graph == nullptr) return RefuseHandle(call, kGraph, call.I32(0));
  guest_model_bytes_ -= graph->guest_bytes;
  return Errno::kSuccess;
}

Errno WasiNnState::FinalizeExecutionContext(HostCall& call) {
  if (contexts_.Erase(call.I32(0)) == nullptr) return RefuseHandle(call, kContext, call.I32(0));
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
      kModule,
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
