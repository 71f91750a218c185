#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "wasi/directory.h"
#include "wasi/file_system.h"

namespace wasmedge_embed::wasi {

/// An invocation's mounted folders, by their numbers in `FileSystem::Node::mount`.
using Mounts = std::vector<std::shared_ptr<Directory>>;

/// An open directory of the caller's files. Any change gives kRofs.
class ReadOnlyDirectory final : public Directory {
 public:
  ReadOnlyDirectory(std::shared_ptr<const FileSystem> files, std::shared_ptr<const Mounts> mounts,
                    FileSystem::NodeId node) noexcept;

  bool is_writable() const noexcept override { return false; }
  std::shared_ptr<Directory> Mounted(std::string_view path, std::string_view* rest) const override;
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
  /// Attempts to create an entry: returns the reason why it fails.
  Errno WhyNotCreated(std::string_view path) const noexcept;

  const std::shared_ptr<const FileSystem> files_;
  const std::shared_ptr<const Mounts> mounts_;
  const FileSystem::NodeId node_;
};

}  // namespace wasmedge_embed::wasi
