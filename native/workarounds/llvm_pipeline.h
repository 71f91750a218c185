#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// What LLVM does with a module that WasmEdge has translated, and its progress.
///
/// WasmEdge offers LLVM's own pipelines and nothing in between: `default<O3>` takes minutes for a
/// module of 10 MB, `default<O2>` just as long, and `default<O1>` crashes LLVM 19 on some modules.
/// It does not report progress either. So three of libwasmedge's calls are redirected: the one that
/// runs passes, which can then use a pipeline of ours; the one that generates code, during which
/// LLVM emits a remark after each function; and the one that receives LLVM's diagnostics.
class LlvmPipeline {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLlvmPipeline;

  LlvmPipeline() = delete;

  /// For a process that compiles. Does nothing if LLVM is built into the library: then its own
  /// pipelines run, and no progress is reported.
  static void Install(void* wasmedge_library);

  /// Whether it has any effect in a process that compiles with the library at this path, which is
  /// open: whether LLVM is a separate library. From any thread.
  static bool IsReachable(const std::string& library_path);

  /// Receives percentages from 0 to 99, strictly increasing. Must not throw.
  using OnProgress = std::function<void(int percent)>;

  /// Applies to what its thread compiles while this exists. LLVM's options are process-wide: after
  /// a quick compilation, code generation stays quick. The compiling process compiles only once.
  class Scope : public ThreadScope<Scope> {
   public:
    /// `is_quick`: runs a few passes instead of those of the optimization level.
    Scope(bool is_quick, OnProgress on_progress)
        : is_quick_(is_quick), on_progress_(std::move(on_progress)) {}

    bool is_quick() const noexcept { return is_quick_; }
    /// Why LLVM cannot generate code; empty if nothing is wrong.
    const std::string& refusal() const noexcept { return refusal_; }
    void set_refusal(const char* reason) { refusal_ = reason; }

    /// Begins a stage that goes from one percentage to another in this number of steps.
    void Begin(int from, int to, size_t steps);
    void Step();

   private:
    void Tell(int percent);

    const bool is_quick_;
    const OnProgress on_progress_;
    std::string refusal_;
    int told_ = -1;
    int from_ = 0;
    int to_ = 0;
    size_t steps_ = 1;
    size_t done_ = 0;
  };
};

}  // namespace wasmedge_embed
