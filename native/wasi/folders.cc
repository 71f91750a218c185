#include "wasi/folders.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "wasi/host_directory.h"
#include "wasi/path.h"
#include "wasi/scratch_directory.h"

namespace wasmedge_embed::wasi {

namespace {

std::shared_ptr<const std::string> SharedName(const char* name) {
  return std::make_shared<const std::string>(name);
}

}  // namespace

std::string MountPath(const std::string& name) {
  if (name == "/" || name == ".") return {};
  if (name.empty() || name.find('\0') != std::string::npos || name.size() > kMaxPathLength) {
    throw Error(ErrorCode::kInvalidArgument,
                "a folder's name in the guest must be a path of 1 to " +
                    std::to_string(kMaxPathLength) + " bytes without NUL bytes");
  }
  // The form of the rest is checked when it is mounted.
  return name.front() == '/' ? name : "/" + name;
}

void OpenFolders::Open(std::shared_ptr<const FileSystem> files, const Folders* folders,
                       uint64_t scratch_limit, const RequireRunning& require_running) {
  Close();
  static const std::shared_ptr<const std::string> root = SharedName("/");
  static const std::shared_ptr<const std::string> here = SharedName(".");
  auto mounts = std::make_shared<Mounts>();
  if (folders != nullptr) {
    for (const Folder& folder : *folders) {
      std::shared_ptr<Directory> directory;
      if (folder.host && !folder.is_copied) {
        directory = std::make_shared<HostDirectory>(folder.host);
      } else {
        ScratchNode* root = AddScratch(folder, scratch_limit);
        if (folder.host)
          CopyIntoScratch(folder.host, folder.name, *storage_, *root, require_running);
        directory = std::make_shared<ScratchDirectory>(storage_, *root);
      }
      mounts->push_back(directory);
      preopens_.push_back({SharedName(folder.name.c_str()), std::move(directory)});
    }
  }
  if (storage_) storage_->ForgetChanges();
  // An empty tree would only hide from a userland that it was given no files.
  if (!files->has_files()) return;
  const auto top =
      std::make_shared<ReadOnlyDirectory>(std::move(files), std::move(mounts), FileSystem::kRoot);
  preopens_.push_back({root, top});
  preopens_.push_back({here, top});
}

ScratchNode* OpenFolders::AddScratch(const Folder& folder, uint64_t limit) {
  if (!storage_) storage_ = std::make_shared<ScratchStorage>(limit);
  ScratchNode* root = storage_->MakeRoot(folder.host != nullptr);
  if (root == nullptr) ThrowLimit("scratchBytes", limit);
  scratch_.push_back({MountPath(folder.name), root});
  return root;
}

void OpenFolders::Close() noexcept {
  preopens_.clear();
  scratch_.clear();
  storage_.reset();
}

bool OpenFolders::has_scratch_files() const noexcept {
  if (storage_ && storage_->has_changed()) return true;
  return std::any_of(scratch_.begin(), scratch_.end(), [](const Scratch& each) {
    return !each.root->is_copied && !each.root->entries.empty();
  });
}

std::vector<FileEntry> OpenFolders::Collect(const std::vector<PathPattern>& patterns) const {
  std::vector<FileEntry> files;
  for (const Scratch& each : scratch_) {
    CollectFiles(*storage_, *each.root, each.path, patterns, &files);
  }
  return files;
}

}  // namespace wasmedge_embed::wasi
