#pragma once

#include <cstdint>
#include <type_traits>

// The binary interface of wasi_snapshot_preview1 (typenames.witx): flags, enumerations and records
// as laid out in the guest's memory. Padding is explicit, so that no byte of the host's stack
// reaches the guest; the assertions below prove that no implicit padding remains.

namespace wasmedge_embed::wasi {

enum class FileType : uint8_t {
  kUnknown = 0,
  kBlockDevice,
  kCharacterDevice,
  kDirectory,
  kRegularFile,
  kSocketDatagram,
  kSocketStream,
  kSymbolicLink,
};

enum class ClockId : uint32_t {
  kRealtime = 0,
  kMonotonic = 1,
  kProcessCpuTime = 2,
  kThreadCpuTime = 3,
};

enum class Whence : uint32_t { kSet = 0, kCurrent = 1, kEnd = 2 };

enum class EventType : uint8_t { kClock = 0, kFdRead = 1, kFdWrite = 2 };

/// The last value of `advice`.
inline constexpr uint32_t kLastAdvice = 5;

namespace rights {
inline constexpr uint64_t kFdDatasync = 1u << 0;
inline constexpr uint64_t kFdRead = 1u << 1;
inline constexpr uint64_t kFdSeek = 1u << 2;
inline constexpr uint64_t kFdFdstatSetFlags = 1u << 3;
inline constexpr uint64_t kFdSync = 1u << 4;
inline constexpr uint64_t kFdTell = 1u << 5;
inline constexpr uint64_t kFdWrite = 1u << 6;
inline constexpr uint64_t kFdAdvise = 1u << 7;
inline constexpr uint64_t kFdAllocate = 1u << 8;
inline constexpr uint64_t kPathCreateDirectory = 1u << 9;
inline constexpr uint64_t kPathCreateFile = 1u << 10;
inline constexpr uint64_t kPathLinkSource = 1u << 11;
inline constexpr uint64_t kPathLinkTarget = 1u << 12;
inline constexpr uint64_t kPathOpen = 1u << 13;
inline constexpr uint64_t kFdReaddir = 1u << 14;
inline constexpr uint64_t kPathReadlink = 1u << 15;
inline constexpr uint64_t kPathRenameSource = 1u << 16;
inline constexpr uint64_t kPathRenameTarget = 1u << 17;
inline constexpr uint64_t kPathFilestatGet = 1u << 18;
inline constexpr uint64_t kPathFilestatSetSize = 1u << 19;
inline constexpr uint64_t kPathFilestatSetTimes = 1u << 20;
inline constexpr uint64_t kFdFilestatGet = 1u << 21;
inline constexpr uint64_t kFdFilestatSetSize = 1u << 22;
inline constexpr uint64_t kFdFilestatSetTimes = 1u << 23;
inline constexpr uint64_t kPathSymlink = 1u << 24;
inline constexpr uint64_t kPathRemoveDirectory = 1u << 25;
inline constexpr uint64_t kPathUnlinkFile = 1u << 26;
inline constexpr uint64_t kPollFdReadwrite = 1u << 27;
inline constexpr uint64_t kSockShutdown = 1u << 28;
inline constexpr uint64_t kSockAccept = 1u << 29;
}  // namespace rights

namespace fdflags {
inline constexpr uint32_t kAppend = 1u << 0;
inline constexpr uint32_t kDsync = 1u << 1;
inline constexpr uint32_t kNonblock = 1u << 2;
inline constexpr uint32_t kRsync = 1u << 3;
inline constexpr uint32_t kSync = 1u << 4;
inline constexpr uint32_t kAll = (1u << 5) - 1;
}  // namespace fdflags

namespace oflags {
inline constexpr uint32_t kCreat = 1u << 0;
inline constexpr uint32_t kDirectory = 1u << 1;
inline constexpr uint32_t kExcl = 1u << 2;
inline constexpr uint32_t kTrunc = 1u << 3;
inline constexpr uint32_t kAll = (1u << 4) - 1;
}  // namespace oflags

/// Of `lookupflags`: follow a symbolic link that is the last component of a path.
inline constexpr uint32_t kLookupSymlinkFollow = 1;

namespace fstflags {
inline constexpr uint32_t kAtim = 1u << 0;
inline constexpr uint32_t kAtimNow = 1u << 1;
inline constexpr uint32_t kMtim = 1u << 2;
inline constexpr uint32_t kMtimNow = 1u << 3;
inline constexpr uint32_t kAll = (1u << 4) - 1;
}  // namespace fstflags

/// Whether `flags` are known `fstflags` that do not request two values for the same time.
constexpr bool AreValidTimeFlags(uint32_t flags) noexcept {
  constexpr uint32_t kBothAtim = fstflags::kAtim | fstflags::kAtimNow;
  constexpr uint32_t kBothMtim = fstflags::kMtim | fstflags::kMtimNow;
  return (flags & ~fstflags::kAll) == 0 && (flags & kBothAtim) != kBothAtim &&
         (flags & kBothMtim) != kBothMtim;
}

inline constexpr uint16_t kSubscriptionClockAbstime = 1;
inline constexpr uint16_t kEventHangup = 1;

/// A buffer of a scatter or gather call.
struct Iovec {
  uint32_t buffer;
  uint32_t length;
};

struct Fdstat {
  FileType file_type = FileType::kUnknown;
  uint8_t padding_0 = 0;
  uint16_t flags = 0;
  uint8_t padding_1[4] = {};
  uint64_t rights_base = 0;
  uint64_t rights_inheriting = 0;
};

struct Filestat {
  uint64_t device = 0;
  uint64_t inode = 0;
  FileType file_type = FileType::kUnknown;
  uint8_t padding[7] = {};
  uint64_t link_count = 0;
  uint64_t size = 0;
  uint64_t access_time = 0;
  uint64_t modification_time = 0;
  uint64_t status_change_time = 0;
};

/// A preopened directory, the only kind of preopen.
struct Prestat {
  uint8_t tag = 0;
  uint8_t padding[3] = {};
  uint32_t name_length = 0;
};

/// The header of a directory entry; its name follows.
struct Dirent {
  uint64_t next = 0;
  uint64_t inode = 0;
  uint32_t name_length = 0;
  FileType file_type = FileType::kUnknown;
  uint8_t padding[3] = {};
};

struct Subscription {
  uint64_t userdata;
  uint8_t type;
  uint8_t padding_0[7];
  /// The clock or the file descriptor, depending on `type`. The following fields apply to clocks
  /// only.
  uint32_t id;
  uint8_t padding_1[4];
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
  uint8_t padding_2[6];
};

struct Event {
  uint64_t userdata = 0;
  uint16_t error = 0;
  uint8_t type = 0;
  uint8_t padding_0[5] = {};
  uint64_t byte_count = 0;
  uint16_t flags = 0;
  uint8_t padding_1[6] = {};
};

template <typename Record, unsigned size>
inline constexpr bool kIsExactRecord =
    sizeof(Record) == size && std::has_unique_object_representations_v<Record>;

static_assert(kIsExactRecord<Iovec, 8>);
static_assert(kIsExactRecord<Fdstat, 24>);
static_assert(kIsExactRecord<Filestat, 64>);
static_assert(kIsExactRecord<Prestat, 8>);
static_assert(kIsExactRecord<Dirent, 24>);
static_assert(kIsExactRecord<Subscription, 48>);
static_assert(kIsExactRecord<Event, 32>);

}  // namespace wasmedge_embed::wasi
