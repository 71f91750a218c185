#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// What WasmEdge's ahead-of-time compiler writes.
enum class CompiledFormat : int { kSharedLibrary = 0, kUniversal = 1 };

namespace wasmedge {
class Api;
}

/// Whether level 1 is a pipeline of ours where this library compiles.
bool HasQuickPasses(const wasmedge::Api& api);

/// How a module is compiled.
struct CompileOptions {
  /// LLVM's optimization level, 0 to 3. 1 is a pipeline of ours, where LLVM's can be replaced
  /// (workarounds/llvm_pipeline.h): few passes, for large modules.
  int optimize = 3;
  /// For any processor of this architecture, not just this machine's: slower, but it travels.
  bool generic = false;
  /// With checks that let WasmEdge's own asynchronous calls be cancelled.
  bool interruptible = false;
  /// With the measuring of instructions that a fuel limit needs.
  bool meter = false;
  CompiledFormat format = CompiledFormat::kSharedLibrary;
  /// Takes what of the work is done, in percent, each higher than the one before; on this thread.
  /// Must not throw.
  std::function<void(int percent)> on_progress;
};

/// Compiles a plain module into `output`, which is overwritten. Takes up to minutes; one
/// compilation at a time in a process, further callers wait (the linker inside has global state).
///
/// Throws `Error`: `kNativeLoad` without a WasmEdge library, and in a process that has opened it to
/// run modules, `kModuleInvalid` when the bytes are no valid module, `kModuleLoad` when the output
/// cannot be written.
void CompileModule(const std::vector<uint8_t>& bytes, const std::string& output,
                   const CompileOptions& options);

}  // namespace wasmedge_embed
