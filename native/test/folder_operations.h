#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/guest_memory.h"
#include "wasi/abi.h"
#include "wasi/buffers.h"
#include "wasi/directory.h"

// Operations of guests on folders, chosen one after the other, so that the same ones can run in
// folders of several kinds and the answers can be compared. A random number generator
// (wasi_folders_test.cc) or a fuzzer (fuzz/host_folders_fuzzer.cc) makes the choices.

namespace wasmedge_embed::wasi::test {

class NameSink final : public EntrySink {
 public:
  bool Take(uint64_t next, uint64_t /*inode*/, FileType type, std::string_view name) override {
    if (left_-- == 0) return false;
    names_[std::string(name)] = type;
    next_ = next;
    return true;
  }
  /// Continues after what was taken, for this many entries.
  void Again(size_t entries) { left_ = entries; }
  uint64_t next() const { return next_; }
  const std::map<std::string, FileType>& names() const { return names_; }

 private:
  size_t left_ = 0;
  uint64_t next_ = 0;
  std::map<std::string, FileType> names_;
};

/// Buffers in this process's memory, in place of a guest's.
class LocalBuffers {
 public:
  explicit LocalBuffers(std::vector<uint8_t>& bytes) : memory_(65'536) {
    std::copy(bytes.begin(), bytes.end(), memory_.begin() + 8);
    const GuestMemory guest(memory_.data(), memory_.size());
    if (!guest.Write(0, Iovec{8, static_cast<uint32_t>(bytes.size())}) ||
        buffers.Load(guest, 0, 1) != Errno::kSuccess) {
      throw std::logic_error("buffers that do not fit");
    }
  }
  std::string Text(uint32_t size) const {
    return {memory_.begin() + 8, memory_.begin() + 8 + size};
  }
  Buffers buffers;

 private:
  std::vector<uint8_t> memory_;
};

/// The answer of an operation, in comparable form.
using Answer = std::tuple<Errno, std::string>;

std::string Describe(const Filestat& filestat) {
  std::string text = std::to_string(static_cast<int>(filestat.file_type));
  // A directory's size and links depend on the file system.
  if (filestat.file_type == FileType::kDirectory) return text;
  return text + " " + std::to_string(filestat.size) + " " + std::to_string(filestat.link_count);
}

/// One guest's operations on one folder. `choose` makes all choices, each a number below a limit:
/// the same choices lead to the same operations.
class FolderOperations {
 public:
  using Choose = std::function<uint32_t(uint32_t limit)>;

  FolderOperations(std::shared_ptr<Directory> root, Choose choose)
      : choose_(std::move(choose)), directories_{std::move(root)} {}

  Answer Next() {
    const uint32_t kind = Below(15);
    Directory& directory = *directories_[Below(directories_.size())];
    const std::string path = Path();
    last_ = std::to_string(kind) + " \"" + path + "\"";
    switch (kind) {
      case 0:
      case 1:
      case 2:
        return Open(directory, path);
      case 3: {
        Filestat filestat;
        const Errno error = directory.StatPath(path, Below(2) == 0, &filestat);
        return {error, error == Errno::kSuccess ? Describe(filestat) : ""};
      }
      case 4:
      case 5:
        return {directory.CreateDirectory(path), ""};
      case 6:
        return {directory.RemoveDirectory(path), ""};
      case 7:
        return {directory.UnlinkFile(path), ""};
      case 8: {
        std::vector<uint8_t> buffer(1 + Below(8));
        uint32_t size = 0;
        const Errno error = directory.ReadLink(path, {buffer.data(), buffer.size()}, &size);
        return {error, std::string(buffer.begin(), buffer.begin() + size)};
      }
      case 9:
      case 10:
        return {directory.Symlink(Other(), path), ""};
      case 11:
        return OfTwo(directory.Link(path, *directories_[Below(directories_.size())], Other()));
      case 12:
        return OfTwo(directory.Rename(path, *directories_[Below(directories_.size())], Other()));
      case 13:
        return List(directory);
      default:
        return Use();
    }
  }

  /// The last operation, for a message.
  const std::string& last() const { return last_; }

