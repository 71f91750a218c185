#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/standard_streams.h"
#include "wasi/abi.h"
#include "wasi/directory.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

enum class DescriptorKind : uint8_t { kStdin, kStdout, kStderr, kFile, kDirectory };

/// For one of the first three kinds.
constexpr StandardStream StreamOf(DescriptorKind kind) noexcept {
  return static_cast<StandardStream>(kind);
}

/// What an open file descriptor refers to, and its rights.
struct Descriptor {
  DescriptorKind kind;
  uint64_t rights_base = 0;
  uint64_t rights_inheriting = 0;
  /// As last set by the guest. Only kAppend matters for a file, and kNonblock for a stream of the
  /// embedder: memory never blocks, and writes take effect immediately.
  uint16_t flags = 0;
  /// One of the two is set, unless it is a standard stream.
  std::shared_ptr<File> file = nullptr;
  std::shared_ptr<Directory> directory = nullptr;
  /// For a file: the position of the next `fd_read` or `fd_write`; may be beyond the end.
  uint64_t offset = 0;
  /// For a preopened directory; otherwise null.
  std::shared_ptr<const std::string> preopen_name = nullptr;

  bool is_stdio() const noexcept { return kind < DescriptorKind::kFile; }
  bool is_file() const noexcept { return kind == DescriptorKind::kFile; }
  bool is_directory() const noexcept { return kind == DescriptorKind::kDirectory; }
  bool Has(uint64_t rights) const noexcept { return (rights_base & rights) == rights; }
};

/// A directory that is open when the guest starts.
struct Preopen {
  std::shared_ptr<const std::string> name;
  std::shared_ptr<Directory> directory;
};

/// The guest's open file descriptors.
class DescriptorTable {
 public:
  static constexpr uint32_t kMaxDescriptors = 1024;

  DescriptorTable() = default;
  DescriptorTable(const DescriptorTable&) = delete;
  DescriptorTable& operator=(const DescriptorTable&) = delete;

  /// Opens a guest's initial descriptors: 0 to 2 are stdin, stdout and stderr, followed by the
  /// preopened directories from 3 on. Closes everything else.
  void Reset(const std::vector<Preopen>& preopens);
  void Clear() noexcept { entries_.clear(); }

  /// Whether exactly those are open, under their original numbers.
  bool IsAsAtStart() const noexcept;

  /// The open descriptor `fd`, or null. Valid until the table changes.
  Descriptor* Find(uint32_t fd) noexcept;

  /// Whether all numbers are in use.
  bool is_full() const noexcept;

  /// Opens a descriptor under the lowest free number. kMfile if all are in use.
  Errno Insert(Descriptor descriptor, uint32_t* fd);

  /// kBadf if `fd` is not open.
  Errno Close(uint32_t fd) noexcept;

  /// Moves `from` to `to`, closing the old `to`. kBadf if either is not open.
  Errno Renumber(uint32_t from, uint32_t to) noexcept;

 private:
  std::vector<std::optional<Descriptor>> entries_;
  /// The names of the initial directories.
  std::vector<std::shared_ptr<const std::string>> preopens_;
};

/// The rights on a file opened for reading.
inline constexpr uint64_t kFileRights =
    rights::kFdRead | rights::kFdSeek | rights::kFdTell | rights::kFdFdstatSetFlags |
    rights::kFdSync | rights::kFdDatasync | rights::kFdAdvise | rights::kFdFilestatGet |
    rights::kFdFilestatSetTimes | rights::kPollFdReadwrite;

/// The additional rights on a file opened for writing.
inline constexpr uint64_t kWritingRights =
    rights::kFdWrite | rights::kFdAllocate | rights::kFdFilestatSetSize;

/// The rights on a directory. They include the rights to change it even if every such call fails
/// with kRofs: userlands check for this set and would otherwise report kNotCapable instead.
inline constexpr uint64_t kDirectoryRights =
    rights::kPathCreateDirectory | rights::kPathCreateFile | rights::kPathLinkSource |
    rights::kPathLinkTarget | rights::kPathOpen | rights::kFdReaddir | rights::kPathReadlink |
    rights::kPathRenameSource | rights::kPathRenameTarget | rights::kPathFilestatGet |
    rights::kPathFilestatSetSize | rights::kPathFilestatSetTimes | rights::kFdFilestatGet |
    rights::kFdFilestatSetTimes | rights::kPathSymlink | rights::kPathRemoveDirectory |
    rights::kPathUnlinkFile | rights::kFdFdstatSetFlags | rights::kFdSync | rights::kFdDatasync;

/// The rights that can be requested when opening something below a directory. They include the
/// right to write because wasi-libc requests no more than this set: without it, `open(…, O_WRONLY)`
/// would succeed where nothing can be written, and only the write would fail; with it, the open
/// fails with kRofs.
inline constexpr uint64_t kInheritableRights = kDirectoryRights | kFileRights | kWritingRights;

}  // namespace wasmedge_embed::wasi
