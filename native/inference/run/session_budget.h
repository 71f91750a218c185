#pragma once

#include <cstdint>

#include "base/error.h"

namespace wasmedge_embed {

/// The total memory for the sessions of one invocation, and for the results of one run, in bytes.
class SessionBudget {
 public:
  explicit SessionBudget(uint64_t limit, uint64_t activation_bytes = UINT64_MAX) noexcept
      : limit_(limit), activation_bytes_(activation_bytes) {}
  SessionBudget(const SessionBudget&) = delete;
  SessionBudget& operator=(const SessionBudget&) = delete;

  /// The number of bytes left.
  uint64_t left() const noexcept { return limit_ - used_; }

  /// Changes an allocation of `from` bytes to `to` bytes. Throws `Error(kLimit)`, without any
  /// change, if that exceeds the budget.
  void Change(uint64_t from, uint64_t to) {
    if (to > from && to - from > left()) Refuse();
    used_ = used_ - from + to;
  }
  void Release(uint64_t bytes) noexcept { used_ -= bytes; }
  uint64_t activation_bytes() const noexcept { return activation_bytes_; }
  [[noreturn]] void Refuse() const { ThrowLimit("sessionBytes", limit_); }

 private:
  const uint64_t limit_;
  const uint64_t activation_bytes_;
  uint64_t used_ = 0;
};

}  // namespace wasmedge_embed
