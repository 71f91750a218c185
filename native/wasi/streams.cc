#include <vector>

#include "wasi/buffers.h"
#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// What a read or a write of a file starts with: the buffers, once the result's address is checked.
Errno LoadBuffers(const GuestMemory& memory, uint32_t iovs, uint32_t iovs_len, uint32_t size_out,
                  Buffers* out) noexcept {
  if (!memory.Contains(size_out, sizeof(uint32_t))) return Errno::kFault;
  return out->Load(memory, iovs, iovs_len);
}

/// The descriptor `fd` when it is open and no directory, with `right`; kBadf without it, as POSIX
/// has it for a descriptor that is open the other way.
Errno FindStream(WasiState& state, uint32_t fd, uint64_t right, Descriptor** out) noexcept {
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (!descriptor->Has(right)) return Errno::kBadf;
  *out = descriptor;
  return Errno::kSuccess;
}

/// The same for a read or write at an offset, which is for files alone.
Errno FindSeekable(WasiState& state, uint32_t fd, uint64_t right, Descriptor** out) noexcept {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor != nullptr && descriptor->is_stdio()) return Errno::kSpipe;
  const Errno error = FindStream(state, fd, right, out);
  if (error != Errno::kSuccess) return error;
  return (*out)->Has(rights::kFdSeek) ? Errno::kSuccess : Errno::kNotCapable;
}

bool Appends(const Descriptor& descriptor) noexcept {
  return (descriptor.flags & fdflags::kAppend) != 0;
}

}  // namespace

Errno FdRead(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
             uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindStream(state, fd, rights::kFdRead, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;

  uint32_t size = 0;
  if (descriptor->is_file()) {
    error = descriptor->file->Read(descriptor->offset, buffers, &size);
    if (error != Errno::kSuccess) return error;
    descriptor->offset += size;
  } else {
    size = buffers.Scatter(state.unread_input(), state.unread_input_size());
    state.ConsumeInput(size);
  }
  return Store(call.memory(), size_out, size);
}

Errno FdPread(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint64_t offset, uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindSeekable(state, fd, rights::kFdRead, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;
  uint32_t size = 0;
  error = descriptor->file->Read(offset, buffers, &size);
  return error == Errno::kSuccess ? Store(call.memory(), size_out, size) : error;
}

Errno FdWrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindStream(state, fd, rights::kFdWrite, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;

  if (descriptor->is_file()) {
    uint32_t size = 0;
    uint64_t end = 0;
    error = descriptor->file->Write(descriptor->offset, Appends(*descriptor), buffers, &size, &end);
    if (error != Errno::kSuccess) return error;
    descriptor->offset = end;
    return Store(call.memory(), size_out, size);
  }
  state.RequireOutput(buffers.total_size());
  std::vector<uint8_t>& output = state.output(descriptor->kind);
  for (const Buffers::Buffer& buffer : buffers) {
    output.insert(output.end(), buffer.data, buffer.data + buffer.size);
  }
  return Store(call.memory(), size_out, buffers.total_size());
}

Errno FdPwrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
               uint64_t offset, uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindSeekable(state, fd, rights::kFdWrite, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;
  uint32_t size = 0;
  uint64_t end;
  // A file that appends does so here as well, as on Linux.
  error = descriptor->file->Write(offset, Appends(*descriptor), buffers, &size, &end);
  return error == Errno::kSuccess ? Store(call.memory(), size_out, size) : error;
}

}  // namespace wasmedge_embed::wasi
