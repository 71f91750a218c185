#include <limits>

#include "wasi/functions.h"
#include "wasi/store.h"
#include "wasi/times.h"

namespace wasmedge_embed::wasi {

namespace {

/// The file of `fd`, for operations that only make sense on files.
Errno FindFile(WasiState& state, uint32_t fd, Descriptor** out) noexcept {
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (descriptor->is_stdio()) return Errno::kSpipe;
  *out = descriptor;
  return Errno::kSuccess;
}

/// The same for operations that change the file's size. kBadf if it is not open for writing, as for
/// a write; kNotCapable if the guest itself has dropped the right.
Errno FindWritable(WasiState& state, uint32_t fd, uint64_t right, Descriptor** out) noexcept {
  const Errno error = FindFile(state, fd, out);
  if (error != Errno::kSuccess) return error;
  if ((*out)->Has(right)) return Errno::kSuccess;
  return (*out)->Has(rights::kFdWrite) ? Errno::kNotCapable : Errno::kBadf;
}

Errno Synchronize(WasiState& state, uint32_t fd, uint64_t right) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (!descriptor->Has(right)) return Errno::kNotCapable;
  const bool data_only = right == rights::kFdDatasync;
  if (descriptor->is_file()) return descriptor->file->Synchronize(data_only);
  return descriptor->is_directory() ? descriptor->directory->Synchronize(data_only)
                                    : Errno::kSuccess;
}

}  // namespace

Errno FdAdvise(WasiState& state, HostCall& /*call*/, uint32_t fd, uint64_t offset, uint64_t length,
               uint32_t advice) {
  Descriptor* file;
  const Errno error = FindFile(state, fd, &file);
  if (error != Errno::kSuccess) return error;
  if (!file->Has(rights::kFdAdvise)) return Errno::kNotCapable;
  const bool overflows = length > std::numeric_limits<uint64_t>::max() - offset;
  return advice > kLastAdvice || overflows ? Errno::kInval : Errno::kSuccess;
}

Errno FdAllocate(WasiState& state, HostCall& /*call*/, uint32_t fd, uint64_t offset,
                 uint64_t length) {
  Descriptor* file;
  const Errno error = FindWritable(state, fd, rights::kFdAllocate, &file);
  if (error != Errno::kSuccess) return error;
  return length == 0 ? Errno::kInval : file->file->Allocate(offset, length);
}

Errno FdDatasync(WasiState& state, HostCall& /*call*/, uint32_t fd) {
  return Synchronize(state, fd, rights::kFdDatasync);
}

Errno FdFilestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t filestat_out) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (!descriptor->Has(rights::kFdFilestatGet)) return Errno::kNotCapable;
  Filestat filestat;
  Errno error = Errno::kSuccess;
  if (descriptor->is_file()) error = descriptor->file->Stat(&filestat);
  if (descriptor->is_directory()) error = descriptor->directory->Stat(&filestat);
  return error == Errno::kSuccess ? Store(call.memory(), filestat_out, filestat) : error;
}

Errno FdFilestatSetSize(WasiState& state, HostCall& /*call*/, uint32_t fd, uint64_t size) {
  Descriptor* file;
  const Errno error = FindWritable(state, fd, rights::kFdFilestatSetSize, &file);
  if (error == Errno::kSpipe) return Errno::kInval;
  return error == Errno::kSuccess ? file->file->SetSize(size) : error;
}

Errno FdFilestatSetTimes(WasiState& state, HostCall& /*call*/, uint32_t fd, uint64_t access_time,
                         uint64_t modification_time, uint32_t flags) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (!AreValidTimeFlags(flags)) return Errno::kInval;
  if (descriptor->is_stdio()) return Errno::kRofs;
  if (!descriptor->Has(rights::kFdFilestatSetTimes)) return Errno::kNotCapable;
  const NewTimes times = NewTimesOf(access_time, modification_time, flags);
  return descriptor->is_file() ? descriptor->file->SetTimes(times)
                               : descriptor->directory->SetTimes(times);
}

Errno FdSeek(WasiState& state, HostCall& call, uint32_t fd, int64_t offset, uint32_t whence,
             uint32_t offset_out) {
  Descriptor* file;
  Errno error = FindFile(state, fd, &file);
  if (error != Errno::kSuccess) return error;

  int64_t base = 0;
  switch (static_cast<Whence>(whence)) {
    case Whence::kSet:
      break;
    case Whence::kCurrent:
      base = static_cast<int64_t>(file->offset);
      break;
    case Whence::kEnd: {
      Filestat filestat;
      error = file->file->Stat(&filestat);
      if (error != Errno::kSuccess) return error;
      base = static_cast<int64_t>(filestat.size);
      break;
    }
    default:
      return Errno::kInval;
  }
  const bool only_tells = offset == 0 && static_cast<Whence>(whence) == Whence::kCurrent;
  if (!file->Has(only_tells ? rights::kFdTell : rights::kFdSeek)) return Errno::kNotCapable;
  int64_t target;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return Errno::kInval;
  const Errno stored = Store(call.memory(), offset_out, static_cast<uint64_t>(target));
  if (stored == Errno::kSuccess) file->offset = static_cast<uint64_t>(target);
  return stored;
}

Errno FdSync(WasiState& state, HostCall& /*call*/, uint32_t fd) {
  return Synchronize(state, fd, rights::kFdSync);
}

Errno FdTell(WasiState& state, HostCall& call, uint32_t fd, uint32_t offset_out) {
  Descriptor* file;
  const Errno error = FindFile(state, fd, &file);
  if (error != Errno::kSuccess) return error;
  if (!file->Has(rights::kFdTell)) return Errno::kNotCapable;
  return Store(call.memory(), offset_out, file->offset);
}

}  // namespace wasmedge_embed::wasi
