#include "wasi/scratch_storage.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

namespace wasmedge_embed::wasi {

namespace {

/// What a node and an entry take in addition to content and name: themselves, and their places in
/// maps.
constexpr uint64_t kNodeCost = sizeof(ScratchNode) + 64;
constexpr uint64_t kEntryCost = ScratchStorage::kSmallestCost;

uint64_t EntryCost(std::string_view name) noexcept { return kEntryCost + name.size(); }

/// Different from that of the caller's files (1) and from those of the host.
constexpr uint64_t kDevice = 2;

}  // namespace

uint64_t RealTime() noexcept {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count());
}

uint32_t ScratchBytes::Read(uint64_t offset, const Buffers& buffers) const noexcept {
  uint64_t position = offset;
  for (const Buffers::Buffer& buffer : buffers) {
    uint64_t filled = 0;
    while (filled < buffer.size && position < size_) {
      const uint64_t within = position % kBlockSize;
      const uint64_t part = std::min({buffer.size - filled, kBlockSize - within, size_ - position});
      const uint64_t index = position / kBlockSize;
      uint8_t* to = buffer.data + filled;
      if (index == 0) {
        const uint64_t held = first_capacity_ - std::min(first_capacity_, within);
        const uint64_t copied = std::min(part, held);
        if (copied != 0) std::memcpy(to, first_.get() + within, copied);
        std::memset(to + copied, 0, part - copied);
      } else if (index - 1 < blocks_.size() && blocks_[index - 1]) {
        std::memcpy(to, blocks_[index - 1].get() + within, part);
      } else {
        std::memset(to, 0, part);
      }
      filled += part;
      position += part;
    }
  }
  return static_cast<uint32_t>(position - offset);
}

Errno ScratchBytes::Write(uint64_t offset, const Buffers& buffers, uint32_t* written) {
  *written = 0;
  // As on Linux, where offsets are signed.
  if (offset > INT64_MAX || buffers.total_size() > INT64_MAX - offset) return Errno::kInval;
  if (buffers.total_size() == 0) return Errno::kSuccess;
  if (offset >= budget_.limit()) return Errno::kFbig;
  uint64_t position = offset;
  bool is_full = false;
  for (const Buffers::Buffer& buffer : buffers) {
    for (uint64_t taken = 0; taken < buffer.size;) {
      const uint64_t within = position % kBlockSize;
      const uint64_t part = std::min(buffer.size - taken, kBlockSize - within);
      is_full = !MakeRoom(position, position + part);
      if (is_full) break;
      uint8_t* block =
          position < kBlockSize ? first_.get() : blocks_[position / kBlockSize - 1].get();
      std::memcpy(block + within, buffer.data + taken, part);
      taken += part;
      position += part;
      size_ = std::max(size_, position);
    }
    if (is_full) break;
  }
  *written = static_cast<uint32_t>(position - offset);
  if (is_full) Shrink(size_);
  return *written == 0 ? Errno::kNoSpc : Errno::kSuccess;
}

Errno ScratchBytes::SetSize(uint64_t size) {
  if (size > budget_.limit()) return Errno::kFbig;
  if (size < size_) {
    Shrink(size);
  } else if (!MakeTable((size + kBlockSize - 1) / kBlockSize)) {
    return Errno::kNoSpc;
  }
  size_ = size;
  return Errno::kSuccess;
}

Errno ScratchBytes::Allocate(uint64_t offset, uint64_t length) {
  const uint64_t limit = budget_.limit();
  if (offset > limit || length > limit - offset) return Errno::kFbig;
  const uint64_t end = offset + length;
  for (uint64_t position = offset; position < end;) {
    const uint64_t next = std::min(end, (position / kBlockSize + 1) * kBlockSize);
    if (!MakeRoom(position, next)) {
      // Otherwise an attempt that failed would leave room for nothing.
      Shrink(size_);
      return Errno::kNoSpc;
    }
    position = next;
  }
  size_ = std::max(size_, end);
  return Errno::kSuccess;
}

