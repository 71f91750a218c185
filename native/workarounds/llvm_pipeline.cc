#include "workarounds/llvm_pipeline.h"

#include <dlfcn.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <type_traits>

#include "workarounds/redirected_function.h"

namespace wasmedge_embed {
namespace {

// From LLVM's C API (llvm-c/Core.h, TargetMachine.h, Transforms/PassBuilder.h), whose headers are
// not needed to build.
struct LlvmModule;
struct LlvmContext;
struct LlvmValue;
struct LlvmDiagnostic;
struct LlvmError;
struct LlvmTargetMachine;
struct LlvmPassOptions;
struct LlvmBuffer;
constexpr int kSeverityError = 0;   // LLVMDSError
constexpr int kSeverityRemark = 2;  // LLVMDSRemark

struct Llvm {
  LlvmContext* (*get_context)(LlvmModule*) = nullptr;
  void (*set_diagnostic_handler)(LlvmContext*, void (*)(LlvmDiagnostic*, void*), void*) = nullptr;
  int (*get_severity)(LlvmDiagnostic*) = nullptr;
  char* (*get_description)(LlvmDiagnostic*) = nullptr;
  void (*dispose_message)(char*) = nullptr;
  LlvmValue* (*get_first_function)(LlvmModule*) = nullptr;
  LlvmValue* (*get_next_function)(LlvmValue*) = nullptr;
  int (*is_declaration)(LlvmValue*) = nullptr;
  void (*consume_error)(LlvmError*) = nullptr;
  void (*parse_options)(int, const char* const*, const char*) = nullptr;
};

// Both are written once, before anything is compiled.
Llvm llvm;
RedirectedFunction<LlvmError* (*)(LlvmModule*, const char*, LlvmTargetMachine*, LlvmPassOptions*)>
    run_passes("LLVMRunPasses");
RedirectedFunction<int (*)(LlvmTargetMachine*, LlvmModule*, int, char**, LlvmBuffer**)> emit(
    "LLVMTargetMachineEmitToMemoryBuffer");

/// Passes that make the code of a translated module small and fast at little cost: its locals
/// become values, and redundant or unused computations are removed.
constexpr char kQuickPasses[] =
    "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,tailcallelim)";

/// Options that generate its code in two thirds of the time: instructions are selected one by one
/// as far as possible, and steps are skipped that save less than they cost. These options
/// (llvm/lib/CodeGen/TargetPassConfig.cpp, RegAllocGreedy.cpp) are only accessible in this way;
/// LLVM ignores those that it does not know.
#if defined(__x86_64__)
constexpr const char* kQuickOptions[] = {
    "wasmedge-embed",
    "-fast-isel=true",
    "-enable-misched=false",
    "-disable-lsr",
    "-disable-branch-fold",
    "-disable-machine-cse",
    "-disable-x86-domain-reassignment",
    "-grow-region-complexity-budget=1000",
};
#else
constexpr const char* kQuickOptions[] = {"wasmedge-embed"};
#endif

/// The remark about a function's frame size comes near the end of its code generation.
constexpr const char* kRemarks[] = {"wasmedge-embed", "-pass-remarks-analysis=^prologepilog$"};

/// The shares of the work, as measured with modules from 0.1 to 25 MB (docs/performance.md):
/// translation precedes the passes, linking follows code generation.
struct Shares {
  int translated;
  int optimized;
  int generated;
};
constexpr int kGenerated = 99;
constexpr Shares kQuickShares{4, 20, 90};
constexpr Shares kFullShares{1, 50, 95};

const Shares& SharesOf(const LlvmPipeline::Scope& scope) noexcept {
  return scope.is_quick() ? kQuickShares : kFullShares;
}

void OnDiagnostic(LlvmDiagnostic* diagnostic, void*) {
  auto* const scope = LlvmPipeline::Scope::Current();
  if (scope == nullptr) return;
  switch (llvm.get_severity(diagnostic)) {
    case kSeverityError: {
      char* const words = llvm.get_description(diagnostic);
      scope->set_refusal(words);
      llvm.dispose_message(words);
      return;
    }
    case kSeverityRemark:
      return scope->Step();
    default:
      return;
  }
}

LlvmError* RunPasses(LlvmModule* module, const char* passes, LlvmTargetMachine* machine,
                     LlvmPassOptions* options) {
  auto* const scope = LlvmPipeline::Scope::Current();
  if (scope == nullptr) return run_passes.original()(module, passes, machine, options);
  const Shares& shares = SharesOf(*scope);
  scope->Begin(shares.translated, shares.optimized, 1);
  LlvmError* error =
      run_passes.original()(module, scope->is_quick() ? kQuickPasses : passes, machine, options);
  if (error != nullptr && scope->is_quick()) {
    // A different LLVM may not know one of the passes: it has parsed the text and changed nothing.
    llvm.consume_error(error);
    error = run_passes.original()(module, passes, machine, options);
  }
  scope->Step();
  return error;
}

size_t FunctionsIn(LlvmModule* module) {
  size_t count = 0;
  for (LlvmValue* each = llvm.get_first_function(module); each != nullptr;
       each = llvm.get_next_function(each)) {
    if (llvm.is_declaration(each) == 0) ++count;
  }
  return count;
}

/// Each option can be set once per process.
template <size_t size>
void ParseOptions(const char* const (&options)[size]) {
  llvm.parse_options(static_cast<int>(size), options, nullptr);
}

int Emit(LlvmTargetMachine* machine, LlvmModule* module, int kind, char** message,
         LlvmBuffer** out) {
  auto* const scope = LlvmPipeline::Scope::Current();
  if (scope != nullptr) {
    const Shares& shares = SharesOf(*scope);
    scope->Begin(shares.optimized, shares.generated, FunctionsIn(module));
    static std::once_flag remarks;
    static std::once_flag quick;
    std::call_once(remarks, &ParseOptions<std::size(kRemarks)>, kRemarks);
    if (scope->is_quick()) {
      std::call_once(quick, &ParseOptions<std::size(kQuickOptions)>, kQuickOptions);
    }
    llvm.set_diagnostic_handler(llvm.get_context(module), &OnDiagnostic, nullptr);
  }
  const int is_failed = emit.original()(machine, module, kind, message, out);
  if (scope != nullptr) scope->Begin(kGenerated, kGenerated, 1);
  return is_failed;
}

}  // namespace

void LlvmPipeline::Scope::Begin(int from, int to, size_t steps) {
  from_ = from;
  to_ = to;
  steps_ = std::max<size_t>(steps, 1);
  done_ = 0;
  Tell(from);
}

void LlvmPipeline::Scope::Step() {
  done_ = std::min(done_ + 1, steps_);
  Tell(from_ + static_cast<int>(static_cast<size_t>(to_ - from_) * done_ / steps_));
}

void LlvmPipeline::Scope::Tell(int percent) {
  if (percent <= told_) return;
  told_ = percent;
  if (on_progress_) on_progress_(percent);
}

bool LlvmPipeline::IsReachable(const std::string& library_path) {
  const std::unique_ptr<void, int (*)(void*)> library(
      dlopen(library_path.c_str(), RTLD_LAZY | RTLD_NOLOAD), &dlclose);
  return library && IsInForce(kWorkaround) &&
         !ElfSlots(library.get()).Find("LLVMRunPasses").empty();
}

void LlvmPipeline::Install(void* wasmedge_library) {
  const auto find = [wasmedge_library](const char* name, auto* function) {
    *function =
        reinterpret_cast<std::remove_pointer_t<decltype(function)>>(dlsym(wasmedge_library, name));
    return *function != nullptr;
  };
  // Also searches the libraries that this one needs.
  const bool is_there = find("LLVMGetModuleContext", &llvm.get_context) &&
                        find("LLVMContextSetDiagnosticHandler", &llvm.set_diagnostic_handler) &&
                        find("LLVMGetDiagInfoSeverity", &llvm.get_severity) &&
                        find("LLVMGetDiagInfoDescription", &llvm.get_description) &&
                        find("LLVMDisposeMessage", &llvm.dispose_message) &&
                        find("LLVMGetFirstFunction", &llvm.get_first_function) &&
                        find("LLVMGetNextFunction", &llvm.get_next_function) &&
                        find("LLVMIsDeclaration", &llvm.is_declaration) &&
                        find("LLVMConsumeError", &llvm.consume_error) &&
                        find("LLVMParseCommandLineOptions", &llvm.parse_options);
  if (!is_there) return;
  run_passes.Install(wasmedge_library, &RunPasses);
  emit.Install(wasmedge_library, &Emit);
}

}  // namespace wasmedge_embed
