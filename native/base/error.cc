#include "base/error.h"

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
    case ErrorCode::kMemoryLimit:
      return "ERR_MEMORY_LIMIT";
    case ErrorCode::kOutputLimit:
      return "ERR_OUTPUT_LIMIT";
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
    case ErrorCode::kHostFunction:
      return "ERR_HOST_FUNCTION";
    case ErrorCode::kSnapshot:
      return "ERR_SNAPSHOT";
  }
  return "ERR_INVALID_ARGUMENT";
}

Error NotEnoughMemory(const char* purpose) {
  return Error(ErrorCode::kLimit, std::string("There is not enough memory") + purpose + ".",
               "host-memory");
}

Error HostTrap(const char* function, const std::string& reason) {
  return Error(ErrorCode::kTrap,
               std::string("The host function ") + function + " failed: " + reason + ".",
               "host-function");
}

void ThrowLimit(const char* name, uint64_t value) {
  throw Error(ErrorCode::kLimit,
              std::string("The guest reached the limit '") + name + "' of " +
                  std::to_string(value) + ". Raise limits." + name + " to allow more.",
              name);
}

}  // namespace wasmedge_embed