std::vector<uint8_t> ScratchBytes::Copy() const {
  std::vector<uint8_t> copy(size_);
  const uint64_t first = std::min({size_, first_capacity_, kBlockSize});
  if (first != 0) std::memcpy(copy.data(), first_.get(), first);
  for (size_t i = 0; i < blocks_.size(); ++i) {
    const uint64_t start = (i + 1) * kBlockSize;
    if (blocks_[i] && start < size_) {
      std::memcpy(copy.data() + start, blocks_[i].get(), std::min(kBlockSize, size_ - start));
    }
  }
  return copy;
}

bool ScratchBytes::MakeRoom(uint64_t offset, uint64_t size) {
  if (offset < kBlockSize) return MakeFirst(std::min(size, kBlockSize));
  if (!MakeTable((size + kBlockSize - 1) / kBlockSize)) return false;
  Block& block = blocks_[offset / kBlockSize - 1];
  if (block) return true;
  if (!budget_.Take(kBlockSize)) return false;
  block = std::make_unique<uint8_t[]>(kBlockSize);
  return true;
}

bool ScratchBytes::MakeFirst(uint64_t bytes) {
  if (bytes <= first_capacity_) return true;
  uint64_t capacity = std::max(first_capacity_, kSmallest);
  while (capacity < bytes) capacity *= 2;
  if (!budget_.Take(capacity - first_capacity_)) return false;
  Block larger = std::make_unique<uint8_t[]>(capacity);
  if (first_capacity_ != 0) std::memcpy(larger.get(), first_.get(), first_capacity_);
  first_ = std::move(larger);
  first_capacity_ = capacity;
  return true;
}

/// `blocks` includes the first.
bool ScratchBytes::MakeTable(uint64_t blocks) {
  if (blocks <= blocks_.size() + 1) return true;
  const uint64_t more = blocks - 1 - blocks_.size();
  // Twice, because the vector may keep spare room.
  if (!budget_.Take(2 * more * sizeof(Block))) return false;
  blocks_.resize(blocks - 1);
  return true;
}

void ScratchBytes::Shrink(uint64_t size) noexcept {
  const uint64_t kept = size > kBlockSize ? (size - 1) / kBlockSize : 0;
  while (blocks_.size() > kept) {
    budget_.GiveBack(2 * sizeof(Block) + (blocks_.back() ? kBlockSize : 0));
    blocks_.pop_back();
  }
  // The room of the table itself was returned to the budget as well.
  if (blocks_.capacity() > 2 * blocks_.size()) blocks_.shrink_to_fit();
  // What is cut off must read as zero when the file grows again.
  if (kept != 0 && blocks_[kept - 1] && size % kBlockSize != 0) {
    std::memset(blocks_[kept - 1].get() + size % kBlockSize, 0, kBlockSize - size % kBlockSize);
  }
  if (size == 0) {
    budget_.GiveBack(first_capacity_);
    first_.reset();
    first_capacity_ = 0;
  } else if (size < first_capacity_) {
    std::memset(first_.get() + size, 0, first_capacity_ - size);
  }
}

ScratchNode* ScratchStorage::Add(FileType type, bool is_copied) {
  const uint64_t inode = next_inode_++;
  auto node = std::make_unique<ScratchNode>(inode, type, is_copied, budget_);
  node->access_time = node->modification_time = node->change_time = RealTime();
  ScratchNode* added = node.get();
  nodes_.emplace(inode, std::move(node));
  return added;
}

ScratchNode* ScratchStorage::MakeRoot(bool is_copied) {
  if (!budget_.Take(kNodeCost)) return nullptr;
  ScratchNode* root = Add(FileType::kDirectory, is_copied);
  root->links = 1;
  root->parent = root;
  return root;
}

