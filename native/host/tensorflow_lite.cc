#include "host/tensorflow_lite.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "host/refusal.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed {

using Errno = TensorFlowLiteState::Errno;

namespace {

constexpr char kModule[] = "wasmedge_tensorflowlite";

Errno Refuse(HostCall& call, Errno number, std::string reason) {
  TellRefusal(call, kModule, static_cast<uint32_t>(number), std::move(reason));
  return number;
}

Errno RefuseMemory(HostCall& call, const char* what) {
  return Refuse(call, Errno::kMissingMemory, OutsideMemory(what));
}

Errno RefuseSession(HostCall& call) {
  return Refuse(call, Errno::kInvalidArgument,
                "There is no session " + std::to_string(call.I32(0)) + ".");
}

constexpr char kResult[] = "place for the result";

}  // namespace

TensorFlowLiteState::TensorFlowLiteState(const InferenceOptions& options,
                                         const InferenceLimits& limits)
    : options_(options),
      limits_(limits),
      budget_(limits.session_bytes, limits.model_activation_bytes),
      sessions_(limits.sessions) {}

void TensorFlowLiteState::Reset() noexcept {
  sessions_.Clear();
  model_bytes_ = 0;
}

std::optional<uint32_t> TensorFlowLiteState::MakeSession(HostCall& call, const ByteSpan& bytes) {
  if (sessions_.full()) ThrowLimit("sessions", limits_.sessions);
  if (bytes.size > limits_.model_bytes - model_bytes_) {
    ThrowLimit("modelBytes", limits_.model_bytes);
  }
  try {
    const auto handle = sessions_.Insert(
        std::make_unique<Entry>(LoadGuestModel(bytes.data, bytes.size, limits_.OfGuestsModels()),
                                options_, &budget_, bytes.size));
    model_bytes_ += bytes.size;
    return handle;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    Refuse(call, Errno::kInvalidArgument, error.what());
    return std::nullopt;
  }
}

bool TensorFlowLiteState::EraseSession(uint32_t handle) noexcept {
  const auto entry = sessions_.Erase(handle);
  if (entry == nullptr) return false;
  model_bytes_ -= entry->model_bytes;
  return true;
}

bool TensorFlowLiteState::Run(HostCall& call, Entry& entry) {
  Session& session = entry.session;
  if (const auto missing = session.MissingInput()) {
    Refuse(call, Errno::kInvalidArgument,
           TensorLabel("Input", *missing, session.inputs()[*missing]) + " was not set.");
    return false;
  }
  try {
    session.Run(call.invocation());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kModel) throw;
    Refuse(call, Errno::kRuntimeError, error.what());
    return false;
  }
  return true;
}

Errno TensorFlowLiteState::CreateSession(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const uint32_t result = call.I32(2);
  ByteSpan bytes;
  if (!memory.Range(call.I32(0), call.I32(1), &bytes)) return RefuseMemory(call, "model");
  if (!memory.Contains(result, sizeof(uint32_t))) return RefuseMemory(call, kResult);
  const auto handle = MakeSession(call, bytes);
  if (!handle) return Errno::kInvalidArgument;
  return memory.Write(result, *handle) ? Errno::kSuccess : Errno::kMissingMemory;
}

Errno TensorFlowLiteState::DeleteSession(HostCall& call) {
  return EraseSession(call.I32(0)) ? Errno::kSuccess : RefuseSession(call);
}

Errno TensorFlowLiteState::RunSession(HostCall& call) {
  Entry* entry = sessions_.Find(call.I32(0));
  if (entry == nullptr) return RefuseSession(call);
  if (Run(call, *entry)) return Errno::kSuccess;
  return entry->session.ready() ? Errno::kRuntimeError : Errno::kInvalidArgument;
}

Errno TensorFlowLiteState::GetOutputTensor(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const Entry* entry = sessions_.Find(call.I32(0));
  if (entry == nullptr) return RefuseSession(call);
  const uint32_t result = call.I32(3);
  std::string_view name;
  if (!memory.Text(call.I32(1), call.I32(2), &name)) return RefuseMemory(call, "name");
  if (!memory.Contains(result, sizeof(uint32_t))) return RefuseMemory(call, kResult);
  const auto index = entry->session.OutputIndex(name);
  if (!index) {
    return Refuse(call, Errno::kInvalidArgument,
                  "The model has no output named " + Quoted(name) + ".");
  }
  return memory.Write(result, static_cast<uint32_t>(*index)) ? Errno::kSuccess
                                                             : Errno::kMissingMemory;
}

Errno TensorFlowLiteState::GetTensorLength(HostCall& call) {
  const Entry* entry = sessions_.Find(call.I32(0));
  if (entry == nullptr) return RefuseSession(call);
  const uint32_t tensor = call.I32(1);
  const uint32_t result = call.I32(2);
  if (!call.memory().Contains(result, sizeof(uint32_t))) return RefuseMemory(call, kResult);
  const auto& outputs = entry->session.outputs();
  if (tensor >= outputs.size()) {
    return Refuse(call, Errno::kInvalidArgument, NoTensor("output", tensor, outputs.size()));
  }
  return call.memory().Write(result, static_cast<uint32_t>(outputs[tensor].byte_size))
             ? Errno::kSuccess
             : Errno::kMissingMemory;
}

