#pragma once

#include <cstdint>
#include <ctime>

namespace wasmedge_embed::fuzz {

/// The cost of a piece of work since construction: processor time of this thread, which other work
/// on the machine hardly affects, and allocated bytes, every allocation counted, which nothing else
/// affects.
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
