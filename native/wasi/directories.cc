#include <algorithm>
#include <cstring>
#include <string_view>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// Fills the guest's buffer from the start, truncating what no longer fits.
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

class DirentSink final : public EntrySink {
 public:
  explicit DirentSink(ByteSpan buffer) noexcept : filler_(buffer) {}

  bool Take(uint64_t next, uint64_t inode, FileType type, std::string_view name) noexcept override {
    if (filler_.is_full()) return false;
    Dirent entry;
    entry.next = next;
    entry.inode = inode;
    entry.name_length = static_cast<uint32_t>(name.size());
    entry.file_type = type;
    filler_.Append(&entry, sizeof(entry));
    filler_.Append(name.data(), name.size());
    return !filler_.is_full();
  }
  uint32_t used() const noexcept { return filler_.used(); }

 private:
  Filler filler_;
};

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
  DirentSink sink(buffer);
  const Errno error = descriptor->directory->List(cookie, sink);
  return error == Errno::kSuccess ? Store(memory, size_out, sink.used()) : error;
}

}  // namespace wasmedge_embed::wasi
