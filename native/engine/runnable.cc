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
                    ". WASI's has the type () -> (): compile it as a program or a reactor, or "
                    "export the function by another name.");
  }
  if (module.uses_tail_calls()) {
    throw Error(
        ErrorCode::kModuleInvalid,
        module.name() + " makes tail calls, with which WasmEdge " + module.api().version() +
            "'s interpreter is not safe. Let it be compiled, without aot: 'off', or compile "
            "its source without tail calls.");
  }
}

}  // namespace wasmedge_embed
