#include "engine/trap.h"

namespace wasmedge_embed {

const char* TrapName(uint32_t code) noexcept {
  switch (code) {
    case 0x0303:  // a data segment that does not fit
    case 0x0408:
      return "memory-out-of-bounds";
    case 0x0304:  // an element segment that does not fit
    case 0x0407:
      return "table-out-of-bounds";
    case 0x0404:
      return "divide-by-zero";
    case 0x0405:
      return "integer-overflow";
    case 0x0406:
      return "invalid-conversion-to-integer";
    case 0x0409:
      return "array-out-of-bounds";
    case 0x040A:
      return "unreachable";
    case 0x040B:
      return "uninitialized-element";
    case 0x040C:
      return "undefined-element";
    case 0x040D:
      return "indirect-call-type-mismatch";
    case 0x040E:
      return "host-function";
    case 0x0410:
      return "unaligned-atomic";
    case 0x0411:
      return "expected-shared-memory";
    case 0x0412:
    case 0x0413:
    case 0x0414:
    case 0x0415:
    case 0x0416:
    case 0x0417:
      return "null-reference";
    case 0x0418:
      return "cast-failure";
    case 0x0419:
      return "uncaught-exception";
    default:
      return nullptr;
  }
}

Error StackOverflowError() {
  return Error(ErrorCode::kTrap, "The guest trapped: its call stack overflowed.", "stack-overflow");
}

Error MakeRunError(const wasmedge::Api& api, wasmedge::Result result) {
  const uint32_t code = api.ResultGetCode(result);
  const std::string message = api.ResultGetMessage(result);
  if (const char* trap = TrapName(code)) {
    return Error(ErrorCode::kTrap, "The guest trapped: " + message + ".", trap);
  }
  return Error(ErrorCode::kModuleInvalid, "The module cannot be run: " + message + " (WasmEdge " +
                                              api.version() + ", code " + std::to_string(code) +
                                              ").");
}

}  // namespace wasmedge_embed
