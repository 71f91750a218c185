#pragma once

#include <cstdint>

#include "base/guest_memory.h"
#include "wasi/abi.h"
#include "wasi/errno.h"
#include "wasi/file_system.h"

namespace wasmedge_embed::wasi {

/// Writes a result of a function to the guest's `address`: kSuccess or kFault.
template <typename T>
Errno Store(const GuestMemory& memory, uint32_t address, T value) noexcept {
  return memory.Write(address, value) ? Errno::kSuccess : Errno::kFault;
}

/// The attributes of a file or directory. Times are 0, so that a guest's answer depends on nothing
/// but what it was given.
inline Filestat FilestatOf(const FileSystem& files, FileSystem::NodeId id) noexcept {
  const FileSystem::Node& node = files.node(id);
  Filestat filestat;
  filestat.device = 1;
  filestat.inode = FileSystem::Inode(id);
  filestat.file_type = node.is_directory ? FileType::kDirectory : FileType::kRegularFile;
  filestat.link_count = 1;
  filestat.size = node.bytes.size();
  return filestat;
}

}  // namespace wasmedge_embed::wasi
