#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Tells LiteRT of the processors where the system does not.
///
/// XNNPACK's kernels are chosen by the library cpuinfo, which on arm64 gives up where the kernel's
/// lists of processors, possible and present, cannot be read: on AWS Lambda, and wherever else
/// there is no /sys. So LiteRT's `open` is redirected: these two files then are what
/// `OpenProcessorList` gives.
class LitertProcessors {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLitertProcessors;

  LitertProcessors() = delete;

  static void Install(void* litert_library);

  /// open(2), but for the two files. For tests.
  static int Open(const char* path, int flags, ...) noexcept;

  /// A file in memory that reads as the list of all processors of this system, such as "0-3", in
  /// the form of /sys/devices/system/cpu/possible (Linux,
  /// Documentation/admin-guide/cputopology.rst). Its descriptor is the caller's; -1 with errno when
  /// the system refuses it.
  static int OpenProcessorList() noexcept;
};

}  // namespace wasmedge_embed
