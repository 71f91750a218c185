#pragma once

namespace wasmedge_embed::litert {

/// What LiteRT's `open` leads to, see open(2). XNNPACK's kernels are chosen by the library cpuinfo,
/// which on arm64 gives up where the kernel's lists of processors, possible and present, cannot be
/// read: on AWS Lambda, and wherever else there is no /sys. These two files then are what
/// `OpenProcessorList` gives; all others are as they are.
int OpenFile(const char* path, int flags, ...) noexcept;

/// A file in memory that reads as the list of all processors of this system, such as "0-3", in the
/// form of /sys/devices/system/cpu/possible (Linux, Documentation/admin-guide/cputopology.rst).
/// Its descriptor is the caller's; -1 with errno when the system refuses it.
int OpenProcessorList() noexcept;

}  // namespace wasmedge_embed::litert
