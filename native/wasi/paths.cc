#include <string_view>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// Looks a path up relative to the directory `fd`, which must have `right`. kSuccess says that the
/// look-up took place; `lookup->error` says how it went.
Errno LookUp(WasiState& state, const HostCall& call, uint32_t fd, uint64_t right, uint32_t path,
             uint32_t path_len, FileSystem::Lookup* lookup) noexcept {
  const Descriptor* directory = state.descriptors().Find(fd);
  if (directory == nullptr) return Errno::kBadf;
  if (!directory->is_directory()) return Errno::kNotDir;
  if (!directory->Has(right)) return Errno::kNotCapable;
  std::string_view text;
  if (!call.memory().Text(path, path_len, &text)) return Errno::kFault;
  *lookup = state.files().Find(directory->node, text);
  return Errno::kSuccess;
}

/// The same for a path that has to exist.
Errno FindExisting(WasiState& state, const HostCall& call, uint32_t fd, uint64_t right,
                   uint32_t path, uint32_t path_len, FileSystem::NodeId* node) noexcept {
  FileSystem::Lookup lookup;
  const Errno error = LookUp(state, call, fd, right, path, path_len, &lookup);
  if (error != Errno::kSuccess) return error;
  *node = lookup.node;
  return lookup.error;
}

/// Why an entry cannot be made where `lookup` led.
Errno WhyNotCreated(const FileSystem::Lookup& lookup) noexcept {
  if (lookup.error == Errno::kSuccess) return Errno::kExist;
  return lookup.parent_exists ? Errno::kRofs : lookup.error;
}

/// Makes an entry, that is, finds out why not.
Errno Create(WasiState& state, const HostCall& call, uint32_t fd, uint64_t right, uint32_t path,
             uint32_t path_len) noexcept {
  FileSystem::Lookup lookup;
  const Errno error = LookUp(state, call, fd, right, path, path_len, &lookup);
  return error == Errno::kSuccess ? WhyNotCreated(lookup) : error;
}

/// Whether `path_open` may open what it found, and, if it may not, why.
Errno CheckOpening(const FileSystem& files, const FileSystem::Lookup& lookup, uint32_t open_flags,
                   uint64_t rights_base) noexcept {
  if (lookup.error != Errno::kSuccess) {
    return (open_flags & oflags::kCreat) != 0 ? WhyNotCreated(lookup) : lookup.error;
  }
  constexpr uint32_t kExclusively = oflags::kCreat | oflags::kExcl;
  if ((open_flags & kExclusively) == kExclusively) return Errno::kExist;
  const bool writes = (rights_base & rights::kFdWrite) != 0 || (open_flags & oflags::kTrunc) != 0;
  if (files.node(lookup.node).is_directory) {
    return writes || (open_flags & oflags::kCreat) != 0 ? Errno::kIsDir : Errno::kSuccess;
  }
  if ((open_flags & oflags::kDirectory) != 0) return Errno::kNotDir;
  return writes ? Errno::kRofs : Errno::kSuccess;
}

}  // namespace

Errno PathCreateDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len) {
  return Create(state, call, fd, rights::kPathCreateDirectory, path, path_len);
}

Errno PathFilestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t /*flags*/,
                      uint32_t path, uint32_t path_len, uint32_t filestat_out) {
  FileSystem::NodeId node;
  const Errno error =
      FindExisting(state, call, fd, rights::kPathFilestatGet, path, path_len, &node);
  if (error != Errno::kSuccess) return error;
  return Store(call.memory(), filestat_out, FilestatOf(state.files(), node));
}

Errno PathFilestatSetTimes(WasiState& state, HostCall& call, uint32_t fd, uint32_t /*flags*/,
                           uint32_t path, uint32_t path_len, uint64_t /*access_time*/,
                           uint64_t /*modification_time*/, uint32_t fst_flags) {
  if (!AreValidTimeFlags(fst_flags)) return Errno::kInval;
  FileSystem::NodeId node;
  const Errno error =
      FindExisting(state, call, fd, rights::kPathFilestatSetTimes, path, path_len, &node);
  return error == Errno::kSuccess ? Errno::kRofs : error;
}

Errno PathLink(WasiState& state, HostCall& call, uint32_t old_fd, uint32_t /*old_flags*/,
               uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path,
               uint32_t new_path_len) {
  FileSystem::NodeId node;
  const Errno error =
      FindExisting(state, call, old_fd, rights::kPathLinkSource, old_path, old_path_len, &node);
  if (error != Errno::kSuccess) return error;
  if (state.files().node(node).is_directory) return Errno::kPerm;
  return Create(state, call, new_fd, rights::kPathLinkTarget, new_path, new_path_len);
}

