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

// Its caller frees the text with LLVM's own function, which is `free`.
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
  throw Error(
      ErrorCode::kNativeLoad,
      "This build of WasmEdge has LLVM inside it and compiles for this processor only, also "
      "where 'generic' is asked for. Compile with Debian's package of the same version, "
      "whose modules this one runs, or leave 'generic' out.");
}

}  // namespace wasmedge_embed
