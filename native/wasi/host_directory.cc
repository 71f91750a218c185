#include "wasi/host_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "wasi/host_errno.h"
#include "wasi/path.h"
#include "wasi/times.h"

namespace wasmedge_embed::wasi {

namespace {

/// Distinguishes the host's devices from those of the folders in memory.
constexpr uint64_t kHostDevice = uint64_t{1} << 63;

FileType TypeOf(mode_t mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFREG:
      return FileType::kRegularFile;
    case S_IFLNK:
      return FileType::kSymbolicLink;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    case S_IFBLK:
      return FileType::kBlockDevice;
    case S_IFSOCK:
      return FileType::kSocketStream;
    default:
      return FileType::kUnknown;
  }
}

Filestat FilestatOf(const struct stat& status) noexcept {
  Filestat filestat;
  filestat.device = status.st_dev | kHostDevice;
  filestat.inode = status.st_ino;
  filestat.file_type = TypeOf(status.st_mode);
  filestat.link_count = status.st_nlink;
  filestat.size = static_cast<uint64_t>(status.st_size);
  filestat.access_time = Nanoseconds(status.st_atim);
  filestat.modification_time = Nanoseconds(status.st_mtim);
  filestat.status_change_time = Nanoseconds(status.st_ctim);
  return filestat;
}

Errno StatOf(int descriptor, Filestat* out) noexcept {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return ErrnoOf(errno);
  *out = FilestatOf(status);
  return Errno::kSuccess;
}

timespec TimeOf(const NewTime& time) noexcept {
  switch (time.kind) {
    case NewTime::Kind::kKeep:
      return {0, UTIME_OMIT};
    case NewTime::Kind::kNow:
      return {0, UTIME_NOW};
    case NewTime::Kind::kGiven:
      break;
  }
  return {static_cast<time_t>(time.nanoseconds / 1'000'000'000),
          static_cast<long>(time.nanoseconds % 1'000'000'000)};
}

std::array<timespec, 2> TimesOf(const NewTimes& times) noexcept {
  return {TimeOf(times.access), TimeOf(times.modification)};
}

Errno Result(int returned) noexcept { return returned == 0 ? Errno::kSuccess : ErrnoOf(errno); }

bool IsOffset(uint64_t value) noexcept {
  return value <= static_cast<uint64_t>(std::numeric_limits<off_t>::max());
}

/// The guest's buffers for the kernel, which accesses them in place.
std::vector<iovec> VectorsOf(const Buffers& buffers) {
  std::vector<iovec> vectors;
  for (const Buffers::Buffer& buffer : buffers) vectors.push_back({buffer.data, buffer.size});
  return vectors;
}

class HostFile final : public File {
 public:
  HostFile(HostDescriptor descriptor, bool is_writable) noexcept
      : descriptor_(std::move(descriptor)), is_writable_(is_writable) {}

  Errno Stat(Filestat* out) override { return StatOf(descriptor_.get(), out); }

  Errno Read(uint64_t offset, const Buffers& buffers, uint32_t* size) override {
    if (!IsOffset(offset)) return Errno::kInval;
    const std::vector<iovec> vectors = VectorsOf(buffers);
    const ssize_t read = preadv(descriptor_.get(), vectors.data(), static_cast<int>(vectors.size()),
                                static_cast<off_t>(offset));
    if (read < 0) return ErrnoOf(errno);
    *size = static_cast<uint32_t>(read);
    return Errno::kSuccess;
  }

  Errno Write(uint64_t offset, bool append, const Buffers& buffers, uint32_t* size,
              uint64_t* end) override {
    if (!IsOffset(offset)) return Errno::kInval;
    const std::vector<iovec> vectors = VectorsOf(buffers);
    const ssize_t written =
        pwritev2(descriptor_.get(), vectors.data(), static_cast<int>(vectors.size()),
                 static_cast<off_t>(offset), append ? RWF_APPEND : 0);
    if (written < 0) return ErrnoOf(errno);
    *size = static_cast<uint32_t>(written);
    *end = offset + static_cast<uint64_t>(written);
    if (!append) return Errno::kSuccess;
    Filestat filestat;
    const Errno error = Stat(&filestat);
    *end = filestat.size;
    return error;
  }

  Errno SetSize(uint64_t size) override {
    if (!IsOffset(size)) return Errno::kFbig;
    return Result(ftruncate(descriptor_.get(), static_cast<off_t>(size)));
  }

  Errno Allocate(uint64_t offset, uint64_t length) override {
    if (!IsOffset(offset) || !IsOffset(length)) return Errno::kFbig;
    return Result(
        fallocate(descriptor_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(length)));
  }

  Errno SetTimes(const NewTimes& times) override {
    if (!is_writable_) return Errno::kRofs;
    return Result(futimens(descriptor_.get(), TimesOf(times).data()));
  }

  Errno Synchronize(bool data_only) override {
    return Result(data_only ? fdatasync(descriptor_.get()) : fsync(descriptor_.get()));
  }

 private:
  const HostDescriptor descriptor_;
  /// Whether the folder is writable: times can be changed through a descriptor that is not open for
  /// writing.
  const bool is_writable_;
};

int AccessFlags(const OpenRequest& request) noexcept {
  if (request.truncate) return O_RDWR;
  if (!request.write) return O_RDONLY;
  return request.read ? O_RDWR : O_WRONLY;
}

}  // namespace

std::shared_ptr<const HostFolder> HostFolder::Open(const std::string& path, bool is_writable,
                                                   PathResolution resolution) {
  HostDescriptor descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.is_open()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the folder \"" + path + "\" cannot be opened: " + std::strerror(errno));
  }
  return std::make_shared<const HostFolder>(std::move(descriptor), is_writable, resolution);
}

struct HostDirectory::Listing {
  HostDescriptor descriptor;
  /// Records of `getdents64`; [position, size) have not been returned yet.
  alignas(8) std::array<char, 32768> records;
  size_t position = 0;
  size_t size = 0;
  /// The cookie of the entry at `position`.
  uint64_t cookie = 0;
};

HostDirectory::HostDirectory(std::shared_ptr<const HostFolder> folder) noexcept
    : folder_(std::move(folder)) {}

HostDirectory::HostDirectory(std::shared_ptr<const HostFolder> folder,
                             HostDescriptor descriptor) noexcept
    : folder_(std::move(folder)), own_(std::move(descriptor)) {}

HostDirectory::~HostDirectory() = default;

Errno HostDirectory::OpenHere(std::string_view path, int flags, HostDescriptor* out) const {
  return OpenBeneath(descriptor(), path, flags, 0, folder_->resolution(), out);
}

Errno HostDirectory::Open(std::string_view path, const OpenRequest& request, Opened* out) {
  const bool changes = request.write || request.truncate;
  int flags = AccessFlags(request) | (request.follow ? 0 : O_NOFOLLOW);
  if (is_writable()) {
    if (request.create) flags |= O_CREAT;
    if (request.exclusive) flags |= O_EXCL;
    if (request.truncate) flags |= O_TRUNC;
  } else {
    // Nothing is opened for writing, so that the kernel's own errors apply, except for these.
    flags = (flags & ~O_ACCMODE) | O_RDONLY;
  }
  if (request.directory) flags |= O_DIRECTORY;
  HostDescriptor opened;
  const Errno error = OpenBeneath(descriptor(), path, flags, 0666, folder_->resolution(), &opened);
  if (error != Errno::kSuccess) {
    return error == Errno::kNoEnt && request.create && !is_writable() ? Errno::kRofs : error;
  }
  Filestat filestat;
  const Errno unknown = StatOf(opened.get(), &filestat);
  if (unknown != Errno::kSuccess) return unknown;
  if (!is_writable()) {
    if (request.create && request.exclusive) return Errno::kExist;
    if (filestat.file_type == FileType::kDirectory && request.create) return Errno::kIsDir;
    if (changes) return filestat.file_type == FileType::kDirectory ? Errno::kIsDir : Errno::kRofs;
  }
  if (filestat.file_type == FileType::kDirectory) {
    out->directory = std::make_shared<HostDirectory>(folder_, std::move(opened));
    return Errno::kSuccess;
  }
  if (filestat.file_type != FileType::kRegularFile) return Errno::kNotCapable;
  out->file = std::make_shared<HostFile>(std::move(opened), is_writable());
  return Errno::kSuccess;
}

Errno HostDirectory::Stat(Filestat* out) { return StatOf(descriptor(), out); }

Errno HostDirectory::StatPath(std::string_view path, bool follow, Filestat* out) {
  HostDescriptor opened;
  const Errno error = OpenHere(path, O_PATH | (follow ? 0 : O_NOFOLLOW), &opened);
  return error == Errno::kSuccess ? StatOf(opened.get(), out) : error;
}

Errno HostDirectory::SetTimes(const NewTimes& times) {
  if (!is_writable()) return Errno::kRofs;
  return Result(futimens(descriptor(), TimesOf(times).data()));
}

Errno HostDirectory::SetTimesOfPath(std::string_view path, bool follow, const NewTimes& times) {
  if (!is_writable()) return Errno::kRofs;
  // If no time changes, the kernel does not even look for the file.
  if (times.access.kind == NewTime::Kind::kKeep &&
      times.modification.kind == NewTime::Kind::kKeep) {
    Filestat filestat;
    return StatPath(path, follow, &filestat);
  }
  if (!follow && !HasTrailingSlash(path)) {
    HostEntry entry;
    const Errno error = FindToChange(path, &entry);
    if (error != Errno::kSuccess) return error;
    if (entry.is_entry) {
      return Result(utimensat(entry.directory, entry.name.c_str(), TimesOf(times).data(),
                              AT_SYMLINK_NOFOLLOW));
    }
  }
  // The last component may be a link, and only opening it keeps the lookup within the folder.
  HostDescriptor opened;
  const Errno error = OpenHere(path, O_RDONLY, &opened);
  return error == Errno::kSuccess ? Result(futimens(opened.get(), TimesOf(times).data())) : error;
}

Errno HostDirectory::FindToChange(std::string_view path, HostEntry* out) const {
  if (!is_writable()) return Errno::kRofs;
  return FindEntry(descriptor(), path, folder_->resolution(), out);
}

Errno HostDirectory::CreateDirectory(std::string_view path) {
  HostEntry entry;
  const Errno error = FindToChange(path, &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kExist;
  return Result(mkdirat(entry.directory, entry.name.c_str(), 0777));
}

Errno HostDirectory::RemoveDirectory(std::string_view path) {
  HostEntry entry;
  const Errno error = FindToChange(path, &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kInval;
  return Result(unlinkat(entry.directory, entry.name.c_str(), AT_REMOVEDIR));
}

Errno HostDirectory::UnlinkFile(std::string_view path) {
  HostEntry entry;
  const Errno error = FindToChange(path, &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kIsDir;
  return Result(unlinkat(entry.directory, entry.name.c_str(), 0));
}

Errno HostDirectory::ReadLink(std::string_view path, ByteSpan buffer, uint32_t* size) {
  HostEntry entry;
  const Errno error = FindEntry(descriptor(), path, folder_->resolution(), &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kInval;
  // A path with a trailing slash names a directory, or nothing.
  if (entry.trailing_slash) {
    Filestat filestat;
    const Errno found = StatPath(path, true, &filestat);
    return found == Errno::kSuccess ? Errno::kInval : found;
  }
  std::array<char, kMaxPathLength> target;
  const ssize_t read =
      readlinkat(entry.directory, entry.name.c_str(), target.data(), target.size());
  if (read < 0) return ErrnoOf(errno);
  *size = static_cast<uint32_t>(std::min<uint64_t>(static_cast<uint64_t>(read), buffer.size));
  if (*size != 0) std::memcpy(buffer.data, target.data(), *size);
  return Errno::kSuccess;
}

Errno HostDirectory::Symlink(std::string_view target, std::string_view path) {
  const Errno malformed = CheckPath(target);
  if (malformed != Errno::kSuccess) return malformed;
  HostEntry entry;
  const Errno error = FindToChange(path, &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kExist;
  return Result(symlinkat(std::string(target).c_str(), entry.directory, entry.name.c_str()));
}

Errno HostDirectory::Link(std::string_view path, Directory& to, std::string_view to_path) {
  auto* target = dynamic_cast<HostDirectory*>(&to);
  if (target == nullptr) return Errno::kXdev;
  HostEntry from;
  Errno error = FindToChange(path, &from);
  if (error != Errno::kSuccess) return error;
  if (!from.is_entry) return Errno::kPerm;
  // The kernel would follow a link with a trailing slash, and not within the folder.
  if (from.trailing_slash) {
    Filestat filestat;
    error = StatPath(path, false, &filestat);
    return error == Errno::kSuccess ? Errno::kPerm : error;
  }
  HostEntry entry;
  error = target->FindToChange(to_path, &entry);
  if (error == Errno::kSuccess && !entry.is_entry) error = Errno::kExist;
  if (error != Errno::kSuccess) {
    // As on Linux, what is to be linked is looked up first.
    Filestat filestat;
    const Errno missing = StatPath(path, false, &filestat);
    return missing == Errno::kSuccess ? error : missing;
  }
  return Result(linkat(from.directory, from.name.c_str(), entry.directory, entry.name.c_str(), 0));
}

Errno HostDirectory::Rename(std::string_view path, Directory& to, std::string_view to_path) {
  auto* target = dynamic_cast<HostDirectory*>(&to);
  if (target == nullptr) return Errno::kXdev;
  HostEntry from;
  Errno error = FindToChange(path, &from);
  if (error != Errno::kSuccess) return error;
  if (!from.is_entry) return Errno::kBusy;
  HostEntry entry;
  error = target->FindToChange(to_path, &entry);
  if (error != Errno::kSuccess) return error;
  if (!entry.is_entry) return Errno::kBusy;
  return Result(renameat(from.directory, from.name.c_str(), entry.directory, entry.name.c_str()));
}

Errno HostDirectory::List(uint64_t cookie, EntrySink& sink) {
  if (!listing_) {
    HostDescriptor own(openat(descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own.is_open()) return ErrnoOf(errno);
    listing_ = std::make_unique<Listing>();
    listing_->descriptor = std::move(own);
  }
  Listing& listing = *listing_;
  // A listing that continues where it stopped needs no seeking: the cookies are the file system's
  // own positions. From the start it is read anew, as with `rewinddir`.
  if (cookie == 0 || cookie != listing.cookie) {
    if (!IsOffset(cookie)) return Errno::kInval;
    if (lseek(listing.descriptor.get(), static_cast<off_t>(cookie), SEEK_SET) < 0) {
      return ErrnoOf(errno);
    }
    listing.position = listing.size = 0;
    listing.cookie = cookie;
  }
  // The guest must not see the inode number of the parent directory.
  Filestat here;
  const Errno unknown = Stat(&here);
  if (unknown != Errno::kSuccess) return unknown;
  for (;;) {
    if (listing.position == listing.size) {
      const long read = syscall(SYS_getdents64, listing.descriptor.get(), listing.records.data(),
                                listing.records.size());
      if (read < 0) return ErrnoOf(errno);
      listing.position = 0;
      listing.size = static_cast<size_t>(read);
      if (read == 0) return Errno::kSuccess;
    }
    const auto* record =
        reinterpret_cast<const dirent64*>(listing.records.data() + listing.position);
    const std::string_view name(record->d_name);
    const uint64_t inode = name == ".." ? here.inode : record->d_ino;
    const auto next = static_cast<uint64_t>(record->d_off);
    const FileType type = TypeOf(static_cast<mode_t>(DTTOIF(record->d_type)));
    if (!sink.Take(next, inode, type, name)) return Errno::kSuccess;
    listing.position += record->d_reclen;
    listing.cookie = next;
  }
}

Errno HostDirectory::Synchronize(bool data_only) {
  return Result(data_only ? fdatasync(descriptor()) : fsync(descriptor()));
}

}  // namespace wasmedge_embed::wasi
