#include "base/memory_image.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/touched_pages.h"

namespace wasmedge_embed {
namespace {

/// Each part is a separate mapping in every memory, and the pages after it are another
/// (`MemoryReservation::kMostMappings`).
constexpr size_t kMostParts = 8;
/// Shorter runs of zeros between two parts are kept in the file.
constexpr uint64_t kLeastGap = uint64_t{256} << 10;

/// How often the requester of the snapshot is asked whether it still wants it.
constexpr uint64_t kCheckedTogether = uint64_t{2} << 20;

bool IsZero(const uint8_t* page, uint64_t size) {
  return page[0] == 0 && std::memcmp(page, page + 1, size - 1) == 0;
}

Error Failure(const char* what) {
  return Error(ErrorCode::kLimit,
               std::string("There is not enough memory for the snapshot: ") + what + " failed (" +
                   std::strerror(errno) + ").",
               "host-memory");
}

}  // namespace

std::shared_ptr<const MemoryImage> MemoryImage::Take(const uint8_t* memory, uint64_t size,
                                                     uint64_t most_bytes,
                                                     const std::function<void()>& check) {
  const auto image = std::make_shared<MemoryImage>(Private{});
  image->size_ = size;
  image->parts_ = FindParts(memory, size, check);
  for (Part& part : image->parts_) {
    part.file_offset = image->file_size_;
    image->file_size_ += part.end - part.begin;
  }
  if (image->file_size_ > most_bytes) {
    throw Error(ErrorCode::kLimit,
                "What is not zero in the guest's memory lies scattered over " +
                    std::to_string(image->file_size_) + " bytes; the limit 'snapshotBytes' is " +
                    std::to_string(most_bytes) +
                    ". Raise limits.snapshotBytes if a snapshot may have them.",
                "snapshotBytes");
  }
  if (image->file_size_ == 0) return image;
  image->Write(memory, check);
  return image;
}

bool MemoryImage::MapOver(uint8_t* memory) const noexcept {
  return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return mmap(memory + part.begin, part.end - part.begin, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_FIXED, file_->descriptor(),
                static_cast<off_t>(part.file_offset)) != MAP_FAILED;
  });
}

std::vector<MemoryImage::Part> MemoryImage::FindParts(const uint8_t* memory, uint64_t size,
                                                      const std::function<void()>& check) {
  const uint64_t page_size = TouchedPages::page_size();
  std::vector<Part> parts;
  TouchedPages touched;
  for (uint64_t page = 0; page < size; page += page_size) {
    const uint64_t within = page % kCheckedTogether;
    if (within == 0) {
      check();
      touched.Read(memory + page, std::min(kCheckedTogether, size - page) / page_size);
    }
    if (!touched.MayBeTouched(within / page_size) || IsZero(memory + page, page_size)) continue;
    if (!parts.empty() && page - parts.back().end < kLeastGap) {
      parts.back().end = page + page_size;
    } else {
      parts.push_back({page, page + page_size, 0});
    }
  }
  if (parts.size() <= kMostParts) return parts;
  // Only the widest gaps are kept.
  std::vector<uint64_t> gaps;
  for (size_t index = 1; index < parts.size(); ++index) {
    gaps.push_back(parts[index].begin - parts[index - 1].end);
  }
  std::sort(gaps.begin(), gaps.end(), std::greater<>());
  const uint64_t least = gaps[kMostParts - 2];
  const auto wider = std::find(gaps.begin(), gaps.end(), least) - gaps.begin();
  size_t as_wide = kMostParts - 1 - static_cast<size_t>(wider);
  std::vector<Part> merged{parts.front()};
  for (size_t index = 1; index < parts.size(); ++index) {
    const uint64_t gap = parts[index].begin - parts[index - 1].end;
    if (gap > least || (gap == least && as_wide > 0)) {
      if (gap == least) --as_wide;
      merged.push_back(parts[index]);
    } else {
      merged.back().end = parts[index].end;
    }
  }
  return merged;
}

void MemoryImage::Write(const uint8_t* memory, const std::function<void()>& check) {
  file_.emplace("wasmedge-embed-snapshot");
  if (file_->descriptor() < 0) throw Failure("memfd_create");
  if (!file_->Resize(file_size_)) throw Failure("ftruncate");
  const uint64_t page_size = TouchedPages::page_size();
  for (const Part& part : parts_) {
    for (uint64_t page = part.begin; page < part.end;) {
      uint64_t end = page;
      const uint64_t most = std::min(part.end, page + kCheckedTogether);
      while (end < most && !IsZero(memory + end, page_size)) end += page_size;
      const bool is_hole = end < most;
      check();
      if (!file_->Write(memory + page, end - page, part.file_offset + page - part.begin)) {
        throw Failure("pwrite");
      }
      // Zero pages stay holes.
      page = is_hole ? end + page_size : end;
    }
  }
  if (!file_->Seal()) throw Failure("F_ADD_SEALS");
}

}  // namespace wasmedge_embed
