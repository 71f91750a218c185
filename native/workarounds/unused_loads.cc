#include "workarounds/unused_loads.h"

#include <dlfcn.h>

#include <iterator>

namespace wasmedge_embed {

void UnusedLoads::Install(void* wasmedge_library) {
  // Looked for in what the library needs as well. LLVM has no other door to these options; what it
  // does not know it passes over (llvm-c/Support.h).
  using Parse = void (*)(int, const char* const*, const char*);
  const auto parse =
      reinterpret_cast<Parse>(dlsym(wasmedge_library, "LLVMParseCommandLineOptions"));
  if (parse == nullptr) return;
  const char* const arguments[] = {"wasmedge-embed", "-x86-cmov-converter-force-mem-operand=false"};
  parse(static_cast<int>(std::size(arguments)), arguments, nullptr);
}

}  // namespace wasmedge_embed
