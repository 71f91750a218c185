#pragma once

#include <cstdio>
#include <cstdlib>

namespace wasmedge_embed::fuzz {

/// Must hold for every input; otherwise the input is a finding.
inline void Require(bool condition, const char* expectation) {
  if (condition) return;
  std::fprintf(stderr, "Expected, and not so: %s\n", expectation);
  std::abort();
}

}  // namespace wasmedge_embed::fuzz
