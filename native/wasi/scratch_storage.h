#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wasi/abi.h"
#include "wasi/buffers.h"
#include "wasi/directory.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// The bytes that a set of scratch folders may take, and takes. Everything is counted before it is
/// allocated: content, bookkeeping for each file and entry, names.
class ScratchBudget {
 public:
  explicit ScratchBudget(uint64_t limit) noexcept : limit_(limit) {}

  [[nodiscard]] bool Take(uint64_t bytes) noexcept {
    if (bytes > limit_ - used_) return false;
    used_ += bytes;
    return true;
  }
  void GiveBack(uint64_t bytes) noexcept { used_ -= bytes; }
  uint64_t limit() const noexcept { return limit_; }
  uint64_t used() const noexcept { return used_; }

 private:
  uint64_t limit_;
  uint64_t used_ = 0;
};

/// The content of a file: the first block is as large as needed, the others have 4 KiB, and blocks
/// never written are left out.
class ScratchBytes {
 public:
  explicit ScratchBytes(ScratchBudget& budget) noexcept : budget_(budget) {}
  ~ScratchBytes() { Shrink(0); }
  ScratchBytes(const ScratchBytes&) = delete;
  ScratchBytes& operator=(const ScratchBytes&) = delete;

  uint64_t size() const noexcept { return size_; }
  uint32_t Read(uint64_t offset, const Buffers& buffers) const noexcept;
  /// `written` is less than the size of the buffers if the budget runs out midway; kNoSpc if
  /// nothing could be written. kFbig beyond the limit, kInval beyond what an offset can be.
  Errno Write(uint64_t offset, const Buffers& buffers, uint32_t* written);
  Errno SetSize(uint64_t size);
  /// On kNoSpc, room beyond the end of the file is given back; holes that were filled stay so.
  Errno Allocate(uint64_t offset, uint64_t length);
  std::vector<uint8_t> Copy() const;

 private:
  static constexpr uint64_t kBlockSize = 4096;
  static constexpr uint64_t kSmallest = 64;
  using Block = std::unique_ptr<uint8_t[]>;

  /// Makes room for the byte at `offset` of a file that will have `size` bytes. False if the budget
  /// is used up.
  bool MakeRoom(uint64_t offset, uint64_t size);
  bool MakeFirst(uint64_t bytes);
  bool MakeTable(uint64_t blocks);
  void Shrink(uint64_t size) noexcept;

  ScratchBudget& budget_;
  uint64_t size_ = 0;
  uint64_t first_capacity_ = 0;
  Block first_;
  /// The blocks after the first.
  std::vector<Block> blocks_;
};

/// A file, directory or symbolic link. Exists while an entry names it or a descriptor has it open.
struct ScratchNode {
  struct Entry {
    ScratchNode* node;
    /// The position of the entry in a listing. Never reused in a directory, so that a listing in
    /// several calls returns each entry that remains exactly once.
    uint64_t serial;
  };

  ScratchNode(uint64_t inode_number, FileType node_type, bool belongs_to_copy,
              ScratchBudget& budget)
      : inode(inode_number), type(node_type), is_copied(belongs_to_copy), bytes(budget) {}

  bool is_directory() const noexcept { return type == FileType::kDirectory; }
  bool is_file() const noexcept { return type == FileType::kRegularFile; }
  bool is_link() const noexcept { return type == FileType::kSymbolicLink; }

  const uint64_t inode;
  const FileType type;
  /// Whether it was created in the copy of a host folder, whose changes the storage records.
  const bool is_copied;
  /// The number of entries that name it, plus one for the root of a folder, so that it always
  /// exists.
  uint64_t links = 0;
  uint64_t open = 0;
  uint64_t access_time = 0;
  uint64_t modification_time = 0;
  uint64_t change_time = 0;
  ScratchBytes bytes;
  /// For a symbolic link.
  std::string target;
  /// For a directory.
  std::map<std::string, Entry, std::less<>> entries;
  std::map<uint64_t, const std::string*> order;
  uint64_t next_serial = 2;
  /// For a directory: its parent, for the inode of ".."; null after it is removed.
  ScratchNode* parent = nullptr;
};

/// The nodes of an invocation's scratch folders and the bytes they take. Without locks: an
/// invocation runs on one thread at a time.
class ScratchStorage {
 public:
  /// No entry takes less.
  static constexpr uint64_t kSmallestCost = 192;

  explicit ScratchStorage(uint64_t limit) noexcept : budget_(limit) {}
  ScratchStorage(const ScratchStorage&) = delete;
  ScratchStorage& operator=(const ScratchStorage&) = delete;

  /// A new, empty folder; `is_copied` if it is for a copy. Null if the budget is too small.
  ScratchNode* MakeRoot(bool is_copied = false);

  /// Creates a node named `name` in `directory`. kNoSpc if the budget is used up.
  Errno Make(ScratchNode& directory, std::string_view name, FileType type, std::string_view target,
             ScratchNode** out);
  /// Adds an entry `name`, which must be free, for `node`.
  Errno Enter(ScratchNode& directory, std::string_view name, ScratchNode& node);
  /// Removes the entry `name`, and its node if nothing else holds it.
  void Remove(ScratchNode& directory, std::string_view name) noexcept;
  /// Moves or renames an entry atomically, replacing any entry with the new name. kNoSpc if there
  /// is no room for a longer name; nothing is changed then.
  Errno Move(ScratchNode& from, std::string_view name, ScratchNode& to, std::string_view new_name);

  /// To be called by whoever changes content or times of `node`. `Enter`, `Remove` and `Move` do so
  /// themselves.
  void Changed(const ScratchNode& node) noexcept { has_changed_ = has_changed_ || node.is_copied; }
  void ForgetChanges() noexcept { has_changed_ = false; }
  /// Whether anything in a copy was changed since `ForgetChanges`.
  bool has_changed() const noexcept { return has_changed_; }

  void Hold(ScratchNode& node) noexcept { ++node.open; }
  void Release(ScratchNode& node) noexcept;

  Filestat Stat(const ScratchNode& node) const noexcept;
  const ScratchBudget& budget() const noexcept { return budget_; }

 private:
  ScratchNode* Add(FileType type, bool is_copied);
  void Forget(ScratchNode& node) noexcept;

  ScratchBudget budget_;
  uint64_t next_inode_ = 1;
  bool has_changed_ = false;
  std::unordered_map<uint64_t, std::unique_ptr<ScratchNode>> nodes_;
};

/// Nanoseconds since 1970.
uint64_t RealTime() noexcept;

}  // namespace wasmedge_embed::wasi
