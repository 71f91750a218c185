#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace wasmedge_embed::test {

/// Lowers one of the process's limits temporarily, if possible: QEMU does not enforce limits, and
/// the sanitizers themselves would not get what they need.
class LowLimit {
 public:
  LowLimit(int resource, uint64_t value) : resource_(resource) {
    getrlimit(resource_, &before_);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const rlimit low{value, before_.rlim_max};
    setrlimit(resource_, &low);
#endif
    rlimit now{};
    holds_ = getrlimit(resource_, &now) == 0 && now.rlim_cur == value;
  }
  ~LowLimit() { setrlimit(resource_, &before_); }
  LowLimit(const LowLimit&) = delete;
  LowLimit& operator=(const LowLimit&) = delete;

  bool holds() const { return holds_; }

 private:
  const int resource_;
  rlimit before_{};
  bool holds_ = false;
};

}  // namespace wasmedge_embed::test
