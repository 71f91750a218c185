#pragma once

#include <memory>
#include <string>

#include "wasi/host_path.h"

namespace wasmedge_embed::wasi {

/// A folder of the host, opened once: guests see this one, whatever is mounted or renamed in its
/// place later. Shared by all threads.
class HostFolder {
 public:
  /// Throws `Error` kInvalidArgument if `path` is not a directory that can be opened.
  static std::shared_ptr<const HostFolder> Open(
      const std::string& path, bool is_writable,
      PathResolution resolution = PathResolution::kAutomatic);

  HostFolder(HostDescriptor descriptor, bool is_writable, PathResolution resolution) noexcept
      : descriptor_(std::move(descriptor)), is_writable_(is_writable), resolution_(resolution) {}
  HostFolder(const HostFolder&) = delete;
  HostFolder& operator=(const HostFolder&) = delete;

  int descriptor() const noexcept { return descriptor_.get(); }
  bool is_writable() const noexcept { return is_writable_; }
  PathResolution resolution() const noexcept { return resolution_; }

 private:
  const HostDescriptor descriptor_;
  const bool is_writable_;
  const PathResolution resolution_;
};

}  // namespace wasmedge_embed::wasi
