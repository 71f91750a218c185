#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wasi/directory.h"
#include "wasi/host_folder.h"
#include "wasi/host_path.h"

namespace wasmedge_embed::wasi {

/// An open directory in a folder of the host. Changes to a folder that is not writable give kRofs.
/// Only regular files and directories can be opened: a FIFO or a device gives kNotCapable.
class HostDirectory final : public Directory {
 public:
  /// The folder itself.
  explicit HostDirectory(std::shared_ptr<const HostFolder> folder) noexcept;
  /// A directory below it.
  HostDirectory(std::shared_ptr<const HostFolder> folder, HostDescriptor descriptor) noexcept;
  ~HostDirectory() override;

  bool is_writable() const noexcept override { return folder_->is_writable(); }
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
  Errno Synchronize(bool data_only) override;

 private:
  /// For `List`: a descriptor with its own position, and records that were read ahead.
  struct Listing;

  int descriptor() const noexcept { return own_.is_open() ? own_.get() : folder_->descriptor(); }
  Errno OpenHere(std::string_view path, int flags, HostDescriptor* out) const;
  /// `FindEntry` for operations that change the entry; kRofs if the folder is not writable.
  Errno FindToChange(std::string_view path, HostEntry* out) const;

  const std::shared_ptr<const HostFolder> folder_;
  const HostDescriptor own_;
  std::unique_ptr<Listing> listing_;
};

}  // namespace wasmedge_embed::wasi
