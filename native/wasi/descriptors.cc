#include <cstring>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

FileType FileTypeOf(const Descriptor& descriptor) noexcept {
  if (descriptor.is_directory()) return FileType::kDirectory;
  if (descriptor.is_file()) return FileType::kRegularFile;
  // A byte buffer is a pipe, for which WASI has no type; a character device would be taken for a
  // terminal.
  return FileType::kUnknown;
}

}  // namespace

Errno FdClose(WasiState& state, HostCall& /*call*/, uint32_t fd) {
  return state.descriptors().Close(fd);
}

Errno FdFdstatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t fdstat_out) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  Fdstat fdstat;
  fdstat.file_type = FileTypeOf(*descriptor);
  fdstat.flags = descriptor->flags;
  fdstat.rights_base = descriptor->rights_base;
  fdstat.rights_inheriting = descriptor->rights_inheriting;
  return Store(call.memory(), fdstat_out, fdstat);
}

Errno FdFdstatSetFlags(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t flags) {
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if ((flags & ~fdflags::kAll) != 0) return Errno::kInval;
  if (!descriptor->Has(rights::kFdFdstatSetFlags)) return Errno::kNotCapable;
  descriptor->flags = static_cast<uint16_t>(flags);
  return Errno::kSuccess;
}

Errno FdFdstatSetRights(WasiState& state, HostCall& /*call*/, uint32_t fd, uint64_t rights_base,
                        uint64_t rights_inheriting) {
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if ((rights_base & ~descriptor->rights_base) != 0 ||
      (rights_inheriting & ~descriptor->rights_inheriting) != 0) {
    return Errno::kNotCapable;
  }
  descriptor->rights_base = rights_base;
  descriptor->rights_inheriting = rights_inheriting;
  return Errno::kSuccess;
}

Errno FdPrestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t prestat_out) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  // This error ends a userland's search for preopens, whatever else is open.
  if (descriptor == nullptr || descriptor->preopen_name == nullptr) return Errno::kBadf;
  Prestat prestat;
  prestat.name_length = static_cast<uint32_t>(descriptor->preopen_name->size());
  return Store(call.memory(), prestat_out, prestat);
}

Errno FdPrestatDirName(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                       uint32_t path_len) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->preopen_name == nullptr) return Errno::kNotDir;
  const std::string& name = *descriptor->preopen_name;
  ByteSpan buffer;
  if (!call.memory().Range(path, path_len, &buffer)) return Errno::kFault;
  if (name.size() > path_len) return Errno::kNameTooLong;
  std::memcpy(buffer.data, name.data(), name.size());
  return Errno::kSuccess;
}

Errno FdRenumber(WasiState& state, HostCall& /*call*/, uint32_t from, uint32_t to) {
  return state.descriptors().Renumber(from, to);
}

}  // namespace wasmedge_embed::wasi
