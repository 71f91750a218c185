#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/errno.h"

namespace wasmedge_embed {

/// A file that the guest may read: its absolute path in the guest, and its content.
struct FileEntry {
  std::string path;
  std::vector<uint8_t> bytes;
};

/// A tree of read-only files in memory and of the mount points of other folders. Immutable once
/// built, so every invocation and thread may share one through `std::shared_ptr<const FileSystem>`.
/// It has no links: each node has one path.
class FileSystem {
 public:
  using NodeId = uint32_t;

  static constexpr NodeId kRoot = 0;
  /// In `Node::mount`: nothing is mounted there.
  static constexpr uint32_t kNoMount = std::numeric_limits<uint32_t>::max();

  struct Node {
    std::string name;
    NodeId parent = kRoot;
    bool is_directory = false;
    /// Content of a file, shared with trees derived from this one.
    std::shared_ptr<const std::vector<uint8_t>> bytes;
    /// Entries of a directory, sorted bytewise by name.
    std::vector<NodeId> children;
    /// For an empty directory that is a mount point: the number of the mounted folder.
    uint32_t mount = kNoMount;

    uint64_t size() const noexcept { return bytes ? bytes->size() : 0; }
  };

  /// The result of a lookup.
  struct Lookup {
    wasi::Errno error = wasi::Errno::kSuccess;
    /// Valid on success.
    NodeId node = kRoot;
    /// With `error` kNoEnt: only the last component is missing, so creating it fails only because
    /// the file system is read-only.
    bool parent_exists = false;
  };

  FileSystem() : FileSystem(std::vector<FileEntry>{}) {}

  /// Builds the tree; directories are derived from the paths. A path starts with '/', its
  /// components are separated by a single '/', none is empty, "." or "..", none contains a NUL
  /// byte. Folder i is mounted at `mounts[i]`, where no file may be; an empty path means that it is
  /// not mounted. Throws `Error` kInvalidArgument with the path if it is not of this form, is
  /// longer than the limits, occurs twice, or passes through another file or a mounted folder.
  explicit FileSystem(std::vector<FileEntry> entries, const std::vector<std::string>& mounts = {});

  /// The tree of `base` and `entries` together, which shares the content of the files of `base`.
  /// Throws as above.
  FileSystem(const FileSystem& base, std::vector<FileEntry> entries);

  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  /// Whether it has any file; directories alone do not count.
  bool has_files() const noexcept { return has_files_; }

  const Node& node(NodeId id) const noexcept { return nodes_[id]; }

  /// The inode number of a node: never 0, the same for the same set of paths.
  static uint64_t Inode(NodeId id) noexcept { return uint64_t{id} + 1; }

  /// Looks up `path` relative to `directory`, which it cannot leave: kNotCapable for a ".." that
  /// would leave it and for an absolute path. kNoEnt if a component is missing or `path` is empty,
  /// kNotDir if the path continues after a file (including a trailing '/'), kNameTooLong, kInval
  /// for a NUL byte. `path` is hostile.
  Lookup Find(NodeId directory, std::string_view path) const noexcept;

 private:
  /// The position of `name` among the children of `directory`, or where it would have to be
  /// inserted.
  size_t ChildPosition(NodeId directory, std::string_view name) const noexcept;
  bool IsChildAt(NodeId directory, size_t position, std::string_view name) const noexcept;
  NodeId AddChild(NodeId directory, size_t position, std::string_view name);
  /// The new node for `path`; creates missing directories.
  NodeId Add(std::string_view path);
  void AddFiles(std::vector<FileEntry> entries);

  std::vector<Node> nodes_;
  bool has_files_ = false;
};

}  // namespace wasmedge_embed
