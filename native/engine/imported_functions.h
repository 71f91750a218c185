#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/handle.h"
#include "engine/host_instance.h"
#include "engine/module.h"
#include "host/assembly_script.h"

namespace wasmedge_embed {

/// One of a module's imports that no host module provides.
struct ImportedFunction {
  /// Its index among the module's imports.
  uint32_t import = 0;
  /// What provides it if the embedder does not; null if the embedder does.
  const HostFunction<AssemblyScriptState>* standard = nullptr;
};

/// The imports of a module that the embedder provides, or the default for AssemblyScript, for one
/// instance: one WasmEdge module instance for each imported module name. Calls of the embedder's
/// functions go through the invocation's `HostExchange`.
class ImportedFunctions {
 public:
  /// `module` and `functions` (without duplicates) must outlive this; so must the context and the
  /// state. `fuel` is the limit in force.
  ImportedFunctions(HostContext& context, const Module& module,
                    const std::vector<ImportedFunction>& functions, AssemblyScriptState& state,
                    std::optional<uint64_t> fuel);
  ImportedFunctions(const ImportedFunctions&) = delete;
  ImportedFunctions& operator=(const ImportedFunctions&) = delete;

  const std::vector<ModuleInstanceHandle>& instances() const noexcept { return instances_; }

 private:
  class CallingGuest;

  static wasmedge::Result Call(void* self, void* data, const wasmedge::CallingFrameContext* frame,
                               const wasmedge::Value* params, uint32_t param_count,
                               wasmedge::Value* results, uint32_t result_count) noexcept;
  HostOutcome CallEmbedder(const ImportedFunction& function, const HostScope& host,
                           const wasmedge::CallingFrameContext* frame,
                           const wasmedge::Value* params, uint32_t param_count,
                           wasmedge::Value* results, uint32_t result_count);
  wasmedge::ModuleInstanceContext* InstanceFor(const std::string& name);

  HostContext& context_;
  const Module& module_;
  HostBinding<AssemblyScriptState> standard_;
  const std::optional<uint64_t> fuel_;
  std::vector<std::string> names_;
  // One for each module name.
  std::vector<ModuleInstanceHandle> instances_;
};

}  // namespace wasmedge_embed