Errno PathOpen(WasiState& state, HostCall& call, uint32_t fd, uint32_t /*dirflags*/, uint32_t path,
               uint32_t path_len, uint32_t open_flags, uint64_t rights_base,
               uint64_t /*rights_inheriting*/, uint32_t fd_flags, uint32_t fd_out) {
  if (!call.memory().Contains(fd_out, sizeof(uint32_t))) return Errno::kFault;
  if ((open_flags & ~oflags::kAll) != 0 || (fd_flags & ~fdflags::kAll) != 0) return Errno::kInval;
  constexpr uint32_t kOfFiles = oflags::kCreat | oflags::kExcl | oflags::kTrunc;
  if ((open_flags & oflags::kDirectory) != 0 && (open_flags & kOfFiles) != 0) return Errno::kInval;

  FileSystem::Lookup lookup;
  Errno error = LookUp(state, call, fd, rights::kPathOpen, path, path_len, &lookup);
  if (error == Errno::kSuccess) {
    error = CheckOpening(state.files(), lookup, open_flags, rights_base);
  }
  if (error != Errno::kSuccess) return error;

  // Userlands differ in what they ask for: Rust for nearly every right there is, others for none;
  // wasmtime looks only at reading and writing. So reading has to be asked for and all else comes
  // with it, within what the guest has left this directory.
  const uint64_t inheriting = state.descriptors().Find(fd)->rights_inheriting;
  Descriptor opened{DescriptorKind::kDirectory};
  opened.node = lookup.node;
  opened.flags = static_cast<uint16_t>(fd_flags);
  if (state.files().node(lookup.node).is_directory) {
    opened.rights_base = kDirectoryRights & inheriting;
    opened.rights_inheriting = inheriting;
  } else {
    if ((rights_base & rights::kFdRead & ~inheriting) != 0) return Errno::kNotCapable;
    opened.kind = DescriptorKind::kFile;
    opened.rights_base = kFileRights & inheriting & (rights_base | ~rights::kFdRead);
  }
  uint32_t number;
  error = state.descriptors().Insert(opened, &number);
  return error == Errno::kSuccess ? Store(call.memory(), fd_out, number) : error;
}

Errno PathReadlink(WasiState& state, HostCall& call, uint32_t fd, uint32_t path, uint32_t path_len,
                   uint32_t buf, uint32_t buf_len, uint32_t size_out) {
  const GuestMemory& memory = call.memory();
  if (!memory.Contains(buf, buf_len) || !memory.Contains(size_out, sizeof(uint32_t))) {
    return Errno::kFault;
  }
  FileSystem::NodeId node;
  const Errno error = FindExisting(state, call, fd, rights::kPathReadlink, path, path_len, &node);
  // What exists is no symbolic link.
  return error == Errno::kSuccess ? Errno::kInval : error;
}

Errno PathRemoveDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len) {
  FileSystem::NodeId node;
  const Errno error =
      FindExisting(state, call, fd, rights::kPathRemoveDirectory, path, path_len, &node);
  if (error != Errno::kSuccess) return error;
  return state.files().node(node).is_directory ? Errno::kRofs : Errno::kNotDir;
}

Errno PathRename(WasiState& state, HostCall& call, uint32_t fd, uint32_t old_path,
                 uint32_t old_path_len, uint32_t new_fd, uint32_t new_path, uint32_t new_path_len) {
  FileSystem::NodeId node;
  Errno error =
      FindExisting(state, call, fd, rights::kPathRenameSource, old_path, old_path_len, &node);
  if (error != Errno::kSuccess) return error;
  error = Create(state, call, new_fd, rights::kPathRenameTarget, new_path, new_path_len);
  // Renaming replaces.
  return error == Errno::kExist ? Errno::kRofs : error;
}

Errno PathSymlink(WasiState& state, HostCall& call, uint32_t old_path, uint32_t old_path_len,
                  uint32_t fd, uint32_t new_path, uint32_t new_path_len) {
  if (!call.memory().Contains(old_path, old_path_len)) return Errno::kFault;
  return Create(state, call, fd, rights::kPathSymlink, new_path, new_path_len);
}

Errno PathUnlinkFile(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                     uint32_t path_len) {
  FileSystem::NodeId node;
  const Errno error = FindExisting(state, call, fd, rights::kPathUnlinkFile, path, path_len, &node);
  if (error != Errno::kSuccess) return error;
  return state.files().node(node).is_directory ? Errno::kIsDir : Errno::kRofs;
}

}  // namespace wasmedge_embed::wasi
