#include "bindings/parent_process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace wasmedge_embed {

Napi::Value DieWithParent(const Napi::CallbackInfo& info) {
  const auto parent = static_cast<pid_t>(info[0].ToNumber().Int64Value());
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // In this order: a parent that ended before would not be noticed any more.
  if (getppid() != parent) raise(SIGKILL);
  return info.Env().Undefined();
}

}  // namespace wasmedge_embed
