#include "engine/error.h"

namespace wasmedge_embed {

const char* ErrorCodeName(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kModuleLoad:
      return "ERR_MODULE_LOAD";
    case ErrorCode::kModuleInvalid:
      return "ERR_MODULE_INVALID";
    case ErrorCode::kLink:
      return "ERR_LINK";
    case ErrorCode::kTrap:
      return "ERR_TRAP";
    case ErrorCode::kTimeout:
      return "ERR_TIMEOUT";
    case ErrorCode::kAborted:
      return "ERR_ABORTED";
    case ErrorCode::kLimit:
      return "ERR_LIMIT";
    case ErrorCode::kQueueFull:
      return "ERR_QUEUE_FULL";
    case ErrorCode::kClosed:
      return "ERR_CLOSED";
    case ErrorCode::kModel:
      return "ERR_MODEL";
    case ErrorCode::kInvalidArgument:
      return "ERR_INVALID_ARGUMENT";
    case ErrorCode::kNativeLoad:
      return "ERR_NATIVE_LOAD";
  }
  return "ERR_INVALID_ARGUMENT";
}

}  // namespace wasmedge_embed
