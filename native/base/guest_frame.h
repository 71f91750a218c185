#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// A guest function that was on the call stack when the guest was left.
struct GuestFrame {
  /// Its name in the module, at most `kMostNameBytes` long; not necessarily UTF-8.
  std::string name;
  /// Its index in the module. Imported functions come first.
  uint32_t index = 0;

  static constexpr size_t kMostNameBytes = 1024;
};

/// The guest's call stack, innermost frame first.
struct GuestTrace {
  std::vector<GuestFrame> frames;
  /// Frames omitted after these. A lower bound if there were too many to count.
  size_t omitted = 0;
};

}  // namespace wasmedge_embed
