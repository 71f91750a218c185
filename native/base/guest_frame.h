#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// A function of a guest that had been called when it was left.
struct GuestFrame {
  /// Its name as the module has it: UTF-8 or not, of at most `kMostNameBytes`.
  std::string name;
  /// Its index in the module; imported functions come first.
  uint32_t index = 0;

  static constexpr size_t kMostNameBytes = 1024;
};

/// Where a guest was, innermost first.
struct GuestTrace {
  std::vector<GuestFrame> frames;
  /// Frames that are left out behind these; where they were too many to count, some.
  size_t omitted = 0;
};

}  // namespace wasmedge_embed
