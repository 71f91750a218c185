#include "wasi/scratch_directory.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "wasi/path.h"

namespace wasmedge_embed::wasi {

namespace {

void SetTimesOf(ScratchStorage& storage, ScratchNode& node, const NewTimes& times) noexcept {
  storage.Changed(node);
  const uint64_t now = RealTime();
  const auto set = [now](uint64_t* time, const NewTime& value) {
    if (value.kind == NewTime::Kind::kNow) *time = now;
    if (value.kind == NewTime::Kind::kGiven) *time = value.nanoseconds;
  };
  set(&node.access_time, times.access);
  set(&node.modification_time, times.modification);
  node.change_time = now;
}

class ScratchFile final : public File {
 public:
  ScratchFile(std::shared_ptr<ScratchStorage> storage, ScratchNode& node) noexcept
      : storage_(std::move(storage)), node_(node) {
    storage_->Hold(node_);
  }
  ~ScratchFile() override { storage_->Release(node_); }

  Errno Stat(Filestat* out) override {
    *out = storage_->Stat(node_);
    return Errno::kSuccess;
  }

  Errno Read(uint64_t offset, const Buffers& buffers, uint32_t* size) override {
    *size = node_.bytes.Read(offset, buffers);
    return Errno::kSuccess;
  }

  Errno Write(uint64_t offset, bool append, const Buffers& buffers, uint32_t* size,
              uint64_t* end) override {
    const uint64_t start = append ? node_.bytes.size() : offset;
    const Errno error = node_.bytes.Write(start, buffers, size);
    *end = start + *size;
    return Changed(error);
  }

  Errno SetSize(uint64_t size) override { return Changed(node_.bytes.SetSize(size)); }

  Errno Allocate(uint64_t offset, uint64_t length) override {
    return Changed(node_.bytes.Allocate(offset, length));
  }

  Errno SetTimes(const NewTimes& times) override {
    SetTimesOf(*storage_, node_, times);
    return Errno::kSuccess;
  }

  Errno Synchronize(bool /*data_only*/) override { return Errno::kSuccess; }

 private:
  Errno Changed(Errno error) noexcept {
    if (error == Errno::kSuccess) {
      node_.modification_time = node_.change_time = RealTime();
      storage_->Changed(node_);
    }
    return error;
  }

