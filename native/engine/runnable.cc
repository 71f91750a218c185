#include "engine/runnable.h"

#include <string>

#include "base/error.h"

namespace wasmedge_embed {

void CheckRunnable(const Module& module) {
  for (const char* name : {kStartFunction, kInitializeFunction}) {
    const Signature* signature = module.FindExportedFunction(name);
    if (signature == nullptr || *signature == Signature{}) continue;
    throw Error(ErrorCode::kModuleInvalid,
                module.name() + " exports '" + name + "' with the type " + signature->ToString() +
                    ". WASI requires the type () -> (): compile it as a program or a reactor, or "
                    "export the function under another name.");
  }
  if (module.uses_tail_calls()) {
    throw Error(ErrorCode::kModuleInvalid,
                module.name() +
                    " makes tail calls, which are not safe in the interpreter of WasmEdge " +
                    module.api().version() +
                    ". Load it without aot: 'off', so that it is compiled, or compile "
                    "its source without tail calls.");
  }
}

}  // namespace wasmedge_embed
