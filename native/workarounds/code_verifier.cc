#include "workarounds/code_verifier.h"

#include "workarounds/redirected_function.h"

namespace wasmedge_embed {
namespace {

// From LLVM's C API (llvm-c/Analysis.h), whose headers are not needed to build.
struct LlvmModule;
constexpr int kReturnStatus = 2;  // LLVMReturnStatusAction: neither writes nor ends the process

RedirectedFunction<int (*)(LlvmModule*, int action, char** message)> verify_module(
    "LLVMVerifyModule");

// The caller frees the message.
int VerifyAndRemember(LlvmModule* module, int, char** message) {
  const int is_broken = verify_module.original()(module, kReturnStatus, message);
  auto* const scope = CodeVerifier::Scope::Current();
  if (scope != nullptr && is_broken != 0) scope->set_refused();
  return is_broken;
}

}  // namespace

void CodeVerifier::Install(void* wasmedge_library) {
  verify_module.Install(wasmedge_library, &VerifyAndRemember);
}

}  // namespace wasmedge_embed
