#include "engine/compiler.h"

#include <mutex>
#include <optional>

#include "engine/call_buffers.h"
#include "engine/error.h"
#include "engine/fault_guard.h"
#include "engine/generic_target.h"
#include "engine/handle.h"
#include "engine/module_file.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kCodeIllegalPath = 0x0100;  // WasmEdge_ErrCode_IllegalPath

}  // namespace

void CompileModule(const std::vector<uint8_t>& bytes, const std::string& output,
                   const CompileOptions& options) {
  const wasmedge::Api& api = wasmedge::Api::Get(wasmedge::Purpose::kCompile);
  if (CheckModuleFile(api, "The input", bytes).form != ModuleForm::kPlain) {
    throw Error(ErrorCode::kModuleInvalid,
                "The input is compiled already. Give the plain .wasm that it was compiled from.");
  }
  const ConfigureHandle configure = Own<ConfigureHandle>(api, api.ConfigureCreate());
  api.RestrictFeatures(configure.get());
  api.ConfigureCompilerSetOptimizationLevel(configure.get(), options.optimize);
  api.ConfigureCompilerSetOutputFormat(configure.get(), static_cast<int>(options.format));
  api.ConfigureCompilerSetGenericBinary(configure.get(), options.generic);
  api.ConfigureCompilerSetInterruptible(configure.get(), options.interruptible);
  api.ConfigureStatisticsSetCostMeasuring(configure.get(), options.meter);
  const CompilerHandle compiler = Own<CompilerHandle>(api, api.CompilerCreate(configure.get()));

  const std::lock_guard<std::mutex> lock(api.compile_mutex());
  const FaultGuard::CompileScope compiling;
  const CallBuffers::Scope call_buffers;
  std::optional<GenericTarget::Scope> target;
  if (options.generic) target.emplace();
  const wasmedge::Result result = api.CompilerCompileFromBytes(
      compiler.get(), {static_cast<uint32_t>(bytes.size()), bytes.data()}, output.c_str());
  if (api.ResultOK(result)) return;
  const uint32_t code = api.ResultGetCode(result);
  const std::string reason = api.ResultGetMessage(result);
  if (code == kCodeIllegalPath) {
    throw Error(ErrorCode::kModuleLoad, "Cannot write " + output + ": " + reason + ".");
  }
  throw Error(ErrorCode::kModuleInvalid,
              "The module cannot be compiled: " + reason + " (WasmEdge " + api.version() + ").");
}

}  // namespace wasmedge_embed
