#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "host/refusal.h"
#include "host/tensorflow_lite.h"

// The interface of WasmEdge 0.8 to 0.12. It gave host pointers to the guest and took them back
// unchecked; here they are numbers. Where it ignored an error, in functions without a result, the
// guest traps: otherwise it would continue with zeros, or with the data of another picture.

namespace wasmedge_embed {
namespace {

constexpr char kDeleteSession[] = "wasmedge_tensorflowlite_delete_session";
constexpr char kGetTensorData[] = "wasmedge_tensorflowlite_get_tensor_data";
constexpr char kAppendInput[] = "wasmedge_tensorflowlite_append_input";

constexpr char kNoSession[] = "there is no such session";
constexpr char kNoTensor[] = "there is no such tensor";

// A session: its handle, with 1 in the upper half. A tensor: the handle of its session, with 2^31
// plus its index among the outputs in the upper half.
constexpr uint32_t kSessionMark = 1;
constexpr uint32_t kTensorMark = uint32_t{1} << 31;

uint64_t Join(uint32_t upper, uint32_t lower) noexcept { return uint64_t{upper} << 32 | lower; }

std::string Outside(const char* what) {
  return std::string(what) + " lies outside the guest's memory";
}

using Errno = TensorFlowLiteState::Errno;

/// For functions whose results cannot hold an error number: records the one that those of 0.13
/// return.
void Tell(HostCall& call, Errno number, std::string reason) {
  TellRefusal(call, TensorFlowLiteModule().name, static_cast<uint32_t>(number), std::move(reason));
}

}  // namespace

TensorFlowLiteState::Entry* TensorFlowLiteState::FindLegacySession(uint64_t handle) const noexcept {
  return handle >> 32 == kSessionMark ? sessions_.Find(static_cast<uint32_t>(handle)) : nullptr;
}

std::pair<TensorFlowLiteState::Entry*, size_t> TensorFlowLiteState::FindLegacyTensor(
    uint64_t handle) const noexcept {
  const auto upper = static_cast<uint32_t>(handle >> 32);
  if ((upper & kTensorMark) == 0) return {nullptr, 0};
  Entry* entry = sessions_.Find(static_cast<uint32_t>(handle));
  const size_t index = upper & ~kTensorMark;
  if (entry == nullptr || index >= entry->session.outputs().size()) return {nullptr, 0};
  return {entry, index};
}

HostOutcome TensorFlowLiteState::LegacyCreateSession(HostCall& call) {
  ByteSpan bytes;
  if (!call.memory().Range(call.I32(0), call.I32(1), &bytes)) {
    Tell(call, Errno::kMissingMemory, OutsideMemory("model"));
    return call.ReturnI64(0);
  }
  const auto handle = MakeSession(call, bytes);
  return call.ReturnI64(handle ? Join(kSessionMark, *handle) : 0);
}

HostOutcome TensorFlowLiteState::LegacyDeleteSession(HostCall& call) {
  const uint64_t handle = call.I64(0);
  if (FindLegacySession(handle) == nullptr) throw HostTrap(kDeleteSession, kNoSession);
  EraseSession(static_cast<uint32_t>(handle));
  return HostOutcome::kReturn;
}

HostOutcome TensorFlowLiteState::LegacyRunSession(HostCall& call) {
  Entry* entry = FindLegacySession(call.I64(0));
  if (entry == nullptr) Tell(call, Errno::kInvalidArgument, "There is no such session.");
  return call.ReturnI32(entry != nullptr && Run(call, *entry) ? 0 : 1);
}

HostOutcome TensorFlowLiteState::LegacyGetOutputTensor(HostCall& call) {
  const uint64_t handle = call.I64(0);
  const Entry* entry = FindLegacySession(handle);
  std::string_view name;
  if (entry == nullptr) {
    Tell(call, Errno::kInvalidArgument, "There is no such session.");
    return call.ReturnI64(0);
  }
  if (!call.memory().Text(call.I32(1), call.I32(2), &name)) {
    Tell(call, Errno::kMissingMemory, OutsideMemory("name"));
    return call.ReturnI64(0);
  }
  const auto index = entry->session.OutputIndex(name);
  if (!index) {
    Tell(call, Errno::kInvalidArgument, "The model has no output named " + Quoted(name) + ".");
    return call.ReturnI64(0);
  }
  return call.ReturnI64(
      Join(kTensorMark | static_cast<uint32_t>(*index), static_cast<uint32_t>(handle)));
}

HostOutcome TensorFlowLiteState::LegacyGetTensorLength(HostCall& call) {
  const auto [entry, index] = FindLegacyTensor(call.I64(0));
  if (entry == nullptr) Tell(call, Errno::kInvalidArgument, "There is no such tensor.");
  return call.ReturnI32(
      entry == nullptr ? 0 : static_cast<uint32_t>(entry->session.outputs()[index].byte_size));
}

HostOutcome TensorFlowLiteState::LegacyGetTensorData(HostCall& call) {
  const auto [entry, index] = FindLegacyTensor(call.I64(0));
  if (entry == nullptr) throw HostTrap(kGetTensorData, kNoTensor);
  ByteSpan buffer;
  if (!call.memory().Range(call.I32(1), entry->session.outputs()[index].byte_size, &buffer)) {
    throw HostTrap(kGetTensorData, Outside("the buffer"));
  }
  const uint8_t* output = entry->session.Output(index);
  if (output == nullptr) throw HostTrap(kGetTensorData, "the session has not run");
  std::memcpy(buffer.data, output, buffer.size);
  return HostOutcome::kReturn;
}

HostOutcome TensorFlowLiteState::LegacyAppendInput(HostCall& call) {
  const GuestMemory& memory = call.memory();
  Entry* entry = FindLegacySession(call.I64(0));
  if (entry == nullptr) throw HostTrap(kAppendInput, kNoSession);
  std::string_view name;
  ByteSpan data;
  if (!memory.Text(call.I32(1), call.I32(2), &name)) {
    throw HostTrap(kAppendInput, Outside("the name"));
  }
  if (!memory.Range(call.I32(3), call.I32(4), &data)) {
    throw HostTrap(kAppendInput, Outside("the tensor"));
  }
  const auto index = entry->session.InputIndex(name);
  if (!index) throw HostTrap(kAppendInput, "the model has no input of this name");
  if (!entry->session.SetInput(*index, data.data, data.size)) {
    throw HostTrap(kAppendInput, "the input takes " +
                                     std::to_string(entry->session.inputs()[*index].byte_size) +
                                     " bytes, not " + std::to_string(data.size));
  }
  return HostOutcome::kReturn;
}

}  // namespace wasmedge_embed