  const std::shared_ptr<ScratchStorage> storage_;
  ScratchNode& node_;
};

/// Whether `directory` is `node` or is below it.
bool IsWithin(const ScratchNode& directory, const ScratchNode& node) noexcept {
  for (const ScratchNode* each = &directory; each != nullptr; each = each->parent) {
    if (each == &node) return true;
    if (each->parent == each) return false;
  }
  return false;
}

}  // namespace

/// Where a path leads. `parent` and `name` are those of the entry, existing or not; they are not
/// set if the path ends in "." or "..". Valid until the tree changes.
struct ScratchDirectory::Found {
  ScratchNode* parent = nullptr;
  std::string_view name;
  ScratchNode* node = nullptr;
  bool trailing_slash = false;
};

ScratchDirectory::ScratchDirectory(std::shared_ptr<ScratchStorage> storage,
                                   ScratchNode& node) noexcept
    : storage_(std::move(storage)), node_(node) {
  storage_->Hold(node_);
}

ScratchDirectory::~ScratchDirectory() { storage_->Release(node_); }

Errno ScratchDirectory::Find(std::string_view path, bool follow, Found* out, bool creates) const {
  const Errno malformed = CheckPath(path);
  if (malformed != Errno::kSuccess) return malformed;

  // What remains to be walked: the path, and on top of it the targets of links on the way.
  std::vector<std::string_view> pending{path};
  std::vector<ScratchNode*> directories{&node_};
  bool trailing_slash = HasTrailingSlash(path);
  int links = 0;
  *out = {nullptr, {}, &node_, trailing_slash};
  while (!pending.empty()) {
    const std::string_view name = TakeName(&pending.back());
    while (!pending.empty() && pending.back().empty()) pending.pop_back();
    if (name.empty()) continue;
    const bool is_last = pending.empty();
    ScratchNode& directory = *directories.back();
    if (name == ".") {
      *out = {nullptr, {}, &directory, trailing_slash};
      continue;
    }
    if (name == "..") {
      if (directories.size() == 1) return Errno::kNotCapable;
      directories.pop_back();
      *out = {nullptr, {}, directories.back(), trailing_slash};
      continue;
    }
    // As on Linux, a file to be created is not looked up if its name has a trailing slash.
    if (creates && is_last && trailing_slash) {
      *out = {&directory, name, nullptr, trailing_slash};
      return Errno::kSuccess;
    }
    // It was removed while it was open.
    if (directory.parent == nullptr) return Errno::kNoEnt;
    if (name.size() > kMaxNameLength) return Errno::kNameTooLong;
    const auto entry = directory.entries.find(name);
    if (entry == directory.entries.end()) {
      if (!is_last) return Errno::kNoEnt;
      *out = {&directory, name, nullptr, trailing_slash};
      return Errno::kSuccess;
    }
    ScratchNode& node = *entry->second.node;
    if (node.is_link() && (!is_last || follow || trailing_slash)) {
      if (++links > kMaxLinks) return Errno::kLoop;
      // Guests cannot create such links, but a copied host folder may contain them.
      if (node.target.front() == '/') return Errno::kNotCapable;
      // An empty target would leave nothing to walk; there is none.
      trailing_slash = trailing_slash || (is_last && HasTrailingSlash(node.target));
      pending.push_back(node.target);
      continue;
    }
    if (!node.is_directory() && (!is_last || trailing_slash)) {
      return node.is_link() ? Errno::kLoop : Errno::kNotDir;
    }
    *out = {&directory, name, &node, trailing_slash};
    if (node.is_directory()) directories.push_back(&node);
  }
  return Errno::kSuccess;
}

Errno ScratchDirectory::FindExisting(std::string_view path, bool follow, Found* out) const {
  const Errno error = Find(path, follow, out);
  if (error != Errno::kSuccess) return error;
  return out->node == nullptr ? Errno::kNoEnt : Errno::kSuccess;
}

Errno ScratchDirectory::FindEntry(std::string_view path, Found* out) const {
  const size_t last = path.find_last_not_of('/');
  // A path that consists only of slashes is absolute.
  const Errno error =
      Find(last == std::string_view::npos ? path : path.substr(0, last + 1), false, out);
  out->trailing_slash = HasTrailingSlash(path);
  return error;
}

Errno ScratchDirectory::Open(std::string_view path, const OpenRequest& request, Opened* out) {
  Found found;
  const bool exclusively = request.create && request.exclusive;
  const Errno error = Find(path, request.follow && !exclusively, &found, request.create);
  if (error != Errno::kSuccess) return error;
  // As on Linux, whatever exists there; the slash may be in a link's target.
  if (request.create && found.trailing_slash && found.parent != nullptr) return Errno::kIsDir;
  if (found.node == nullptr) {
    if (!request.create) return Errno::kNoEnt;
    const Errno made =
        storage_->Make(*found.parent, found.name, FileType::kRegularFile, {}, &found.node);
    if (made != Errno::kSuccess) return made;
  } else if (exclusively) {
    return Errno::kExist;
  }
  ScratchNode& node = *found.node;
  if (node.is_link()) return request.directory ? Errno::kNotDir : Errno::kLoop;
  if (node.is_directory()) {
    if (request.write || request.truncate || request.create) return Errno::kIsDir;
    out->directory = std::make_shared<ScratchDirectory>(storage_, node);
    return Errno::kSuccess;
  }
  if (request.directory) return Errno::kNotDir;
  auto file = std::make_shared<ScratchFile>(storage_, node);
  if (request.truncate) {
    const Errno truncated = file->SetSize(0);
    if (truncated != Errno::kSuccess) return truncated;
  }
  out->file = std::move(file);
  return Errno::kSuccess;
}

Errno ScratchDirectory::Stat(Filestat* out) {
  *out = storage_->Stat(node_);
  return Errno::kSuccess;
}

Errno ScratchDirectory::StatPath(std::string_view path, bool follow, Filestat* out) {
  Found found;
  const Errno error = FindExisting(path, follow, &found);
  if (error == Errno::kSuccess) *out = storage_->Stat(*found.node);
  return error;
}

Errno ScratchDirectory::SetTimes(const NewTimes& times) {
  SetTimesOf(*storage_, node_, times);
  return Errno::kSuccess;
}

Errno ScratchDirectory::SetTimesOfPath(std::string_view path, bool follow, const NewTimes& times) {
  Found found;
  const Errno error = FindExisting(path, follow, &found);
  if (error == Errno::kSuccess) SetTimesOf(*storage_, *found.node, times);
  return error;
}

Errno ScratchDirectory::Make(std::string_view path, FileType type, std::string_view target) {
  Found found;
  const Errno error = FindEntry(path, &found);
  if (error != Errno::kSuccess) return error;
  if (found.node != nullptr) return Errno::kExist;
  if (found.trailing_slash && type != FileType::kDirectory) return Errno::kNoEnt;
  ScratchNode* made;
  return storage_->Make(*found.parent, found.name, type, target, &made);
}

Errno ScratchDirectory::CreateDirectory(std::string_view path) {
  return Make(path, FileType::kDirectory, {});
}

Errno ScratchDirectory::Symlink(std::string_view target, std::string_view path) {
  const Errno malformed = CheckPath(target);
  return malformed == Errno::kSuccess ? Make(path, FileType::kSymbolicLink, target) : malformed;
}

Errno ScratchDirectory::RemoveDirectory(std::string_view path) {
  Found found;
  const Errno error = FindEntry(path, &found);
  if (error != Errno::kSuccess) return error;
  if (found.node == nullptr) return Errno::kNoEnt;
  if (!found.node->is_directory()) return Errno::kNotDir;
  if (found.parent == nullptr) return Errno::kInval;
  if (!found.node->entries.empty()) return Errno::kNotEmpty;
  storage_->Remove(*found.parent, found.name);
  return Errno::kSuccess;
}

Errno ScratchDirectory::UnlinkFile(std::string_view path) {
  Found found;
  const Errno error = FindEntry(path, &found);
  if (error != Errno::kSuccess) return error;
  if (found.node == nullptr) return Errno::kNoEnt;
  if (found.node->is_directory()) return Errno::kIsDir;
  if (found.trailing_slash) return Errno::kNotDir;
  storage_->Remove(*found.parent, found.name);
  return Errno::kSuccess;
}

Errno ScratchDirectory::ReadLink(std::string_view path, ByteSpan buffer, uint32_t* size) {
  Found found;
  const Errno error = FindExisting(path, false, &found);
  if (error != Errno::kSuccess) return error;
  if (!found.node->is_link()) return Errno::kInval;
  const std::string& target = found.node->target;
  *size = static_cast<uint32_t>(std::min<uint64_t>(target.size(), buffer.size));
  if (*size != 0) std::memcpy(buffer.data, target.data(), *size);
  return Errno::kSuccess;
}

Errno ScratchDirectory::Link(std::string_view path, Directory& to, std::string_view to_path) {
  Found found;
  Errno error = FindExisting(path, false, &found);
  if (error != Errno::kSuccess) return error;
  if (found.node->is_directory()) return Errno::kPerm;
  const auto* target = dynamic_cast<ScratchDirectory*>(&to);
  if (target == nullptr || target->storage_ != storage_) return Errno::kXdev;
  Found place;
  error = target->FindEntry(to_path, &place);
  if (error != Errno::kSuccess) return error;
  if (place.node != nullptr) return Errno::kExist;
  if (place.trailing_slash) return Errno::kNoEnt;
  return storage_->Enter(*place.parent, place.name, *found.node);
}

Errno ScratchDirectory::Rename(std::string_view path, Directory& to, std::string_view to_path) {
  Found found;
  Errno error = FindEntry(path, &found);
  if (error != Errno::kSuccess) return error;
  if (found.node == nullptr) return Errno::kNoEnt;
  const auto* target = dynamic_cast<ScratchDirectory*>(&to);
  if (target == nullptr || target->storage_ != storage_) return Errno::kXdev;
  Found place;
  error = target->FindEntry(to_path, &place);
  if (error != Errno::kSuccess) return error;
  // "." and ".." are not entries that can be moved or replaced.
  if (found.parent == nullptr || (place.node != nullptr && place.parent == nullptr)) {
    return Errno::kBusy;
  }
  const bool moves_directory = found.node->is_directory();
  if (!moves_directory && (found.trailing_slash || place.trailing_slash)) return Errno::kNotDir;
  if (moves_directory && IsWithin(*place.parent, *found.node)) return Errno::kInval;
  // As on Linux, also for a file.
  if (place.node != nullptr && IsWithin(*found.parent, *place.node)) return Errno::kNotEmpty;
  if (place.node != nullptr && place.node != found.node) {
    if (moves_directory && !place.node->is_directory()) return Errno::kNotDir;
    if (!moves_directory && place.node->is_directory()) return Errno::kIsDir;
    if (!place.node->entries.empty()) return Errno::kNotEmpty;
  }
  return storage_->Move(*found.parent, found.name, *place.parent, place.name);
}

Errno ScratchDirectory::List(uint64_t cookie, EntrySink& sink) {
  if (node_.parent == nullptr) return Errno::kNoEnt;
  if (cookie == 0 && !sink.Take(1, node_.inode, FileType::kDirectory, ".")) return Errno::kSuccess;
  if (cookie <= 1 && !sink.Take(2, node_.parent->inode, FileType::kDirectory, "..")) {
    return Errno::kSuccess;
  }
  for (auto each = node_.order.lower_bound(cookie); each != node_.order.end(); ++each) {
    const std::string& name = *each->second;
    const ScratchNode& node = *node_.entries.find(name)->second.node;
    if (!sink.Take(each->first + 1, node.inode, node.type, name)) break;
  }
  return Errno::kSuccess;
}

void CollectFiles(const ScratchStorage& storage, const ScratchNode& root, const std::string& prefix,
                  const std::vector<PathPattern>& patterns, std::vector<FileEntry>* out) {
  // Not recursive: a guest can nest directories as deep as its budget allows.
  struct Level {
    const ScratchNode* directory;
    decltype(ScratchNode::entries)::const_iterator next;
    size_t path_size;
  };
  uint64_t total = 0;
  for (const FileEntry& each : *out) total += each.bytes.size();
  std::string path = prefix;
  std::vector<Level> levels{{&root, root.entries.begin(), path.size()}};
  while (!levels.empty()) {
    Level& level = levels.back();
    path.resize(level.path_size);
    if (level.next == level.directory->entries.end()) {
      levels.pop_back();
      continue;
    }
    const auto& [name, entry] = *level.next++;
    if (!HasTrailingSlash(path)) path += '/';
    path += name;
    if (path.size() > kMaxPathLength) continue;
    const ScratchNode& node = *entry.node;
    if (node.is_directory()) {
      levels.push_back({&node, node.entries.begin(), path.size()});
    } else if (node.is_file() &&
               std::any_of(patterns.begin(), patterns.end(),
                           [&](const auto& each) { return each.Matches(path); })) {
      total += node.bytes.size();
      if (total > storage.budget().limit()) ThrowLimit("scratchBytes", storage.budget().limit());
      out->push_back({path, node.bytes.Copy()});
    }
  }
}

}  // namespace wasmedge_embed::wasi
