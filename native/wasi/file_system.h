#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/errno.h"

namespace wasmedge_embed {

/// A file that the guest may read: its absolute path in the guest and its content.
struct FileEntry {
  std::string path;
  std::vector<uint8_t> bytes;
};

/// A tree of read-only files in memory, and of the places in it at which other folders are mounted.
/// Immutable once built, so every invocation and thread may share one through
/// `std::shared_ptr<const FileSystem>`. It has no links: each node has one path.
class FileSystem {
 public:
  using NodeId = uint32_t;

  static constexpr NodeId kRoot = 0;
  /// Of `Node::mount`: nothing is mounted there.
  static constexpr uint32_t kNoMount = std::numeric_limits<uint32_t>::max();

  struct Node {
    std::string name;
    NodeId parent = kRoot;
    bool is_directory = false;
    /// Content of a file, shared with the trees that were made of this one.
    std::shared_ptr<const std::vector<uint8_t>> bytes;
    /// Entries of a directory, sorted by name, byte by byte.
    std::vector<NodeId> children;
    /// Of an empty directory at which a folder is mounted: the folder's number.
    uint32_t mount = kNoMount;

    uint64_t size() const noexcept { return bytes ? bytes->size() : 0; }
  };

  /// The answer to a look-up.
  struct Lookup {
    wasi::Errno error = wasi::Errno::kSuccess;
    /// Valid on success.
    NodeId node = kRoot;
    /// With `error` kNoEnt: only the last name is missing, so that whoever wanted to create it
    /// failed because the file system is read-only.
    bool parent_exists = false;
  };

  FileSystem() : FileSystem(std::vector<FileEntry>{}) {}

  /// Builds the tree; directories come from the paths. A path starts with '/', its names are
  /// separated by one '/', none is empty, "." or "..", none holds a NUL byte. The folder with
  /// number i is mounted at `mounts[i]`, where no file may lie; an empty path stands for none.
  /// Throws `Error` kInvalidArgument naming the path: not of this form, longer than the limits,
  /// given twice, or leading through another file or a mounted folder.
  explicit FileSystem(std::vector<FileEntry> entries, const std::vector<std::string>& mounts = {});

  /// The tree of `base` and `entries` together, which shares the content of the files of `base`.
  /// Throws as above.
  FileSystem(const FileSystem& base, std::vector<FileEntry> entries);

  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  /// Whether it has any file: directories alone lead nowhere.
  bool has_files() const noexcept { return has_files_; }

  const Node& node(NodeId id) const noexcept { return nodes_[id]; }

  /// The serial number of a node: never 0, the same for the same set of paths.
  static uint64_t Inode(NodeId id) noexcept { return uint64_t{id} + 1; }

  /// Looks `path` up relative to `directory`, beyond which it cannot lead: kNotCapable for a ".."
  /// that would leave it and for an absolute path. kNoEnt when a name is missing or `path` is
  /// empty, kNotDir when it goes on after a file (a trailing '/' too), kNameTooLong, kInval for a
  /// NUL byte. `path` is hostile.
  Lookup Find(NodeId directory, std::string_view path) const noexcept;

 private:
  /// Where `name` is, or would have to be inserted, among the children of `directory`.
  size_t ChildPosition(NodeId directory, std::string_view name) const noexcept;
  bool IsChildAt(NodeId directory, size_t position, std::string_view name) const noexcept;
  NodeId AddChild(NodeId directory, size_t position, std::string_view name);
  /// The node of `path`, whose directories are made where they are missing; the node is new.
  NodeId Add(std::string_view path);
  void AddFiles(std::vector<FileEntry> entries);

  std::vector<Node> nodes_;
  bool has_files_ = false;
};

}  // namespace wasmedge_embed
