#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "wasi/abi.h"
#include "wasi/buffers.h"
#include "wasi/errno.h"

// What the functions of wasi_snapshot_preview1 need of a file system. There are three: the files
// that the caller gave (read_only_directory.h), folders in memory (scratch_directory.h), and
// folders of the host (host_directory.h). Paths and numbers come from the guest: they are hostile.
// Rights are the descriptors' affair and have been checked before anything here is called.

namespace wasmedge_embed::wasi {

/// What becomes of a time of a file, in nanoseconds since 1970.
struct NewTime {
  enum class Kind : uint8_t { kKeep, kNow, kGiven };
  Kind kind = Kind::kKeep;
  uint64_t nanoseconds = 0;
};

struct NewTimes {
  NewTime access;
  NewTime modification;
};

/// An open regular file. Its offset is the descriptor's.
class File {
 public:
  File() = default;
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  virtual Errno Stat(Filestat* out) = 0;
  /// Reads from `offset` on; `size` is less than the buffers' at the end of the file, and 0 beyond.
  virtual Errno Read(uint64_t offset, const Buffers& buffers, uint32_t* size) = 0;
  /// Writes at `offset`, or, with `append`, at the end of the file. `end` is where the write ended.
  virtual Errno Write(uint64_t offset, bool append, const Buffers& buffers, uint32_t* size,
                      uint64_t* end) = 0;
  virtual Errno SetSize(uint64_t size) = 0;
  /// Makes sure that [offset, offset + length) is there; never makes the file smaller.
  virtual Errno Allocate(uint64_t offset, uint64_t length) = 0;
  virtual Errno SetTimes(const NewTimes& times) = 0;
  virtual Errno Synchronize(bool data_only) = 0;
};

class Directory;

/// What `Directory::Open` is asked for.
struct OpenRequest {
  /// Whether a symbolic link as the last name is followed.
  bool follow = false;
  bool create = false;
  bool exclusive = false;
  bool truncate = false;
  /// Nothing but a directory.
  bool directory = false;
  bool read = false;
  bool write = false;
};

/// What was opened: one of the two.
struct Opened {
  std::shared_ptr<File> file;
  std::shared_ptr<Directory> directory;
};

/// Takes the entries of a directory, one after the other.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  /// `next` is the cookie that goes on after this entry. False when there is no more room: the
  /// entry may have been taken in part, and none is to follow.
  virtual bool Take(uint64_t next, uint64_t inode, FileType type, std::string_view name) = 0;
};

/// An open directory. Paths are relative to it and cannot leave it: a ".." too many, an absolute
/// path, and a symbolic link that leads out are kNotCapable. Where a function takes no `follow`, a
/// symbolic link as the last name is not followed.
class Directory {
 public:
  Directory() = default;
  virtual ~Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  /// Whether files below may be written, so that their rights can say so.
  virtual bool is_writable() const noexcept = 0;

  /// The directory that `path` belongs to, and the path from there on in `rest`: another than
  /// this one where `path` leads through a place at which another file system is mounted. Null
  /// stands for this one. `rest` is part of `path` or a literal.
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
  /// Copies what fits of the link's target into `buffer`.
  virtual Errno ReadLink(std::string_view path, ByteSpan buffer, uint32_t* size) = 0;
  virtual Errno Symlink(std::string_view target, std::string_view path) = 0;
  /// kXdev where `to` is of another file system; so is `Rename`.
  virtual Errno Link(std::string_view path, Directory& to, std::string_view to_path) = 0;
  virtual Errno Rename(std::string_view path, Directory& to, std::string_view to_path) = 0;
  /// Lists from the entry of `cookie` on; 0 is the first, and the others come from `Take`.
  virtual Errno List(uint64_t cookie, EntrySink& sink) = 0;
  virtual Errno Synchronize(bool data_only) = 0;
};

}  // namespace wasmedge_embed::wasi
