#include "workarounds/program_log.h"

#include <cstdio>

#include "workarounds/workaround.h"

namespace wasmedge_embed {

void LeadProgramLogTo(int descriptor) noexcept {
  if (!IsInForce(Workaround::kProgramLog)) return;
  std::fflush(stdout);
  stdout->_fileno = descriptor;
}

}  // namespace wasmedge_embed
