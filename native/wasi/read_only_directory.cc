#include "wasi/read_only_directory.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wasi/path.h"

namespace wasmedge_embed::wasi {

namespace {

using NodeId = FileSystem::NodeId;

FileType TypeOf(const FileSystem::Node& node) noexcept {
  return node.is_directory ? FileType::kDirectory : FileType::kRegularFile;
}

/// Times are 0, so that a guest's results depend only on its input.
Filestat FilestatOf(const FileSystem& files, NodeId id) noexcept {
  const FileSystem::Node& node = files.node(id);
  Filestat filestat;
  filestat.device = 1;
  filestat.inode = FileSystem::Inode(id);
  filestat.file_type = TypeOf(node);
  filestat.link_count = 1;
  filestat.size = node.size();
  return filestat;
}

class ReadOnlyFile final : public File {
 public:
  ReadOnlyFile(std::shared_ptr<const FileSystem> files, NodeId node) noexcept
      : files_(std::move(files)), node_(node) {}

  Errno Stat(Filestat* out) override {
    *out = FilestatOf(*files_, node_);
    return Errno::kSuccess;
  }

  Errno Read(uint64_t offset, const Buffers& buffers, uint32_t* size) override {
    const FileSystem::Node& node = files_->node(node_);
    const uint64_t start = std::min(offset, node.size());
    *size = buffers.Scatter(node.bytes ? node.bytes->data() + start : nullptr, node.size() - start);
    return Errno::kSuccess;
  }

  // These are never reached: they require the right to write, which no such file has.
  Errno Write(uint64_t, bool, const Buffers&, uint32_t*, uint64_t*) override {
    return Errno::kRofs;
  }
  Errno SetSize(uint64_t) override { return Errno::kRofs; }
  Errno Allocate(uint64_t, uint64_t) override { return Errno::kRofs; }
  Errno SetTimes(const NewTimes&) override { return Errno::kRofs; }
  /// There is never anything to write back.
  Errno Synchronize(bool) override { return Errno::kSuccess; }

 private:
  const std::shared_ptr<const FileSystem> files_;
  const NodeId node_;
};

/// Why an entry cannot be created where `lookup` led.
Errno WhyNot(const FileSystem::Lookup& lookup) noexcept {
  if (lookup.error == Errno::kSuccess) return Errno::kExist;
  return lookup.parent_exists ? Errno::kRofs : lookup.error;
}

}  // namespace

ReadOnlyDirectory::ReadOnlyDirectory(std::shared_ptr<const FileSystem> files,
                                     std::shared_ptr<const Mounts> mounts, NodeId node) noexcept
    : files_(std::move(files)), mounts_(std::move(mounts)), node_(node) {}

std::shared_ptr<Directory> ReadOnlyDirectory::Mounted(std::string_view path,
                                                      std::string_view* rest) const {
  *rest = path;
  if (mounts_->empty() || CheckPath(path) != Errno::kSuccess) return nullptr;
  size_t depth = 0;
  NodeId node = node_;
  std::string_view remaining = path;
  for (std::string_view name = TakeName(&remaining); !name.empty(); name = TakeName(&remaining)) {
    if (name == ".") continue;
    if (name == "..") {
      if (depth-- == 0) return nullptr;
      node = files_->node(node).parent;
      continue;
    }
    const FileSystem::Lookup lookup = files_->Find(node, name);
    if (lookup.error != Errno::kSuccess) return nullptr;
    node = lookup.node;
    ++depth;
    const uint32_t mount = files_->node(node).mount;
    if (mount != FileSystem::kNoMount && mount < mounts_->size()) {
      *rest = remaining.empty() ? std::string_view(".") : remaining;
      return (*mounts_)[mount];
    }
  }
  return nullptr;
}

Errno ReadOnlyDirectory::Open(std::string_view path, const OpenRequest& request, Opened* out) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error != Errno::kSuccess) return request.create ? WhyNot(lookup) : lookup.error;
  if (request.create && request.exclusive) return Errno::kExist;
  const bool writes = request.write || request.truncate;
  if (files_->node(lookup.node).is_directory) {
    if (writes || request.create) return Errno::kIsDir;
    out->directory = std::make_shared<ReadOnlyDirectory>(files_, mounts_, lookup.node);
    return Errno::kSuccess;
  }
  if (request.directory) return Errno::kNotDir;
  if (writes) return Errno::kRofs;
  out->file = std::make_shared<ReadOnlyFile>(files_, lookup.node);
  return Errno::kSuccess;
}