Errno TensorFlowLiteState::GetTensorData(HostCall& call) {
  const GuestMemory& memory = call.memory();
  const Entry* entry = sessions_.Find(call.I32(0));
  if (entry == nullptr) return RefuseSession(call);
  const uint32_t tensor = call.I32(1);
  const uint32_t result = call.I32(4);
  ByteSpan buffer;
  if (!memory.Range(call.I32(2), call.I32(3), &buffer)) return RefuseMemory(call, "buffer");
  if (!memory.Write(result, uint32_t{0})) return RefuseMemory(call, kResult);
  const auto& outputs = entry->session.outputs();
  if (tensor >= outputs.size()) {
    return Refuse(call, Errno::kInvalidArgument, NoTensor("output", tensor, outputs.size()));
  }
  const uint8_t* output = entry->session.Output(tensor);
  if (output == nullptr) {
    return Refuse(call, Errno::kInvalidArgument, "The session has not run.");
  }
  if (outputs[tensor].byte_size != buffer.size) {
    return Refuse(call, Errno::kInvalidArgument,
                  TensorLabel("Output", tensor, outputs[tensor]) + " has " +
                      std::to_string(outputs[tensor].byte_size) + " bytes, the buffer " +
                      std::to_string(buffer.size) + ".");
  }
  if (buffer.size > 0) std::memcpy(buffer.data, output, buffer.size);
  return memory.Write(result, static_cast<uint32_t>(buffer.size)) ? Errno::kSuccess
                                                                  : Errno::kMissingMemory;
}

Errno TensorFlowLiteState::AppendInput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  Entry* entry = sessions_.Find(call.I32(0));
  if (entry == nullptr) return RefuseSession(call);
  std::string_view name;
  ByteSpan data;
  if (!memory.Range(call.I32(3), call.I32(4), &data)) return RefuseMemory(call, "tensor");
  if (!memory.Text(call.I32(1), call.I32(2), &name)) return RefuseMemory(call, "name");
  const auto index = entry->session.InputIndex(name);
  if (!index) {
    return Refuse(call, Errno::kInvalidArgument,
                  "The model has no input named " + Quoted(name) + ".");
  }
  if (!entry->session.SetInput(*index, data.data, data.size)) {
    const TensorInfo& input = entry->session.inputs()[*index];
    return Refuse(call, Errno::kInvalidArgument,
                  TensorLabel("Input", *index, input) + " takes " +
                      std::to_string(input.byte_size) + " bytes, not " + std::to_string(data.size) +
                      ".");
  }
  return Errno::kSuccess;
}

namespace {

template <Errno (TensorFlowLiteState::*function)(HostCall&)>
HostOutcome Call(TensorFlowLiteState& state, HostCall& call) {
  return call.ReturnI32(static_cast<uint32_t>((state.*function)(call)));
}

template <HostOutcome (TensorFlowLiteState::*function)(HostCall&)>
HostOutcome Call(TensorFlowLiteState& state, HostCall& call) {
  return (state.*function)(call);
}

}  // namespace

const HostModule<TensorFlowLiteState>& TensorFlowLiteModule() {
  using State = TensorFlowLiteState;
  static const HostModule<State> module{
      kModule,
      {
          {"create_session", "iii:i", Call<&State::CreateSession>},
          {"delete_session", "i:i", Call<&State::DeleteSession>},
          {"run_session", "i:i", Call<&State::RunSession>},
          {"get_output_tensor", "iiii:i", Call<&State::GetOutputTensor>},
          {"get_tensor_len", "iii:i", Call<&State::GetTensorLength>},
          {"get_tensor_data", "iiiii:i", Call<&State::GetTensorData>},
          {"append_input", "iiiii:i", Call<&State::AppendInput>},
          {"wasmedge_tensorflowlite_create_session", "ii:I", Call<&State::LegacyCreateSession>},
          {"wasmedge_tensorflowlite_delete_session", "I:", Call<&State::LegacyDeleteSession>},
          {"wasmedge_tensorflowlite_run_session", "I:i", Call<&State::LegacyRunSession>},
          {"wasmedge_tensorflowlite_get_output_tensor", "Iii:I",
           Call<&State::LegacyGetOutputTensor>},
          {"wasmedge_tensorflowlite_get_tensor_len", "I:i", Call<&State::LegacyGetTensorLength>},
          {"wasmedge_tensorflowlite_get_tensor_data", "Ii:", Call<&State::LegacyGetTensorData>},
          {"wasmedge_tensorflowlite_append_input", "Iiiii:", Call<&State::LegacyAppendInput>},
      },
  };
  return module;
}

}  // namespace wasmedge_embed
