#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "wasi/abi.h"
#include "wasi/buffers.h"
#include "wasi/errno.h"

// What the functions of wasi_snapshot_preview1 need from a file system. There are three: the
// caller's files (read_only_directory.h), folders in memory (scratch_directory.h), and folders of
// the host (host_directory.h). Paths and numbers come from the guest: they are hostile. Rights
// belong to the descriptors and have been checked before anything here is called.

namespace wasmedge_embed::wasi {

/// How to change a file's time, in nanoseconds since 1970.
struct NewTime {
  enum class Kind : uint8_t { kKeep, kNow, kGiven };
  Kind kind = Kind::kKeep;
  uint64_t nanoseconds = 0;
};

struct NewTimes {
  NewTime access;
  NewTime modification;
};

/// An open regular file. Its position is kept in the descriptor.
class File {
 public:
  File() = default;
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  virtual Errno Stat(Filestat* out) = 0;
  /// Reads from `offset` on. `size` is less than the buffers' at the end of the file, and 0 beyond
  /// it.
  virtual Errno Read(uint64_t offset, const Buffers& buffers, uint32_t* size) = 0;
  /// Writes at `offset` or, with `append`, at the end of the file. `end` is the offset after the
  /// last byte written.
  virtual Errno Write(uint64_t offset, bool append, const Buffers& buffers, uint32_t* size,
                      uint64_t* end) = 0;
  virtual Errno SetSize(uint64_t size) = 0;
  /// Ensures that [offset, offset + length) exists; never shrinks the file.
  virtual Errno Allocate(uint64_t offset, uint64_t length) = 0;
  virtual Errno SetTimes(const NewTimes& times) = 0;
  virtual Errno Synchronize(bool data_only) = 0;
};

class Directory;

/// The parameters of `Directory::Open`.
struct OpenRequest {
  /// Whether to follow a symbolic link that is the last component.
  bool follow = false;
  bool create = false;
  bool exclusive = false;
  bool truncate = false;
  /// Only a directory is acceptable.
  bool directory = false;
  bool read = false;
  bool write = false;
};

/// The opened object: one of the two.
struct Opened {
  std::shared_ptr<File> file;
  std::shared_ptr<Directory> directory;
};

/// Receives the entries of a directory one by one.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  /// `next` is the cookie of the entry after this one. False if there is no more room: the entry
  /// may have been written in part, and no other may follow.
  virtual bool Take(uint64_t next, uint64_t inode, FileType type, std::string_view name) = 0;
};

/// An open directory. Paths are relative to it and cannot leave it: too many "..", an absolute
/// path, or a symbolic link that leads out give kNotCapable. Functions without a `follow` parameter
/// do not follow a symbolic link that is the last component.
class Directory {
 public:
  Directory() = default;
  virtual ~Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  /// Whether files below it may be written, so that their rights reflect this.
  virtual bool is_writable() const noexcept = 0;

  /// The directory that `path` belongs to, with the remaining path in `rest`: a different one if
  /// `path` passes through the mount point of another file system. Null stands for this directory.
  /// `rest` is part of `path` or a literal.
  virtual std::shared_ptr<Directory> Mounted(std::string_view path, std::string_view* rest) const {
    *rest = path;
    return nullptr;
  }

  virtual Errno Open(std::string_view path, const OpenRequest& request, Opened* out) = 0;
  virtual Errno Stat(Filestat* out) = 0;
  virtual Errno StatPath(std::string_view path, bool follow, Filestat* out) = 0;
  virtual Errno SetTimes(const NewTimes& times) = 0;
  virtual Errno SetTimesOfPath(std::string_view path, bool follow, const NewTimes& times) = 0;
  virtual Errno CreateDirectory(std::string_view path) = 0;
  virtual Errno RemoveDirectory(std::string_view path) = 0;
  virtual Errno UnlinkFile(std::string_view path) = 0;
  /// Copies as much of the link's target as fits into `buffer`.
  virtual Errno ReadLink(std::string_view path, ByteSpan buffer, uint32_t* size) = 0;
  virtual Errno Symlink(std::string_view target, std::string_view path) = 0;
  /// kXdev if `to` belongs to another file system, as for `Rename`.
  virtual Errno Link(std::string_view path, Directory& to, std::string_view to_path) = 0;
  virtual Errno Rename(std::string_view path, Directory& to, std::string_view to_path) = 0;
  /// Lists entries, starting with that of `cookie`; 0 is the first entry, and other cookies come
  /// from `Take`.
  virtual Errno List(uint64_t cookie, EntrySink& sink) = 0;
  virtual Errno Synchronize(bool data_only) = 0;
};

}  // namespace wasmedge_embed::wasi