Errno ReadOnlyDirectory::Stat(Filestat* out) {
  *out = FilestatOf(*files_, node_);
  return Errno::kSuccess;
}

Errno ReadOnlyDirectory::StatPath(std::string_view path, bool /*follow*/, Filestat* out) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error == Errno::kSuccess) *out = FilestatOf(*files_, lookup.node);
  return lookup.error;
}

Errno ReadOnlyDirectory::SetTimes(const NewTimes& /*times*/) { return Errno::kRofs; }

Errno ReadOnlyDirectory::SetTimesOfPath(std::string_view path, bool /*follow*/,
                                        const NewTimes& /*times*/) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  return lookup.error == Errno::kSuccess ? Errno::kRofs : lookup.error;
}

Errno ReadOnlyDirectory::WhyNotCreated(std::string_view path) const noexcept {
  return WhyNot(files_->Find(node_, path));
}

Errno ReadOnlyDirectory::CreateDirectory(std::string_view path) { return WhyNotCreated(path); }

Errno ReadOnlyDirectory::Symlink(std::string_view /*target*/, std::string_view path) {
  return WhyNotCreated(path);
}

Errno ReadOnlyDirectory::RemoveDirectory(std::string_view path) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error != Errno::kSuccess) return lookup.error;
  return files_->node(lookup.node).is_directory ? Errno::kRofs : Errno::kNotDir;
}

Errno ReadOnlyDirectory::UnlinkFile(std::string_view path) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error != Errno::kSuccess) return lookup.error;
  return files_->node(lookup.node).is_directory ? Errno::kIsDir : Errno::kRofs;
}

Errno ReadOnlyDirectory::ReadLink(std::string_view path, ByteSpan /*buffer*/, uint32_t* /*size*/) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  // Nothing that exists is a symbolic link.
  return lookup.error == Errno::kSuccess ? Errno::kInval : lookup.error;
}

Errno ReadOnlyDirectory::Link(std::string_view path, Directory& to, std::string_view to_path) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error != Errno::kSuccess) return lookup.error;
  if (files_->node(lookup.node).is_directory) return Errno::kPerm;
  const auto* target = dynamic_cast<ReadOnlyDirectory*>(&to);
  return target == nullptr ? Errno::kXdev : target->WhyNotCreated(to_path);
}

Errno ReadOnlyDirectory::Rename(std::string_view path, Directory& to, std::string_view to_path) {
  const FileSystem::Lookup lookup = files_->Find(node_, path);
  if (lookup.error != Errno::kSuccess) return lookup.error;
  const auto* target = dynamic_cast<ReadOnlyDirectory*>(&to);
  if (target == nullptr) return Errno::kXdev;
  const Errno error = target->WhyNotCreated(to_path);
  // Renaming would replace it.
  return error == Errno::kExist ? Errno::kRofs : error;
}

Errno ReadOnlyDirectory::List(uint64_t cookie, EntrySink& sink) {
  // A cookie is the number of entries before it: ".", "..", then the children in their order.
  const FileSystem::Node& directory = files_->node(node_);
  const uint64_t count = directory.children.size() + 2;
  for (uint64_t i = cookie; i < count; ++i) {
    const NodeId id = i == 0 ? node_ : i == 1 ? directory.parent : directory.children[i - 2];
    const FileSystem::Node& node = files_->node(id);
    const std::string_view name = i == 0 ? "." : i == 1 ? ".." : std::string_view(node.name);
    if (!sink.Take(i + 1, FileSystem::Inode(id), TypeOf(node), name)) break;
  }
  return Errno::kSuccess;
}

}  // namespace wasmedge_embed::wasi
