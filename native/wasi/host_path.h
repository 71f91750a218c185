#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "wasi/errno.h"

// Paths of a guest in a folder of the host. Nothing here leaves the directory that a path starts
// from: not by "..", an absolute path or a symbolic link, not through /proc, and not when others
// rename what lies on the way at the same time.

namespace wasmedge_embed::wasi {

/// An open descriptor of the host, closed with the object.
class HostDescriptor {
 public:
  HostDescriptor() = default;
  explicit HostDescriptor(int fd) noexcept : fd_(fd) {}
  ~HostDescriptor();
  HostDescriptor(HostDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  HostDescriptor& operator=(HostDescriptor&& other) noexcept;
  HostDescriptor(const HostDescriptor&) = delete;
  HostDescriptor& operator=(const HostDescriptor&) = delete;

  int get() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// How paths are resolved: by the kernel (`openat2` with RESOLVE_BENEATH, Linux 5.6), or, where it
/// is not there or not allowed, name by name. kByName is chosen by tests alone.
enum class PathResolution { kAutomatic, kByName };

/// Opens `path` below `directory` with the flags of `open(2)`; O_NOFOLLOW has its meaning, and
/// O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added. `mode` is that of a file that is made.
Errno OpenBeneath(int directory, std::string_view path, int flags, mode_t mode,
                  PathResolution resolution, HostDescriptor* out);

/// The last name of a path and the directory that it is in, for what acts on an entry.
struct HostEntry {
  /// Not open where the entry is in the directory that the path started from.
  HostDescriptor owned;
  int directory = -1;
  /// With a slash behind it where the path has one, so that the kernel's answer is the same.
  std::string name;
  bool trailing_slash = false;
  /// False for a path to a directory that ends in "." or "..", which name no entry.
  bool is_entry = true;
};

/// Finds the entry that `path` names; it need not be there.
Errno FindEntry(int directory, std::string_view path, PathResolution resolution, HostEntry* out);

}  // namespace wasmedge_embed::wasi
