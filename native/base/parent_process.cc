#include "base/parent_process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace wasmedge_embed {

void DieWithParent(int64_t parent) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // In this order: otherwise the end of the parent before the call would go unnoticed.
  if (getppid() != parent) raise(SIGKILL);
}

}  // namespace wasmedge_embed
