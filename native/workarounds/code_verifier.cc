#include "workarounds/code_verifier.h"

#include <dlfcn.h>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

// Of LLVM's C API (llvm-c/Analysis.h), whose headers are not needed to build.
struct LlvmModule;
using Verify = int (*)(LlvmModule*, int action, char** message);
constexpr int kReturnStatus = 2;  // LLVMReturnStatusAction: neither writes nor ends the process

// Written once, before anything is compiled.
Verify& Original() {
  static Verify verify = nullptr;
  return verify;
}

thread_local bool is_refused = false;

// Stands in for libwasmedge's `LLVMVerifyModule`. The caller disposes of the message.
int VerifyAndRemember(LlvmModule* module, int, char** message) {
  const int is_broken = Original()(module, kReturnStatus, message);
  if (is_broken != 0) is_refused = true;
  return is_broken;
}

}  // namespace

void CodeVerifier::Install(void* wasmedge_library) {
  // Looked for in what the library needs as well.
  Original() = reinterpret_cast<Verify>(dlsym(wasmedge_library, "LLVMVerifyModule"));
  if (Original() == nullptr) return;
  ElfSlots(wasmedge_library)
      .Redirect("LLVMVerifyModule", reinterpret_cast<void*>(&VerifyAndRemember));
}

CodeVerifier::Scope::Scope() noexcept { is_refused = false; }

CodeVerifier::Scope::~Scope() { is_refused = false; }

bool CodeVerifier::Scope::refused() const noexcept { return is_refused; }

}  // namespace wasmedge_embed
