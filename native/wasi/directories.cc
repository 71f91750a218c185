#include <algorithm>
#include <cstring>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// Fills the guest's buffer from its start, cutting what does not fit any more.
class Filler {
 public:
  explicit Filler(ByteSpan buffer) noexcept : buffer_(buffer) {}

  void Append(const void* bytes, size_t size) noexcept {
    const size_t fitting = std::min<uint64_t>(size, buffer_.size - used_);
    std::memcpy(buffer_.data + used_, bytes, fitting);
    used_ += fitting;
  }
  bool is_full() const noexcept { return used_ == buffer_.size; }
  uint32_t used() const noexcept { return static_cast<uint32_t>(used_); }

 private:
  ByteSpan buffer_;
  uint64_t used_ = 0;
};

void AppendEntry(const FileSystem& files, FileSystem::NodeId id, std::string_view name,
                 uint64_t next, Filler* filler) noexcept {
  Dirent entry;
  entry.next = next;
  entry.inode = FileSystem::Inode(id);
  entry.name_length = static_cast<uint32_t>(name.size());
  entry.file_type = files.node(id).is_directory ? FileType::kDirectory : FileType::kRegularFile;
  filler->Append(&entry, sizeof(entry));
  filler->Append(name.data(), name.size());
}

}  // namespace

Errno FdReaddir(WasiState& state, HostCall& call, uint32_t fd, uint32_t buf, uint32_t buf_len,
                uint64_t cookie, uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (!descriptor->is_directory()) return Errno::kNotDir;
  if (!descriptor->Has(rights::kFdReaddir)) return Errno::kNotCapable;
  ByteSpan buffer;
  if (!memory.Range(buf, buf_len, &buffer) || !memory.Contains(size_out, sizeof(uint32_t))) {
    return Errno::kFault;
  }

  // A cookie is the number of entries before it: ".", "..", then the children in their order.
  const FileSystem& files = state.files();
  const FileSystem::Node& directory = files.node(descriptor->node);
  const uint64_t count = directory.children.size() + 2;
  Filler filler(buffer);
  for (uint64_t i = cookie; i < count && !filler.is_full(); ++i) {
    if (i == 0) {
      AppendEntry(files, descriptor->node, ".", i + 1, &filler);
    } else if (i == 1) {
      AppendEntry(files, directory.parent, "..", i + 1, &filler);
    } else {
      const FileSystem::NodeId child = directory.children[i - 2];
      AppendEntry(files, child, files.node(child).name, i + 1, &filler);
    }
  }
  return Store(memory, size_out, filler.used());
}

}  // namespace wasmedge_embed::wasi
