#pragma once

#include <cstdint>
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

/// A tree of read-only files in memory. Immutable once built, so every invocation and thread may
/// share one through `std::shared_ptr<const FileSystem>`. It has no links: each node has one path.
class FileSystem {
 public:
  using NodeId = uint32_t;

  static constexpr NodeId kRoot = 0;
  /// In bytes, as on Linux.
  static constexpr size_t kMaxNameLength = 255;
  static constexpr size_t kMaxPathLength = 4096;

  struct Node {
    std::string name;
    NodeId parent = kRoot;
    bool is_directory = false;
    /// Content of a file.
    std::vector<uint8_t> bytes;
    /// Entries of a directory, sorted by name, byte by byte.
    std::vector<NodeId> children;
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
  /// separated by one '/', none is empty, "." or "..", none holds a NUL byte.
  /// Throws `Error` kInvalidArgument naming the path: not of this form, longer than the limits,
  /// given twice, or leading through another file.
  explicit FileSystem(std::vector<FileEntry> entries);

  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  const Node& node(NodeId id) const noexcept { return nodes_[id]; }

  /// The serial number of a node: never 0, the same for the same set of paths.
  static uint64_t Inode(NodeId id) noexcept { return uint64_t{id} + 1; }

  /// Looks `path` up relative to `directory`, beyond which it cannot lead: kPerm for a ".." that
  /// would leave it and for an absolute path (as wasmtime and WasmEdge answer). kNoEnt when a name
  /// is missing or `path` is empty, kNotDir when it goes on after a file (a trailing '/' too),
  /// kNameTooLong beyond the limits above, kInval for a NUL byte. `path` is hostile.
  Lookup Find(NodeId directory, std::string_view path) const noexcept;

 private:
  /// Where `name` is, or would have to be inserted, among the children of `directory`.
  size_t ChildPosition(NodeId directory, std::string_view name) const noexcept;
  bool IsChildAt(NodeId directory, size_t position, std::string_view name) const noexcept;
  NodeId AddChild(NodeId directory, size_t position, std::string_view name);
  void Add(FileEntry entry);

  std::vector<Node> nodes_;
};

}  // namespace wasmedge_embed
