#include "engine/host_function.h"

#include <vector>

#include "engine/signature.h"

namespace wasmedge_embed {
namespace {

std::vector<wasmedge::ValueType> ToValueTypes(const wasmedge::Api& api,
                                              const std::vector<ValueKind>& kinds) {
  std::vector<wasmedge::ValueType> types;
  for (const ValueKind kind : kinds) types.push_back(MakeValueType(api, kind));
  return types;
}

}  // namespace

void AddHostFunction(const wasmedge::Api& api, wasmedge::ModuleInstanceContext* instance,
                     const std::string& name, const Signature& signature,
                     wasmedge::HostFunction call, void* self, void* data) {
  const auto params = ToValueTypes(api, signature.params);
  const auto results = ToValueTypes(api, signature.results);
  const FunctionTypeHandle type = Own<FunctionTypeHandle>(
      api, api.FunctionTypeCreate(params.data(), static_cast<uint32_t>(params.size()),
                                  results.data(), static_cast<uint32_t>(results.size())));
  wasmedge::FunctionInstanceContext* function =
      api.FunctionInstanceCreateBinding(type.get(), call, self, data, 0);
  if (function == nullptr) throw std::bad_alloc();
  // The module instance takes ownership of the function.
  api.ModuleInstanceAddFunction(instance, wasmedge::MakeString(name), function);
}

wasmedge::Result FinishHostCall(HostOutcome outcome) noexcept {
  switch (outcome) {
    case HostOutcome::kReturn:
      return wasmedge::kSuccess;
    case HostOutcome::kExit:
      return wasmedge::kTerminate;
    case HostOutcome::kFail:
      break;
  }
  return wasmedge::kFail;
}

}  // namespace wasmedge_embed
