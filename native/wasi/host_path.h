#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "wasi/errno.h"

// A guest's paths in a folder of the host. Nothing here leaves the directory that a path starts
// from: not by "..", an absolute path or a symbolic link, not through /proc, and not if others
// rename directories on the path at the same time.

namespace wasmedge_embed::wasi {

/// An open descriptor of the host, closed when the object is destroyed.
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

/// How paths are resolved: by the kernel (`openat2` with RESOLVE_BENEATH, Linux 5.6) or, if that is
/// not available or not allowed, component by component. Only tests choose kByName.
enum class PathResolution { kAutomatic, kByName };

/// Opens `path` below `directory` with the flags of `open(2)`; O_NOFOLLOW has its usual meaning,
/// and O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added. `mode` is that of a created file.
Errno OpenBeneath(int directory, std::string_view path, int flags, mode_t mode,
                  PathResolution resolution, HostDescriptor* out);

/// The last component of a path and its directory, for operations on an entry.
struct HostEntry {
  /// Not open if the entry is in the directory that the path started from.
  HostDescriptor owned;
  int directory = -1;
  /// With a trailing slash if the path has one, so that the kernel returns the same error.
  std::string name;
  bool trailing_slash = false;
  /// False for a path to a directory that ends in "." or "..", which does not name an entry.
  bool is_entry = true;
};

/// Finds the entry that `path` names; it need not exist.
Errno FindEntry(int directory, std::string_view path, PathResolution resolution, HostEntry* out);

}  // namespace wasmedge_embed::wasi
