#include "compile/compiler.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "binary/module_file.h"
#include "engine/handle.h"
#include "workarounds/call_buffers.h"
#include "workarounds/code_verifier.h"
#include "workarounds/generic_target.h"
#include "workarounds/llvm_signals.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kCodeIllegalPath = 0x0100;  // WasmEdge_ErrCode_IllegalPath

}  // namespace

void CompileModule(const std::vector<uint8_t>& bytes, const std::string& output,
                   const CompileOptions& options) {
  // WasmEdge does the same where nothing may be thrown, which would end the process.
  std::error_code failure;
  const std::filesystem::path target_path = std::filesystem::absolute(output, failure);
  if (output.empty() || failure) {
    throw Error(ErrorCode::kModuleLoad, "Cannot write '" + output + "': it is no path of a file.");
  }
  const wasmedge::Api& api = wasmedge::Api::Get(wasmedge::Purpose::kCompile);
  if (CheckModuleFile({api.aot_binary_version(), api.version()}, "The input", bytes).form !=
      ModuleForm::kPlain) {
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
  LlvmSignals::Scope signals;
  CallBuffers::Scope call_buffers;
  CodeVerifier::Scope verifier;
  std::optional<GenericTarget::Scope> target;
  if (options.generic) target.emplace();
  const wasmedge::Result result = api.CompilerCompileFromBytes(
      compiler.get(), {static_cast<uint32_t>(bytes.size()), bytes.data()}, target_path.c_str());
  if (verifier.refused()) {
    std::filesystem::remove(target_path, failure);
    throw Error(ErrorCode::kModuleInvalid,
                "The module cannot be compiled: LLVM refuses what WasmEdge " + api.version() +
                    " made of it.");
  }
  // Its linker fails without a word where the folder is missing.
  if (api.ResultOK(result)) {
    if (std::filesystem::exists(target_path, failure)) return;
    throw Error(ErrorCode::kModuleLoad, "Cannot write " + output + ".");
  }
  const uint32_t code = api.ResultGetCode(result);
  const std::string reason = api.ResultGetMessage(result);
  if (code == kCodeIllegalPath) {
    throw Error(ErrorCode::kModuleLoad, "Cannot write " + output + ": " + reason + ".");
  }
  throw Error(ErrorCode::kModuleInvalid,
              "The module cannot be compiled: " + reason + " (WasmEdge " + api.version() + ").");
}

}  // namespace wasmedge_embed
