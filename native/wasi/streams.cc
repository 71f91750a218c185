#include <algorithm>
#include <cstring>
#include <vector>

#include "wasi/buffers.h"
#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// Copies from the start of `source` into the buffers, one after the other; returns how much.
uint32_t Scatter(const uint8_t* source, uint64_t size, const Buffers& buffers) noexcept {
  uint64_t copied = 0;
  for (const Buffers::Buffer& buffer : buffers) {
    if (copied == size) break;
    const uint64_t part = std::min<uint64_t>(buffer.size, size - copied);
    std::memcpy(buffer.data, source + copied, part);
    copied += part;
  }
  return static_cast<uint32_t>(copied);
}

uint32_t ScatterFile(const FileSystem::Node& file, uint64_t offset,
                     const Buffers& buffers) noexcept {
  const uint64_t size = file.bytes.size();
  const uint64_t start = std::min(size, offset);
  return Scatter(file.bytes.data() + start, size - start, buffers);
}

}  // namespace

Errno FdRead(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
             uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (!descriptor->Has(rights::kFdRead)) return Errno::kBadf;
  if (!memory.Contains(size_out, sizeof(uint32_t))) return Errno::kFault;
  Buffers buffers;
  const Errno error = buffers.Load(memory, iovs, iovs_len);
  if (error != Errno::kSuccess) return error;

  uint32_t size;
  if (descriptor->is_file()) {
    size = ScatterFile(state.files().node(descriptor->node), descriptor->offset, buffers);
    descriptor->offset += size;
  } else {
    size = Scatter(state.unread_input(), state.unread_input_size(), buffers);
    state.ConsumeInput(size);
  }
  return Store(memory, size_out, size);
}

Errno FdPread(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint64_t offset, uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (descriptor->is_stdio()) return Errno::kSpipe;
  if (!descriptor->Has(rights::kFdRead)) return Errno::kBadf;
  if (!descriptor->Has(rights::kFdSeek)) return Errno::kNotCapable;
  if (!memory.Contains(size_out, sizeof(uint32_t))) return Errno::kFault;
  Buffers buffers;
  const Errno error = buffers.Load(memory, iovs, iovs_len);
  if (error != Errno::kSuccess) return error;
  return Store(memory, size_out,
               ScatterFile(state.files().node(descriptor->node), offset, buffers));
}

Errno FdWrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (!descriptor->Has(rights::kFdWrite)) return Errno::kBadf;
  if (!memory.Contains(size_out, sizeof(uint32_t))) return Errno::kFault;
  Buffers buffers;
  const Errno error = buffers.Load(memory, iovs, iovs_len);
  if (error != Errno::kSuccess) return error;

  state.RequireOutput(buffers.total_size());
  std::vector<uint8_t>& output = state.output(descriptor->kind);
  for (const Buffers::Buffer& buffer : buffers) {
    output.insert(output.end(), buffer.data, buffer.data + buffer.size);
  }
  return Store(memory, size_out, buffers.total_size());
}

Errno FdPwrite(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t /*iovs*/,
               uint32_t /*iovs_len*/, uint64_t /*offset*/, uint32_t /*size_out*/) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  // No file can be open for writing.
  return descriptor->is_stdio() ? Errno::kSpipe : Errno::kBadf;
}

}  // namespace wasmedge_embed::wasi
