#pragma once

#include <cstdint>
#include <ctime>

namespace wasmedge_embed::fuzz {

/// What a piece of work takes: processor time of this thread, which other work on the machine
/// hardly changes, and bytes that are allocated, each time anew, which nothing else changes.
/// Measured since its construction.
class Cost {
 public:
  Cost();

  double Seconds() const;
  uint64_t AllocatedBytes() const;

 private:
  timespec began_{};
  uint64_t allocated_before_;
};

}  // namespace wasmedge_embed::fuzz
