#include "engine/host_instance.h"

namespace wasmedge_embed {

wasmedge::Result FinishHostCall(HostOutcome outcome) noexcept {
  switch (outcome) {
    case HostOutcome::kReturn:
      return wasmedge::kSuccess;
    case HostOutcome::kExit:
      return wasmedge::kTerminate;
    case HostOutcome::kFail:
      break;
  }
  return wasmedge::kFail;
}

void RecordHostFailure(Invocation& invocation, const char* function, const char* reason) {
  invocation.set_failure(Error(
      ErrorCode::kTrap, std::string("The host function ") + function + " failed: " + reason + ".",
      "host-function"));
}

}  // namespace wasmedge_embed
