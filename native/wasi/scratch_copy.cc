#include "wasi/scratch_copy.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "wasi/host_directory.h"
#include "wasi/path.h"

namespace wasmedge_embed::wasi {

namespace {

/// What one read takes.
constexpr uint32_t kPieceSize = 64 * 1024;

/// The first names in a directory, `most` of them.
class Names final : public EntrySink {
 public:
  explicit Names(uint64_t most) noexcept : most_(most) {}

  bool Take(uint64_t /*next*/, uint64_t /*inode*/, FileType /*type*/,
            std::string_view name) override {
    if (name != "." && name != "..") names_.emplace_back(name);
    return names_.size() < most_;
  }

  const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  const uint64_t most_;
  std::vector<std::string> names_;
};

std::string ReasonOf(Errno error) {
  switch (error) {
    case Errno::kAcces:
    case Errno::kPerm:
      return "permission denied";
    case Errno::kMfile:
    case Errno::kNfile:
      return "too many open files";
    case Errno::kNameTooLong:
      return "its path is too long";
    default:
      return "WASI errno " + std::to_string(static_cast<int>(error));
  }
}

class Copy {
 public:
  Copy(const std::shared_ptr<const HostFolder>& folder, const std::string& name,
       ScratchStorage& storage, const RequireRunning& require_running)
      : source_(folder),
        name_(name),
        storage_(storage),
        require_running_(require_running),
        names_left_(storage.budget().limit() / ScratchStorage::kSmallestCost),
        paths_left_(storage.budget().limit()),
        piece_(kPieceSize) {}

  void Run(ScratchNode& root) {
    CopyDirectory("", root);
    // Not recursive, and each directory is opened by its path: the host's may be nested deeper than
    // the stack and the descriptors go.
    while (!pending_.empty()) {
      const Pending next = std::move(pending_.back());
      pending_.pop_back();
      paths_left_ += next.path.size();
      CopyDirectory(next.path, *next.node);
    }
  }

 private:
  struct Pending {
    std::string path;
    ScratchNode* node;
  };

  void CopyDirectory(const std::string& path, ScratchNode& node) {
    Opened opened;
    OpenRequest request;
    request.directory = true;
    if (!IsThere(path, source_.Open(path.empty() ? "." : path, request, &opened))) return;
    Names names(names_left_ + 1);
    if (!IsThere(path, opened.directory->List(0, names))) return;
    // All names are counted, also of what is left out: each one costs time.
    if (names.names().size() > names_left_) NoRoom();
    names_left_ -= names.names().size();
    for (const std::string& name : names.names()) {
      CopyEntry(*opened.directory, name, path.empty() ? name : path + "/" + name, node);
    }
  }

  void CopyEntry(Directory& directory, const std::string& name, const std::string& path,
                 ScratchNode& parent) {
    CheckRunning();
    Filestat filestat;
    if (!IsThere(path, directory.StatPath(name, false, &filestat))) return;
    switch (filestat.file_type) {
      case FileType::kDirectory:
        if (path.size() > paths_left_) NoRoom();
        paths_left_ -= path.size();
        pending_.push_back({path, &Make(parent, name, FileType::kDirectory, {})});
        return;
      case FileType::kSymbolicLink:
        CopyLink(directory, name, path, parent);
        return;
      case FileType::kRegularFile:
        CopyFile(directory, name, path, parent);
        return;
      default:
        return;
    }
  }

  void CopyLink(Directory& directory, const std::string& name, const std::string& path,
                ScratchNode& parent) {
    std::array<uint8_t, kMaxPathLength> target;
    uint32_t size = 0;
    const Errno error =
        directory.ReadLink(name, {target.data(), static_cast<uint32_t>(target.size())}, &size);
    // POSIX knows no empty target, but a file system of others may give one.
    if (!IsThere(path, error) || size == 0) return;
    Make(parent, name, FileType::kSymbolicLink,
         {reinterpret_cast<const char*>(target.data()), size});
  }

  void CopyFile(Directory& directory, const std::string& name, const std::string& path,
                ScratchNode& parent) {
    Opened opened;
    OpenRequest request;
    request.read = true;
    if (!IsThere(path, directory.Open(name, request, &opened)) || !opened.file) return;
    Filestat filestat;
    if (!IsThere(path, opened.file->Stat(&filestat))) return;
    ScratchNode& node = Make(parent, name, FileType::kRegularFile, {});
    const Buffers piece(piece_.data(), kPieceSize);
    for (uint64_t offset = 0;;) {
      CheckRunning();
      uint32_t read = 0;
      const Errno error = opened.file->Read(offset, piece, &read);
      if (error != Errno::kSuccess) Fail(path, error);
      if (read == 0) break;
      uint32_t written = 0;
      const Errno full = node.bytes.Write(offset, Buffers(piece_.data(), read), &written);
      if (full != Errno::kSuccess || written < read) NoRoom();
      offset += read;
    }
    node.access_time = filestat.access_time;
    node.modification_time = filestat.modification_time;
  }

  ScratchNode& Make(ScratchNode& parent, const std::string& name, FileType type,
                    std::string_view target) {
    ScratchNode* made = nullptr;
    const Errno error = storage_.Make(parent, name, type, target, &made);
    if (error != Errno::kSuccess) NoRoom();
    return *made;
  }

  void CheckRunning() {
    if (require_running_) require_running_();
  }

  [[noreturn]] void NoRoom() { ThrowLimit("scratchBytes", storage_.budget().limit()); }

  /// False for what has disappeared, or in whose place there is something of another kind by now.
  bool IsThere(const std::string& path, Errno error) {
    switch (error) {
      case Errno::kSuccess:
        return true;
      case Errno::kNoEnt:
      case Errno::kNotDir:
      case Errno::kIsDir:
      case Errno::kLoop:
      case Errno::kInval:
      case Errno::kNxio:
      case Errno::kNotCapable:
        return false;
      default:
        Fail(path, error);
    }
  }

  [[noreturn]] void Fail(const std::string& path, Errno error) {
    throw Error(ErrorCode::kInvalidArgument, "the folder \"" + name_ + "\" cannot be copied: \"" +
                                                 (path.empty() ? "." : path) +
                                                 "\": " + ReasonOf(error));
  }

  HostDirectory source_;
  const std::string& name_;
  ScratchStorage& storage_;
  const RequireRunning& require_running_;
  /// Names that may still be read, and bytes that the paths of `pending_` may still take.
  uint64_t names_left_;
  uint64_t paths_left_;
  std::vector<uint8_t> piece_;
  std::vector<Pending> pending_;
};

}  // namespace

void CopyIntoScratch(const std::shared_ptr<const HostFolder>& folder, const std::string& name,
                     ScratchStorage& storage, ScratchNode& root,
                     const RequireRunning& require_running) {
  Copy(folder, name, storage, require_running).Run(root);
}

}  // namespace wasmedge_embed::wasi
