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
#include "wasi/scratch_storage.h"

namespace wasmedge_embed::wasi {

/// A folder that a module's guests are given beside the files: its name, as the guest sees it
/// preopened, and the host's folder, or null for a scratch folder.
struct Folder {
  std::string name;
  std::shared_ptr<const HostFolder> host;
};

using Folders = std::vector<Folder>;

/// Where `name` lies in the tree of files: "/data" for "/data" and for "data", empty for "/" and
/// ".", which stand in the place of that tree. Throws `Error` kInvalidArgument for a name that is
/// no path, or that goes through ".." or has an empty name in it.
std::string MountPath(const std::string& name);

/// The directories that an invocation starts with: `folders` by their own names, first, then, where
/// there are files, these as "/" and as ".", for the userlands that look for either.
class OpenFolders {
 public:
  OpenFolders() = default;
  OpenFolders(const OpenFolders&) = delete;
  OpenFolders& operator=(const OpenFolders&) = delete;

  /// `folders` may be null. `files` must have been built with their mount paths. Throws `Error`
  /// kLimit "scratchBytes" when not even the empty scratch folders fit.
  void Open(std::shared_ptr<const FileSystem> files, const Folders* folders,
            uint64_t scratch_limit);
  void Close() noexcept;

  const std::vector<Preopen>& preopens() const noexcept { return preopens_; }
  /// Whether a scratch folder has anything in it.
  bool has_scratch_files() const noexcept;
  std::vector<FileEntry> Collect(const std::vector<PathPattern>& patterns) const;

 private:
  struct Scratch {
    std::string path;
    ScratchNode* root;
  };

  std::shared_ptr<ScratchStorage> storage_;
  std::vector<Scratch> scratch_;
  std::vector<Preopen> preopens_;
};

}  // namespace wasmedge_embed::wasi
