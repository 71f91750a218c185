#include "wasi/file_system.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "wasi/path.h"

namespace wasmedge_embed {

namespace {

using wasi::kMaxNameLength;
using wasi::kMaxPathLength;

/// The path for use in a message: control characters are escaped, and an overlong path is
/// truncated.
std::string Quoted(std::string_view path) {
  constexpr size_t kShown = 200;
  constexpr char kHexDigits[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : path.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      text += "\\x";
      text += kHexDigits[byte >> 4];
      text += kHexDigits[byte & 15];
    } else {
      text += c;
    }
  }
  text += path.size() > kShown ? "…\"" : "\"";
  return text;
}

[[noreturn]] void Refuse(std::string_view path, const std::string& problem) {
  throw Error(ErrorCode::kInvalidArgument, "file path " + Quoted(path) + ": " + problem);
}

void CheckForm(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    Refuse(path, "expected an absolute path in the guest, such as \"/config.json\"");
  }
  if (path.size() > kMaxPathLength) {
    Refuse(path, "longer than " + std::to_string(kMaxPathLength) + " bytes");
  }
  if (path.find('\0') != std::string_view::npos) Refuse(path, "holds a NUL byte");
}

void CheckName(std::string_view path, std::string_view name) {
  if (name.empty()) {
    Refuse(path, "has an empty name; separate names with one '/' and end with the file's name");
  }
  if (name == "." || name == "..") {
    Refuse(path, "holds \"" + std::string(name) + "\"; give the path without it");
  }
  if (name.size() > kMaxNameLength) {
    Refuse(path, "has a name longer than " + std::to_string(kMaxNameLength) + " bytes");
  }
}

}  // namespace

FileSystem::FileSystem(std::vector<FileEntry> entries, const std::vector<std::string>& mounts) {
  nodes_.emplace_back();
  nodes_[kRoot].is_directory = true;
  for (size_t i = 0; i < mounts.size(); ++i) {
    if (mounts[i].empty()) continue;
    Node& node = nodes_[Add(mounts[i])];
    node.is_directory = true;
    node.mount = static_cast<uint32_t>(i);
  }
  AddFiles(std::move(entries));
}

FileSystem::FileSystem(const FileSystem& base, std::vector<FileEntry> entries)
    : nodes_(base.nodes_), has_files_(base.has_files_) {
  AddFiles(std::move(entries));
}

void FileSystem::AddFiles(std::vector<FileEntry> entries) {
  // Nodes are numbered in the order of the paths, so that inodes do not depend on the caller's
  // order.
  std::sort(entries.begin(), entries.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  has_files_ = has_files_ || !entries.empty();
  for (FileEntry& entry : entries) {
    const NodeId node = Add(entry.path);
    nodes_[node].bytes = std::make_shared<const std::vector<uint8_t>>(std::move(entry.bytes));
  }
}

size_t FileSystem::ChildPosition(NodeId directory, std::string_view name) const noexcept {
  const std::vector<NodeId>& children = nodes_[directory].children;
  const auto position =
      std::lower_bound(children.begin(), children.end(), name,
                       [this](NodeId id, std::string_view key) { return nodes_[id].name < key; });
  return static_cast<size_t>(position - children.begin());
}

bool FileSystem::IsChildAt(NodeId directory, size_t position,
                           std::string_view name) const noexcept {
  const std::vector<NodeId>& children = nodes_[directory].children;
  return position < children.size() && nodes_[children[position]].name == name;
}

FileSystem::NodeId FileSystem::AddChild(NodeId directory, size_t position, std::string_view name) {
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.emplace_back();
  nodes_[id].name = std::string(name);
  nodes_[id].parent = directory;
  std::vector<NodeId>& children = nodes_[directory].children;
  children.insert(children.begin() + static_cast<std::ptrdiff_t>(position), id);
  return id;
}

FileSystem::NodeId FileSystem::Add(std::string_view path) {
  CheckForm(path);
  NodeId node = kRoot;
  for (size_t start = 1;;) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view name = path.substr(start, end - start);
    const bool is_last = end == path.size();
    CheckName(path, name);
    const size_t position = ChildPosition(node, name);
    const bool exists = IsChildAt(node, position, name);
    node = exists ? nodes_[node].children[position] : AddChild(node, position, name);
    const Node& reached = nodes_[node];
    if (exists && reached.mount != kNoMount) {
      Refuse(path, is_last ? "is a folder given in directories or scratch"
                           : "lies in the folder " + Quoted(path.substr(0, end)) +
                                 " given in directories or scratch");
    }
    if (is_last) {
      if (exists)
        Refuse(path, reached.is_directory ? "other files lie under it" : "is given twice");
      return node;
    }
    if (!exists) {
      nodes_[node].is_directory = true;
    } else if (!reached.is_directory) {
      Refuse(path, "leads through the file " + Quoted(path.substr(0, end)));
    }
    start = end + 1;
  }
}

FileSystem::Lookup FileSystem::Find(NodeId directory, std::string_view path) const noexcept {
  const wasi::Errno malformed = wasi::CheckPath(path);
  if (malformed != wasi::Errno::kSuccess) return {malformed};

  NodeId node = directory;
  size_t depth = 0;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view name = path.substr(start, end - start);
    start = end + 1;
    if (name.empty()) continue;
    if (!nodes_[node].is_directory) return {wasi::Errno::kNotDir};
    if (name == ".") continue;
    if (name == "..") {
      if (depth == 0) return {wasi::Errno::kNotCapable};
      node = nodes_[node].parent;
      --depth;
      continue;
    }
    if (name.size() > kMaxNameLength) return {wasi::Errno::kNameTooLong};
    const size_t position = ChildPosition(node, name);
    if (!IsChildAt(node, position, name)) {
      const bool is_last = path.find_first_not_of('/', end) == std::string_view::npos;
      return {wasi::Errno::kNoEnt, kRoot, is_last};
    }
    node = nodes_[node].children[position];
    ++depth;
  }
  if (path.back() == '/' && !nodes_[node].is_directory) return {wasi::Errno::kNotDir};
  return {wasi::Errno::kSuccess, node};
}

}  // namespace wasmedge_embed