Errno ScratchStorage::Make(ScratchNode& directory, std::string_view name, FileType type,
                           std::string_view target, ScratchNode** out) {
  if (!budget_.Take(kNodeCost + target.size())) return Errno::kNoSpc;
  ScratchNode* node = Add(type, directory.is_copied);
  node->target = target;
  const Errno error = Enter(directory, name, *node);
  if (error != Errno::kSuccess) {
    Forget(*node);
    return error;
  }
  *out = node;
  return Errno::kSuccess;
}

Errno ScratchStorage::Enter(ScratchNode& directory, std::string_view name, ScratchNode& node) {
  if (!budget_.Take(EntryCost(name))) return Errno::kNoSpc;
  const uint64_t serial = directory.next_serial++;
  const auto entry =
      directory.entries.emplace(std::string(name), ScratchNode::Entry{&node, serial}).first;
  directory.order.emplace(serial, &entry->first);
  ++node.links;
  if (node.is_directory()) node.parent = &directory;
  directory.modification_time = directory.change_time = node.change_time = RealTime();
  Changed(directory);
  Changed(node);
  return Errno::kSuccess;
}

void ScratchStorage::Remove(ScratchNode& directory, std::string_view name) noexcept {
  const auto entry = directory.entries.find(name);
  ScratchNode& node = *entry->second.node;
  budget_.GiveBack(EntryCost(name));
  directory.order.erase(entry->second.serial);
  directory.entries.erase(entry);
  directory.modification_time = directory.change_time = node.change_time = RealTime();
  Changed(directory);
  Changed(node);
  --node.links;
  if (node.is_directory()) node.parent = nullptr;
  Forget(node);
}

Errno ScratchStorage::Move(ScratchNode& from, std::string_view name, ScratchNode& to,
                           std::string_view new_name) {
  const auto old = from.entries.find(name);
  ScratchNode& node = *old->second.node;
  const auto replaced = to.entries.find(new_name);
  if (replaced != to.entries.end() && replaced->second.node == &node) return Errno::kSuccess;
  // Everything that may fail for lack of memory, before anything is changed.
  std::string key(new_name);
  // The replaced entry frees the room that the new one takes: nothing fails after this.
  if (replaced != to.entries.end()) Remove(to, new_name);
  budget_.GiveBack(EntryCost(name));
  if (!budget_.Take(EntryCost(new_name))) {
    static_cast<void>(budget_.Take(EntryCost(name)));
    return Errno::kNoSpc;
  }
  auto order = from.order.extract(old->second.serial);
  auto entry = from.entries.extract(old);
  entry.key() = std::move(key);
  entry.mapped().serial = to.next_serial++;
  const auto moved = to.entries.insert(std::move(entry)).position;
  order.key() = moved->second.serial;
  order.mapped() = &moved->first;
  to.order.insert(std::move(order));
  if (node.is_directory()) node.parent = &to;
  from.modification_time = from.change_time = to.modification_time = to.change_time =
      node.change_time = RealTime();
  for (const ScratchNode* each : {&from, &to, &node}) Changed(*each);
  return Errno::kSuccess;
}

void ScratchStorage::Release(ScratchNode& node) noexcept {
  --node.open;
  Forget(node);
}

void ScratchStorage::Forget(ScratchNode& node) noexcept {
  if (node.links != 0 || node.open != 0) return;
  budget_.GiveBack(kNodeCost + node.target.size());
  nodes_.erase(node.inode);
}

Filestat ScratchStorage::Stat(const ScratchNode& node) const noexcept {
  Filestat filestat;
  filestat.device = kDevice;
  filestat.inode = node.inode;
  filestat.file_type = node.type;
  filestat.link_count = node.links;
  filestat.size = node.is_link() ? node.target.size() : node.bytes.size();
  filestat.access_time = node.access_time;
  filestat.modification_time = node.modification_time;
  filestat.status_change_time = node.change_time;
  return filestat;
}

}  // namespace wasmedge_embed::wasi
