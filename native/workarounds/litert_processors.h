#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Provides LiteRT with the list of processors if the system does not.
///
/// XNNPACK's kernels are chosen by the library cpuinfo, which on arm64 gives up if it cannot read
/// the kernel's lists of possible and present processors: on AWS Lambda, and anywhere else without
/// /sys. So LiteRT's `open` is redirected: these two files are then replaced by that of
/// `OpenProcessorList`.
class LitertProcessors {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLitertProcessors;

  LitertProcessors() = delete;

  static void Install(void* litert_library);

  /// open(2), except for the two files. For tests.
  static int Open(const char* path, int flags, ...) noexcept;

  /// A memory file with the list of all processors of this system, such as "0-3", in the format of
  /// /sys/devices/system/cpu/possible (Linux, Documentation/admin-guide/cputopology.rst). The
  /// caller owns its descriptor; -1 with errno if the system refuses it.
  static int OpenProcessorList() noexcept;
};

}  // namespace wasmedge_embed
