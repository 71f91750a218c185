#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wasi/descriptor_table.h"
#include "wasi/file_system.h"
#include "wasi/host_folder.h"
#include "wasi/path_pattern.h"
#include "wasi/read_only_directory.h"
#include "wasi/scratch_copy.h"
#include "wasi/scratch_storage.h"

namespace wasmedge_embed::wasi {

/// A folder that a module's guests get in addition to the files.
struct Folder {
  /// As the guest sees it preopened.
  std::string name;
  /// Null for a scratch folder that is empty at the start.
  std::shared_ptr<const HostFolder> host;
  /// Whether guests have a copy of the host's folder, in a scratch folder.
  bool is_copied = false;
};

using Folders = std::vector<Folder>;

/// The path of `name` in the tree of files: "/data" for "/data" and for "data", empty for "/" and
/// ".", which replace that tree. Throws `Error` kInvalidArgument for a name that is not a path,
/// contains ".." or has an empty component.
std::string MountPath(const std::string& name);

/// The directories that an invocation starts with: first `folders` by their own names; then, if
/// there are files, these as "/" and as ".", since userlands look for one or the other.
class OpenFolders {
 public:
  OpenFolders() = default;
  OpenFolders(const OpenFolders&) = delete;
  OpenFolders& operator=(const OpenFolders&) = delete;

  /// `folders` may be null. `files` must have been built with their mount paths. Throws `Error`
  /// kLimit "scratchBytes" if the scratch folders, with what is copied into them, do not fit, and
  /// as `CopyIntoScratch`.
  void Open(std::shared_ptr<const FileSystem> files, const Folders* folders, uint64_t scratch_limit,
            const RequireRunning& require_running);
  void Close() noexcept;

  const std::vector<Preopen>& preopens() const noexcept { return preopens_; }
  /// Whether a scratch folder that was empty at the start contains anything, or anything in a copy
  /// was changed.
  bool has_scratch_files() const noexcept;
  std::vector<FileEntry> Collect(const std::vector<PathPattern>& patterns) const;

 private:
  struct Scratch {
    std::string path;
    ScratchNode* root;
  };

  ScratchNode* AddScratch(const Folder& folder, uint64_t limit);

  std::shared_ptr<ScratchStorage> storage_;
  std::vector<Scratch> scratch_;
  std::vector<Preopen> preopens_;
};

}  // namespace wasmedge_embed::wasi
