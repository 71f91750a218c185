#include <string_view>
#include <utility>

#include "wasi/functions.h"
#include "wasi/path.h"
#include "wasi/store.h"
#include "wasi/times.h"

namespace wasmedge_embed::wasi {

namespace {

/// The directory that a guest's path starts from, held while it is used, and the remaining path
/// below it.
struct Place {
  std::shared_ptr<Directory> directory;
  std::string_view path;
};

/// Finds the directory `fd`, which must have `right`, and the guest's path below it.
Errno Locate(WasiState& state, const HostCall& call, uint32_t fd, uint64_t right, uint32_t path,
             uint32_t path_len, Place* out) {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (!descriptor->is_directory()) return Errno::kNotDir;
  if (!descriptor->Has(right)) return Errno::kNotCapable;
  std::string_view text;
  if (!call.memory().Text(path, path_len, &text)) return Errno::kFault;
  out->directory = descriptor->directory->Mounted(text, &out->path);
  if (out->directory == nullptr) out->directory = descriptor->directory;
  return Errno::kSuccess;
}

bool Follows(uint32_t flags) noexcept { return (flags & kLookupSymlinkFollow) != 0; }

/// The rights on a directory that opening requires in addition to kPathOpen.
uint64_t RightsToOpen(uint32_t open_flags) noexcept {
  uint64_t needed = rights::kPathOpen;
  if ((open_flags & oflags::kCreat) != 0) needed |= rights::kPathCreateFile;
  if ((open_flags & oflags::kTrunc) != 0) needed |= rights::kPathFilestatSetSize;
  return needed;
}

}  // namespace

Errno PathCreateDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len) {
  Place place;
  const Errno error = Locate(state, call, fd, rights::kPathCreateDirectory, path, path_len, &place);
  return error == Errno::kSuccess ? place.directory->CreateDirectory(place.path) : error;
}

Errno PathFilestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags, uint32_t path,
                      uint32_t path_len, uint32_t filestat_out) {
  Place place;
  Errno error = Locate(state, call, fd, rights::kPathFilestatGet, path, path_len, &place);
  if (error != Errno::kSuccess) return error;
  Filestat filestat;
  error = place.directory->StatPath(place.path, Follows(flags), &filestat);
  return error == Errno::kSuccess ? Store(call.memory(), filestat_out, filestat) : error;
}

Errno PathFilestatSetTimes(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags,
                           uint32_t path, uint32_t path_len, uint64_t access_time,
                           uint64_t modification_time, uint32_t fst_flags) {
  if (!AreValidTimeFlags(fst_flags)) return Errno::kInval;
  Place place;
  const Errno error =
      Locate(state, call, fd, rights::kPathFilestatSetTimes, path, path_len, &place);
  if (error != Errno::kSuccess) return error;
  return place.directory->SetTimesOfPath(place.path, Follows(flags),
                                         NewTimesOf(access_time, modification_time, fst_flags));
}

Errno PathLink(WasiState& state, HostCall& call, uint32_t old_fd, uint32_t old_flags,
               uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path,
               uint32_t new_path_len) {
  Place from;
  Errno error = Locate(state, call, old_fd, rights::kPathLinkSource, old_path, old_path_len, &from);
  if (error != Errno::kSuccess) return error;
  Place to;
  error = Locate(state, call, new_fd, rights::kPathLinkTarget, new_path, new_path_len, &to);
  if (error != Errno::kSuccess) return error;
  // Like wasmtime: no userland asks for a link to the target of a link.
  if (Follows(old_flags)) return Errno::kInval;
  return from.directory->Link(from.path, *to.directory, to.path);
}