 private:
  uint32_t Below(size_t limit) { return choose_(static_cast<uint32_t>(limit)); }

  std::string Name() {
    static constexpr const char* kNames[] = {"a", "b", "c", "d", "a", "b", ".", ".."};
    return kNames[Below(std::size(kNames))];
  }

  std::string Path() {
    std::string path = Name();
    for (uint32_t more = Below(3); more > 0; --more) path += (Below(8) == 0 ? "//" : "/") + Name();
    if (Below(8) == 0) path += "/";
    if (Below(40) == 0) path = "/" + path;
    if (Below(60) == 0) path.clear();
    if (Below(60) == 0) path += std::string(256, 'n');
    return path;
  }

  /// If both paths are wrong, it depends on the system which error is reported.
  static Answer OfTwo(Errno error) {
    return {error == Errno::kSuccess ? error : Errno::kInval, ""};
  }

  /// The second path of an operation.
  std::string Other() {
    std::string path = Path();
    last_ += " \"" + path + "\"";
    return path;
  }

  Answer Open(Directory& directory, const std::string& path) {
    OpenRequest request;
    request.follow = Below(2) == 0;
    request.read = Below(2) == 0;
    request.write = Below(2) == 0;
    request.create = Below(2) == 0;
    request.exclusive = request.create && Below(3) == 0;
    request.truncate = Below(4) == 0;
    request.directory = !request.create && !request.truncate && Below(4) == 0;
    for (const bool flag : {request.follow, request.read, request.write, request.create,
                            request.exclusive, request.truncate, request.directory}) {
      last_ += flag ? " 1" : " 0";
    }
    Opened opened;
    const Errno error = directory.Open(path, request, &opened);
    if (error != Errno::kSuccess) return {error, ""};
    if (opened.directory) {
      if (directories_.size() < 8) directories_.push_back(std::move(opened.directory));
      return {error, "directory"};
    }
    files_.push_back({std::move(opened.file), request.read, request.write});
    if (files_.size() > 4) files_.erase(files_.begin());
    return {error, "file"};
  }

  Answer List(Directory& directory) {
    NameSink sink;
    size_t before;
    do {
      before = sink.names().size();
      sink.Again(2);
      const Errno error = directory.List(sink.next(), sink);
      if (error != Errno::kSuccess) return {error, ""};
    } while (sink.names().size() != before);
    std::string text;
    for (const auto& [name, type] : sink.names()) {
      text += name + " " + std::to_string(static_cast<int>(type)) + ",";
    }
    return {Errno::kSuccess, text};
  }

  Answer Use() {
    const uint32_t kind = Below(6);
    const uint32_t offset = Below(4) == 0 ? Below(20'000) : Below(10);
    const uint32_t size = Below(4) == 0 ? Below(9000) : Below(10);
    const uint32_t which = Below(4);
    if (which >= files_.size()) return {Errno::kSuccess, "none"};
    OpenFile& open = files_[which];
    std::vector<uint8_t> bytes(size, static_cast<uint8_t>('a' + size % 26));
    LocalBuffers local(bytes);
    uint32_t moved = 0;
    if (kind == 0 && open.read) {
      const Errno error = open.file->Read(offset, local.buffers, &moved);
      return {error, local.Text(moved)};
    }
    if (kind <= 2 && open.write) {
      uint64_t end = 0;
      const bool append = kind == 2;
      const Errno error = open.file->Write(offset, append, local.buffers, &moved, &end);
      return {error, std::to_string(moved) + " " + std::to_string(end)};
    }
    if (kind == 3 && open.write) return {open.file->SetSize(offset), ""};
    if (kind == 4 && open.write && size != 0) return {open.file->Allocate(offset, size), ""};
    Filestat filestat;
    const Errno error = open.file->Stat(&filestat);
    return {error, Describe(filestat)};
  }

  struct OpenFile {
    std::shared_ptr<File> file;
    bool read;
    bool write;
  };

  const Choose choose_;
  std::string last_;
  std::vector<std::shared_ptr<Directory>> directories_;
  std::vector<OpenFile> files_;
};

}  // namespace wasmedge_embed::wasi::test
