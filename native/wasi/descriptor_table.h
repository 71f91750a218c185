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

/// Of one of the first three.
constexpr StandardStream StreamOf(DescriptorKind kind) noexcept {
  return static_cast<StandardStream>(kind);
}

/// What an open file descriptor refers to and what may be done with it.
struct Descriptor {
  DescriptorKind kind;
  uint64_t rights_base = 0;
  uint64_t rights_inheriting = 0;
  /// As last set by the guest. Of a file kAppend counts, of a stream of the embedder's kNonblock;
  /// memory never blocks, and what is written is there at once.
  uint16_t flags = 0;
  /// One of the two, unless it is a standard stream.
  std::shared_ptr<File> file = nullptr;
  std::shared_ptr<Directory> directory = nullptr;
  /// Of a file: where `fd_read` and `fd_write` go on; may lie beyond the end.
  uint64_t offset = 0;
  /// Of a preopened directory; otherwise null.
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

  /// Opens what a guest starts with: 0 to 2 are stdin, stdout and stderr, and from 3 on the
  /// preopened directories. Whatever was open before is gone.
  void Reset(const std::vector<Preopen>& preopens);
  void Clear() noexcept { entries_.clear(); }

  /// Whether just those are open, each under its number.
  bool IsAsAtStart() const noexcept;

  /// The open descriptor `fd`, or null. Valid until the table changes.
  Descriptor* Find(uint32_t fd) noexcept;

  /// Whether all numbers are taken.
  bool is_full() const noexcept;

  /// Opens a descriptor under the lowest free number. kMfile when all are taken.
  Errno Insert(Descriptor descriptor, uint32_t* fd);

  /// kBadf when `fd` is not open.
  Errno Close(uint32_t fd) noexcept;

  /// Moves `from` to `to`, which is closed by it. kBadf when either is not open.
  Errno Renumber(uint32_t from, uint32_t to) noexcept;

 private:
  std::vector<std::optional<Descriptor>> entries_;
  /// The names of the directories that were open at the start.
  std::vector<std::shared_ptr<const std::string>> preopens_;
};

/// What may be done with a file that was opened for reading.
inline constexpr uint64_t kFileRights =
    rights::kFdRead | rights::kFdSeek | rights::kFdTell | rights::kFdFdstatSetFlags |
    rights::kFdSync | rights::kFdDatasync | rights::kFdAdvise | rights::kFdFilestatGet |
    rights::kFdFilestatSetTimes | rights::kPollFdReadwrite;

/// What comes with the right to write a file.
inline constexpr uint64_t kWritingRights =
    rights::kFdWrite | rights::kFdAllocate | rights::kFdFilestatSetSize;

/// The rights of a directory. Those to change it are among them also where each such call ends with
/// kRofs: userlands look for this set and would otherwise report kNotCapable in its place.
inline constexpr uint64_t kDirectoryRights =
    rights::kPathCreateDirectory | rights::kPathCreateFile | rights::kPathLinkSource |
    rights::kPathLinkTarget | rights::kPathOpen | rights::kFdReaddir | rights::kPathReadlink |
    rights::kPathRenameSource | rights::kPathRenameTarget | rights::kPathFilestatGet |
    rights::kPathFilestatSetSize | rights::kPathFilestatSetTimes | rights::kFdFilestatGet |
    rights::kFdFilestatSetTimes | rights::kPathSymlink | rights::kPathRemoveDirectory |
    rights::kPathUnlinkFile | rights::kFdFdstatSetFlags | rights::kFdSync | rights::kFdDatasync;

/// What can be asked for when opening below a directory. The right to write is among it because
/// wasi-libc asks for no more than this: without it `open(…, O_WRONLY)` would succeed where nothing
/// can be written and only the write would fail; with it the open fails, with kRofs.
inline constexpr uint64_t kInheritableRights = kDirectoryRights | kFileRights | kWritingRights;

}  // namespace wasmedge_embed::wasi
