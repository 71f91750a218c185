#include "workarounds/generic_target.h"

#include <atomic>
#include <cstring>

#include "base/error.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

#if defined(__x86_64__)
constexpr char kBaseline[] = "+cx16,+popcnt,+sahf,+sse3,+sse4.1,+sse4.2,+ssse3";
#elif defined(__aarch64__)
constexpr char kBaseline[] = "+neon";
#else
#error "The baseline of this processor's architecture is not known here."
#endif

// LLVM's function, where it can be redirected.
std::atomic<char* (*)()> host_features = nullptr;
thread_local bool generic = false;

}  // namespace

void GenericTarget::Install(void* wasmedge_library) {
  const ElfSlots slots(wasmedge_library);
  const auto found = slots.Find("LLVMGetHostCPUFeatures");
  if (found.empty()) return;
  host_features = reinterpret_cast<char* (*)()>(*found.front());
  slots.Redirect("LLVMGetHostCPUFeatures", reinterpret_cast<void*>(&Features));
}

char* GenericTarget::Features() noexcept {
  // Freed by the caller with LLVM's own function, which is `free`.
  return generic ? strdup(kBaseline) : host_features.load()();
}

GenericTarget::Scope::Scope() {
  if (host_features.load() == nullptr) {
    throw Error(
        ErrorCode::kNativeLoad,
        "This build of WasmEdge has LLVM inside it and compiles for this processor only, also "
        "where 'generic' is asked for. Compile with Debian's package of the same version, "
        "whose modules this one runs, or leave 'generic' out.");
  }
  generic = true;
}

GenericTarget::Scope::~Scope() { generic = false; }

}  // namespace wasmedge_embed
