#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// The output formats of WasmEdge's ahead-of-time compiler.
enum class CompiledFormat : int { kSharedLibrary = 0, kUniversal = 1 };

namespace wasmedge {
class Api;
}

/// Whether level 1 uses a pipeline of ours with this library.
bool HasQuickPasses(const wasmedge::Api& api);

/// How to compile a module.
struct CompileOptions {
  /// LLVM's optimization level, 0 to 3. Level 1 is a pipeline of ours if LLVM's can be replaced
  /// (workarounds/llvm_pipeline.h): a few passes, for large modules.
  int optimize = 3;
  /// For any processor of this architecture rather than this machine's: slower, but portable.
  bool generic = false;
  /// With checks that allow WasmEdge's own asynchronous calls to be cancelled.
  bool interruptible = false;
  /// With the counting of instructions that a fuel limit requires.
  bool meter = false;
  CompiledFormat format = CompiledFormat::kSharedLibrary;
  /// Receives the progress in percent, strictly increasing, on this thread. Must not throw.
  std::function<void(int percent)> on_progress;
};

/// Compiles a plain module into `output`, which is overwritten. Takes up to minutes. A process
/// compiles one module at a time; further callers wait (the linker inside has global state).
///
/// Throws `Error`: `kNativeLoad` if there is no WasmEdge library or if this process has opened it
/// to run modules, `kModuleInvalid` if the bytes are not a valid module, `kModuleLoad` if the
/// output cannot be written.
void CompileModule(const std::vector<uint8_t>& bytes, const std::string& output,
                   const CompileOptions& options);

}  // namespace wasmedge_embed
