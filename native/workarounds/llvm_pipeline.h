#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// What LLVM does with a module that WasmEdge has translated, and how far it is.
///
/// WasmEdge offers LLVM's own pipelines and nothing between them: `default<O3>` takes minutes for a
/// module of 10 MB, `default<O2>` as long, and `default<O1>` crashes LLVM 19 on some. It does not
/// tell how far it is either. So three of libwasmedge's calls are redirected: the one that runs
/// passes, which can have a pipeline of ours; the one that generates code, of which LLVM tells
/// after each function by a remark; and the verdict that LLVM gives on its way is heard.
class LlvmPipeline {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLlvmPipeline;

  LlvmPipeline() = delete;

  /// For a process that compiles. Does nothing where the library has LLVM inside it: its own
  /// pipelines are run then, and nothing is told on the way.
  static void Install(void* wasmedge_library);

  /// Whether it does something where the library of this path, which is open, compiles: LLVM is a
  /// library of its own. From any thread.
  static bool IsReachable(const std::string& library_path);

  /// Takes percentages from 0 to 99, each higher than the one before. Must not throw.
  using OnProgress = std::function<void(int percent)>;

  /// While one lives, what its thread compiles is compiled so. LLVM's options are the process's:
  /// after a quick compilation its code generation stays the quick one. The process that compiles
  /// does so once.
  class Scope : public ThreadScope<Scope> {
   public:
    /// `is_quick`: by few passes instead of those of the optimization level.
    Scope(bool is_quick, OnProgress on_progress)
        : is_quick_(is_quick), on_progress_(std::move(on_progress)) {}

    bool is_quick() const noexcept { return is_quick_; }
    /// What LLVM cannot generate code for; empty where nothing is wrong.
    const std::string& refusal() const noexcept { return refusal_; }
    void set_refusal(const char* reason) { refusal_ = reason; }

    /// Begins a stage that goes from one percentage to another in so many steps.
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
