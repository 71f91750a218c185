#include "workarounds/generic_target.h"

#include <cstring>

#include "base/error.h"
#include "workarounds/redirected_function.h"

namespace wasmedge_embed {
namespace {

#if defined(__x86_64__)
constexpr char kBaseline[] = "+cx16,+popcnt,+sahf,+sse3,+sse4.1,+sse4.2,+ssse3";
#elif defined(__aarch64__)
constexpr char kBaseline[] = "+neon";
#else
#error "The baseline of this processor's architecture is not known here."
#endif

RedirectedFunction<char* (*)()> host_features("LLVMGetHostCPUFeatures");

// The caller frees the text with LLVM's own function, which is `free`.
char* Features() {
  return GenericTarget::Scope::Current() != nullptr ? strdup(kBaseline)
                                                    : host_features.original()();
}

}  // namespace

void GenericTarget::Install(void* wasmedge_library) {
  host_features.Install(wasmedge_library, &Features);
}

GenericTarget::Scope::Scope() {
  if (host_features.original() != nullptr || !IsInForce(kWorkaround)) return;
  throw Error(ErrorCode::kNativeLoad,
              "This build of WasmEdge contains LLVM and compiles for this processor only, even "
              "with 'generic'. Compile with Debian's package of the same version, "
              "whose modules this build can run, or omit 'generic'.");
}

}  // namespace wasmedge_embed
