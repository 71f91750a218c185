#include "host/refusal.h"

#include <utility>

namespace wasmedge_embed {
namespace {

constexpr size_t kMostNameBytes = 200;
constexpr size_t kMostReasonBytes = 2000;

}  // namespace

void TellRefusal(HostCall& call, const char* module, uint32_t number, std::string reason) {
  // A failure after a stop request has no other reason.
  if (call.invocation().stop_reason() != StopReason::kNone) return;
  if (reason.size() > kMostReasonBytes) reason.resize(kMostReasonBytes);
  call.invocation().AddInferenceFailure(
      {std::string(module) + "." + call.function(), number, std::move(reason)});
}

std::string OutsideMemory(const char* what) {
  return std::string("The ") + what + " lies outside the guest's memory.";
}

std::string Quoted(std::string_view name) {
  std::string quoted = "\"" + std::string(name.substr(0, kMostNameBytes));
  if (name.size() > kMostNameBytes) quoted += "…";
  return quoted + "\"";
}

std::string TensorLabel(const char* kind, size_t index, const TensorInfo& info) {
  return std::string(kind) + " " + std::to_string(index) + " (" + Quoted(info.name) + ")";
}

std::string ShapeText(const std::vector<int32_t>& shape) {
  std::string text = "[";
  for (const int32_t size : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(size);
  }
  return text + "]";
}

std::string NoTensor(const char* kind, size_t index, size_t count) {
  return "The model has " + std::to_string(count) + " " + kind + (count == 1 ? "" : "s") +
         "; there is no " + kind + " " + std::to_string(index) + ".";
}

}  // namespace wasmedge_embed