Errno PathOpen(WasiState& state, HostCall& call, uint32_t fd, uint32_t dirflags, uint32_t path,
               uint32_t path_len, uint32_t open_flags, uint64_t rights_base,
               uint64_t /*rights_inheriting*/, uint32_t fd_flags, uint32_t fd_out) {
  if (!call.memory().Contains(fd_out, sizeof(uint32_t))) return Errno::kFault;
  if ((open_flags & ~oflags::kAll) != 0 || (fd_flags & ~fdflags::kAll) != 0) return Errno::kInval;
  constexpr uint32_t kOfFiles = oflags::kCreat | oflags::kExcl | oflags::kTrunc;
  if ((open_flags & oflags::kDirectory) != 0 && (open_flags & kOfFiles) != 0) return Errno::kInval;

  Place place;
  Errno error = Locate(state, call, fd, RightsToOpen(open_flags), path, path_len, &place);
  if (error != Errno::kSuccess) return error;
  // Userlands request different rights: Rust nearly all, others none; wasmtime looks only at
  // reading and writing. So these two must be requested and all others are added, within what the
  // guest has left this directory.
  const uint64_t inheriting = state.descriptors().Find(fd)->rights_inheriting;
  OpenRequest request;
  request.follow = Follows(dirflags);
  request.create = (open_flags & oflags::kCreat) != 0;
  request.exclusive = (open_flags & oflags::kExcl) != 0;
  request.truncate = (open_flags & oflags::kTrunc) != 0;
  request.directory = (open_flags & oflags::kDirectory) != 0;
  request.read = (rights_base & rights::kFdRead) != 0;
  request.write = (rights_base & rights::kFdWrite) != 0;
  if (request.write && (inheriting & rights::kFdWrite) == 0) return Errno::kNotCapable;
  const bool may_read = !request.read || (inheriting & rights::kFdRead) != 0;
  // Checked before a file is created that could not be opened afterwards.
  if (request.create && !may_read) return Errno::kNotCapable;

  // If there is no free number, no file must be created or truncated either.
  if (state.descriptors().is_full()) return Errno::kMfile;
  Opened opened;
  error = place.directory->Open(place.path, request, &opened);
  if (error != Errno::kSuccess) return error;
  Descriptor descriptor{DescriptorKind::kDirectory};
  descriptor.flags = static_cast<uint16_t>(fd_flags);
  if (opened.directory) {
    descriptor.rights_base = kDirectoryRights & inheriting;
    descriptor.rights_inheriting = inheriting;
    descriptor.directory = std::move(opened.directory);
  } else {
    if (!may_read) return Errno::kNotCapable;
    descriptor.kind = DescriptorKind::kFile;
    const uint64_t with_reading = request.read ? kFileRights : kFileRights & ~rights::kFdRead;
    const uint64_t with_writing = request.write ? kWritingRights : 0;
    descriptor.rights_base = (with_reading | with_writing) & inheriting;
    descriptor.file = std::move(opened.file);
  }
  uint32_t number;
  error = state.descriptors().Insert(std::move(descriptor), &number);
  return error == Errno::kSuccess ? Store(call.memory(), fd_out, number) : error;
}

Errno PathReadlink(WasiState& state, HostCall& call, uint32_t fd, uint32_t path, uint32_t path_len,
                   uint32_t buf, uint32_t buf_len, uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  ByteSpan buffer;
  if (!memory.Range(buf, buf_len, &buffer) || !memory.Contains(size_out, sizeof(uint32_t))) {
    return Errno::kFault;
  }
  Place place;
  Errno error = Locate(state, call, fd, rights::kPathReadlink, path, path_len, &place);
  if (error != Errno::kSuccess) return error;
  uint32_t size = 0;
  error = place.directory->ReadLink(place.path, buffer, &size);
  return error == Errno::kSuccess ? Store(memory, size_out, size) : error;
}

Errno PathRemoveDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len) {
  Place place;
  const Errno error = Locate(state, call, fd, rights::kPathRemoveDirectory, path, path_len, &place);
  return error == Errno::kSuccess ? place.directory->RemoveDirectory(place.path) : error;
}

Errno PathRename(WasiState& state, HostCall& call, uint32_t fd, uint32_t old_path,
                 uint32_t old_path_len, uint32_t new_fd, uint32_t new_path, uint32_t new_path_len) {
  Place from;
  Errno error = Locate(state, call, fd, rights::kPathRenameSource, old_path, old_path_len, &from);
  if (error != Errno::kSuccess) return error;
  Place to;
  error = Locate(state, call, new_fd, rights::kPathRenameTarget, new_path, new_path_len, &to);
  return error == Errno::kSuccess ? from.directory->Rename(from.path, *to.directory, to.path)
                                  : error;
}

Errno PathSymlink(WasiState& state, HostCall& call, uint32_t old_path, uint32_t old_path_len,
                  uint32_t fd, uint32_t new_path, uint32_t new_path_len) {
  std::string_view target;
  if (!call.memory().Text(old_path, old_path_len, &target)) return Errno::kFault;
  Place place;
  const Errno error = Locate(state, call, fd, rights::kPathSymlink, new_path, new_path_len, &place);
  return error == Errno::kSuccess ? place.directory->Symlink(target, place.path) : error;
}

Errno PathUnlinkFile(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                     uint32_t path_len) {
  Place place;
  const Errno error = Locate(state, call, fd, rights::kPathUnlinkFile, path, path_len, &place);
  return error == Errno::kSuccess ? place.directory->UnlinkFile(place.path) : error;
}

}  // namespace wasmedge_embed::wasi
