#include "workarounds/unused_loads.h"

#include <dlfcn.h>

#include <iterator>

namespace wasmedge_embed {

void UnusedLoads::Install(void* wasmedge_library) {
  // Also searches the libraries that this one needs. These LLVM options are only accessible in this
  // way; LLVM ignores unknown ones (llvm-c/Support.h).
  using Parse = void (*)(int, const char* const*, const char*);
  const auto parse =
      reinterpret_cast<Parse>(dlsym(wasmedge_library, "LLVMParseCommandLineOptions"));
  if (parse == nullptr) return;
  const char* const arguments[] = {"wasmedge-embed", "-x86-cmov-converter-force-mem-operand=false"};
  parse(static_cast<int>(std::size(arguments)), arguments, nullptr);
}

}  // namespace wasmedge_embed
