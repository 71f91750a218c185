#include "wasi/descriptor_table.h"

#include <algorithm>
#include <utility>

namespace wasmedge_embed::wasi {

namespace {

constexpr uint64_t kStdioRights = rights::kFdFdstatSetFlags | rights::kFdFilestatGet |
                                  rights::kFdSync | rights::kFdDatasync | rights::kPollFdReadwrite;

Descriptor Stdio(DescriptorKind kind, uint64_t direction) {
  Descriptor descriptor{kind};
  descriptor.rights_base = kStdioRights | direction;
  return descriptor;
}

Descriptor Preopened(const Preopen& preopen) {
  Descriptor descriptor{DescriptorKind::kDirectory};
  descriptor.rights_base = kDirectoryRights;
  descriptor.rights_inheriting = kInheritableRights;
  descriptor.directory = preopen.directory;
  descriptor.preopen_name = preopen.name;
  return descriptor;
}

}  // namespace

void DescriptorTable::Reset(const std::vector<Preopen>& preopens) {
  entries_.clear();
  entries_.emplace_back(Stdio(DescriptorKind::kStdin, rights::kFdRead));
  entries_.emplace_back(Stdio(DescriptorKind::kStdout, rights::kFdWrite));
  entries_.emplace_back(Stdio(DescriptorKind::kStderr, rights::kFdWrite));
  preopens_.clear();
  for (const Preopen& preopen : preopens) {
    entries_.emplace_back(Preopened(preopen));
    preopens_.push_back(preopen.name);
  }
}

bool DescriptorTable::IsAsAtStart() const noexcept {
  constexpr size_t kStreams = 3;
  for (size_t fd = 0; fd < entries_.size(); ++fd) {
    const std::optional<Descriptor>& entry = entries_[fd];
    bool is_same = !entry;
    if (fd < kStreams) {
      is_same = entry && entry->kind == static_cast<DescriptorKind>(fd);
    } else if (fd - kStreams < preopens_.size()) {
      is_same = entry && entry->preopen_name == preopens_[fd - kStreams];
    }
    if (!is_same) return false;
  }
  return true;
}

Descriptor* DescriptorTable::Find(uint32_t fd) noexcept {
  return fd < entries_.size() && entries_[fd] ? &*entries_[fd] : nullptr;
}

bool DescriptorTable::is_full() const noexcept {
  return entries_.size() == kMaxDescriptors &&
         std::all_of(entries_.begin(), entries_.end(),
                     [](const auto& entry) { return entry.has_value(); });
}

Errno DescriptorTable::Insert(Descriptor descriptor, uint32_t* fd) {
  const auto free = std::find_if(entries_.begin(), entries_.end(),
                                 [](const auto& entry) { return !entry.has_value(); });
  const auto number = static_cast<uint32_t>(free - entries_.begin());
  if (number == kMaxDescriptors) return Errno::kMfile;
  if (free == entries_.end()) {
    entries_.emplace_back(std::move(descriptor));
  } else {
    *free = std::move(descriptor);
  }
  *fd = number;
  return Errno::kSuccess;
}

Errno DescriptorTable::Close(uint32_t fd) noexcept {
  if (Find(fd) == nullptr) return Errno::kBadf;
  entries_[fd].reset();
  return Errno::kSuccess;
}

Errno DescriptorTable::Renumber(uint32_t from, uint32_t to) noexcept {
  if (Find(from) == nullptr || Find(to) == nullptr) return Errno::kBadf;
  if (from == to) return Errno::kSuccess;
  entries_[to] = std::move(entries_[from]);
  entries_[from].reset();
  return Errno::kSuccess;
}

}  // namespace wasmedge_embed::wasi
