#include <cstring>
#include <string>
#include <vector>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

uint64_t SizeOf(const std::vector<std::string>& strings) noexcept {
  uint64_t size = 0;
  for (const std::string& string : strings) size += string.size() + 1;
  return size;
}

/// Writes the NUL-terminated strings one after another to `buffer`, and their addresses to the
/// array `pointers`.
Errno StoreStrings(const GuestMemory& memory, const std::vector<std::string>& strings,
                   uint32_t pointers, uint32_t buffer) noexcept {
  ByteSpan pointer_range;
  ByteSpan buffer_range;
  if (!memory.Range(pointers, strings.size() * sizeof(uint32_t), &pointer_range) ||
      !memory.Range(buffer, SizeOf(strings), &buffer_range)) {
    return Errno::kFault;
  }
  uint32_t address = buffer;
  uint8_t* bytes = buffer_range.data;
  uint8_t* pointer = pointer_range.data;
  for (const std::string& string : strings) {
    const size_t size = string.size() + 1;
    std::memcpy(pointer, &address, sizeof(address));
    std::memcpy(bytes, string.c_str(), size);
    pointer += sizeof(address);
    bytes += size;
    address += static_cast<uint32_t>(size);
  }
  return Errno::kSuccess;
}

Errno StoreSizes(const GuestMemory& memory, const std::vector<std::string>& strings,
                 uint32_t count_out, uint32_t size_out) noexcept {
  if (!memory.Contains(count_out, sizeof(uint32_t))) return Errno::kFault;
  const Errno error = Store(memory, size_out, static_cast<uint32_t>(SizeOf(strings)));
  if (error != Errno::kSuccess) return error;
  return Store(memory, count_out, static_cast<uint32_t>(strings.size()));
}

}  // namespace

Errno ArgsGet(WasiState& state, HostCall& call, uint32_t argv, uint32_t argv_buf) {
  return StoreStrings(call.memory(), state.args(), argv, argv_buf);
}

Errno ArgsSizesGet(WasiState& state, HostCall& call, uint32_t argc_out, uint32_t size_out) {
  return StoreSizes(call.memory(), state.args(), argc_out, size_out);
}

Errno EnvironGet(WasiState& state, HostCall& call, uint32_t environ, uint32_t environ_buf) {
  return StoreStrings(call.memory(), state.env(), environ, environ_buf);
}

Errno EnvironSizesGet(WasiState& state, HostCall& call, uint32_t count_out, uint32_t size_out) {
  return StoreSizes(call.memory(), state.env(), count_out, size_out);
}

}  // namespace wasmedge_embed::wasi
