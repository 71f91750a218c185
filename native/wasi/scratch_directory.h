#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/directory.h"
#include "wasi/file_system.h"
#include "wasi/path_pattern.h"
#include "wasi/scratch_storage.h"

namespace wasmedge_embed::wasi {

/// An open directory of a scratch folder: supports all of preview 1's writing, in memory. Symbolic
/// links are followed inside the directory that a path starts from. Guests can only create relative
/// ones; one that was copied from the host and is absolute leads nowhere (kNotCapable).
class ScratchDirectory final : public Directory {
 public:
  ScratchDirectory(std::shared_ptr<ScratchStorage> storage, ScratchNode& node) noexcept;
  ~ScratchDirectory() override;

  bool is_writable() const noexcept override { return true; }
  Errno Open(std::string_view path, const OpenRequest& request, Opened* out) override;
  Errno Stat(Filestat* out) override;
  Errno StatPath(std::string_view path, bool follow, Filestat* out) override;
  Errno SetTimes(const NewTimes& times) override;
  Errno SetTimesOfPath(std::string_view path, bool follow, const NewTimes& times) override;
  Errno CreateDirectory(std::string_view path) override;
  Errno RemoveDirectory(std::string_view path) override;
  Errno UnlinkFile(std::string_view path) override;
  Errno ReadLink(std::string_view path, ByteSpan buffer, uint32_t* size) override;
  Errno Symlink(std::string_view target, std::string_view path) override;
  Errno Link(std::string_view path, Directory& to, std::string_view to_path) override;
  Errno Rename(std::string_view path, Directory& to, std::string_view to_path) override;
  Errno List(uint64_t cookie, EntrySink& sink) override;
  Errno Synchronize(bool /*data_only*/) override { return Errno::kSuccess; }

 private:
  struct Found;

  /// Looks up `path`. Also kSuccess if only the last component is missing, or if `creates` is set
  /// and it has a trailing slash; then `Found::node` is null.
  Errno Find(std::string_view path, bool follow, Found* out, bool creates = false) const;
  /// The same for a path that must exist.
  Errno FindExisting(std::string_view path, bool follow, Found* out) const;
  /// Looks up the entry that `path` names, ignoring trailing slashes.
  Errno FindEntry(std::string_view path, Found* out) const;
  /// Creates an entry. Only a directory's name may have a trailing slash.
  Errno Make(std::string_view path, FileType type, std::string_view target);

  const std::shared_ptr<ScratchStorage> storage_;
  ScratchNode& node_;
};

/// Collects the files of a folder after the invocation: the content of each regular file whose path
/// (`prefix` and the names from `root` on) matches one of `patterns`. Throws `Error` kLimit
/// "scratchBytes" if the files contain more than the storage may, counting a file with several
/// names once for each. Skips paths of more than 4095 bytes: no guest can name them.
void CollectFiles(const ScratchStorage& storage, const ScratchNode& root, const std::string& prefix,
                  const std::vector<PathPattern>& patterns, std::vector<FileEntry>* out);

}  // namespace wasmedge_embed::wasi
