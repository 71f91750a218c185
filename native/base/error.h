#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/guest_frame.h"

namespace wasmedge_embed {

/// The stable codes of the public error family. `ErrorCodeName` gives the string that JavaScript
/// sees as `error.code`; the names are part of the public API.
enum class ErrorCode {
  kModuleLoad,
  kModuleInvalid,
  kLink,
  kTrap,
  kTimeout,
  kAborted,
  kMemoryLimit,
  kOutputLimit,
  kLimit,
  kQueueFull,
  kClosed,
  kModel,
  kInvalidArgument,
  kNativeLoad,
  kHostFunction,
  kSnapshot,
};

const char* ErrorCodeName(ErrorCode code) noexcept;

/// The only exception type of the native code. The message says what was expected and what to do.
/// `detail` is the machine-readable part of some codes: the name of the trap for `kTrap`, of the
/// limit for `kLimit`; otherwise empty.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string detail = {})
      : std::runtime_error(message), code_(code), detail_(std::move(detail)) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& detail() const noexcept { return detail_; }

  /// Where the guest was when it failed; null if no guest did. Shared, because errors are copied.
  const std::shared_ptr<const GuestTrace>& trace() const noexcept { return trace_; }
  /// The same error with the guest's location.
  Error At(std::shared_ptr<const GuestTrace> trace) const {
    Error error = *this;
    error.trace_ = std::move(trace);
    return error;
  }

 private:
  ErrorCode code_;
  std::string detail_;
  std::shared_ptr<const GuestTrace> trace_;
};

/// Ends an invocation that exceeds a limit: `Error(kLimit)` with the name of the public option
/// `limits.<name>` as its detail.
[[noreturn]] void ThrowLimit(const char* name, uint64_t value);

/// The host itself is out of memory: `Error(kLimit)` with "host-memory" as its detail. `purpose`
/// follows "There is not enough memory", for example " to run the module".
Error NotEnoughMemory(const char* purpose = "");

/// The failure of a host function that has no other way to report it: `Error(kTrap)` with
/// "host-function" as its detail. `reason` completes "The host function … failed: ".
Error HostTrap(const char* function, const std::string& reason);

}  // namespace wasmedge_embed
