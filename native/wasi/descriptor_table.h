#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wasi/abi.h"
#include "wasi/errno.h"
#include "wasi/file_system.h"

namespace wasmedge_embed::wasi {

enum class DescriptorKind : uint8_t { kStdin, kStdout, kStderr, kFile, kDirectory };

/// What an open file descriptor refers to and what may be done with it.
struct Descriptor {
  DescriptorKind kind;
  uint64_t rights_base = 0;
  uint64_t rights_inheriting = 0;
  /// As last set by the guest. Kept for `fd_fdstat_get` only: memory never blocks, and nothing that
  /// can be written to has an offset or needs flushing.
  uint16_t flags = 0;
  /// Of a file or directory.
  FileSystem::NodeId node = FileSystem::kRoot;
  /// Of a file: where `fd_read` goes on; may lie beyond the end.
  uint64_t offset = 0;
  /// Of a preopened directory; otherwise empty. Refers to a literal.
  std::string_view preopen_name = {};

  bool is_stdio() const noexcept { return kind < DescriptorKind::kFile; }
  bool is_file() const noexcept { return kind == DescriptorKind::kFile; }
  bool is_directory() const noexcept { return kind == DescriptorKind::kDirectory; }
  bool Has(uint64_t rights) const noexcept { return (rights_base & rights) == rights; }
};

/// The guest's open file descriptors.
class DescriptorTable {
 public:
  static constexpr uint32_t kMaxDescriptors = 1024;

  DescriptorTable() = default;
  DescriptorTable(const DescriptorTable&) = delete;
  DescriptorTable& operator=(const DescriptorTable&) = delete;

  /// Opens what every guest starts with: 0 to 2 are stdin, stdout and stderr; 3 and 4 are the root
  /// directory, preopened as "/" and as ".", for the userlands that look for either. Whatever was
  /// open before is gone.
  void Reset();
  void Clear() noexcept { entries_.clear(); }

  /// The open descriptor `fd`, or null. Valid until the table changes.
  Descriptor* Find(uint32_t fd) noexcept;

  /// Opens a descriptor under the lowest free number. kMfile when all are taken.
  Errno Insert(const Descriptor& descriptor, uint32_t* fd);

  /// kBadf when `fd` is not open.
  Errno Close(uint32_t fd) noexcept;

  /// Moves `from` to `to`, which is closed by it. kBadf when either is not open.
  Errno Renumber(uint32_t from, uint32_t to) noexcept;

 private:
  std::vector<std::optional<Descriptor>> entries_;
};

/// What may be done with a file that was opened for reading.
inline constexpr uint64_t kFileRights = rights::kFdRead | rights::kFdSeek | rights::kFdTell |
                                        rights::kFdFdstatSetFlags | rights::kFdSync |
                                        rights::kFdDatasync | rights::kFdAdvise |
                                        rights::kFdFilestatGet | rights::kPollFdReadwrite;

/// The rights of a directory. Those to change it are among them although each such call ends with
/// kRofs: userlands look for this set and would otherwise report kNotCapable in its place.
inline constexpr uint64_t kDirectoryRights =
    rights::kPathCreateDirectory | rights::kPathCreateFile | rights::kPathLinkSource |
    rights::kPathLinkTarget | rights::kPathOpen | rights::kFdReaddir | rights::kPathReadlink |
    rights::kPathRenameSource | rights::kPathRenameTarget | rights::kPathFilestatGet |
    rights::kPathFilestatSetSize | rights::kPathFilestatSetTimes | rights::kFdFilestatGet |
    rights::kFdFilestatSetTimes | rights::kPathSymlink | rights::kPathRemoveDirectory |
    rights::kPathUnlinkFile | rights::kFdFdstatSetFlags | rights::kFdSync | rights::kFdDatasync;

/// What can be asked for when opening below a directory. The right to write is among it because
/// wasi-libc asks for no more than this: without it `open(…, O_WRONLY)` would succeed and only the
/// write would fail; with it the open fails, with kRofs.
inline constexpr uint64_t kInheritableRights = kDirectoryRights | kFileRights | rights::kFdWrite |
                                               rights::kFdAllocate | rights::kFdFilestatSetSize;

}  // namespace wasmedge_embed::wasi
