#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/memory_file.h"

namespace wasmedge_embed {

/// The content of a guest's memory at some time, for any number of memories that start with it.
///
/// It is in a sealed memory file, which nobody can change. A memory maps it
/// privately, so a page is copied when the guest first writes to it, and the cost of mapping does
/// not grow with the image. Zero pages are holes in the file; large runs of them are not mapped.
/// When a guest reads a hole, the system fills it with a page permanently: holes cannot be punched
/// into a sealed file, and leaving every hole unmapped would take two more mappings each in every
/// memory. So the limit applies to the size of the file including its holes.
class MemoryImage {
  // Only `Take` makes them.
  struct Private {};

 public:
  /// Takes an image of `size` bytes, in whole 64 KiB pages that were initially anonymous zero
  /// pages: untouched ones are not read. Throws `Error(kLimit)`: "snapshotBytes" if the image is
  /// larger than `most_bytes`, "host-memory" if the system lacks the memory or such files. `check`
  /// is called at least every few MiB and may throw.
  static std::shared_ptr<const MemoryImage> Take(const uint8_t* memory, uint64_t size,
                                                 uint64_t most_bytes,
                                                 const std::function<void()>& check);

  explicit MemoryImage(Private) {}
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  /// The size of the memory.
  uint64_t size() const noexcept { return size_; }
  /// The size of the file including its holes: the most machine memory that it can take.
  uint64_t file_size() const noexcept { return file_size_; }
  /// The most mappings that it adds to a memory.
  uint64_t mappings() const noexcept { return 2 * parts_.size(); }

  /// Maps it over a memory that starts there and whose pages are all zero. False if the system
  /// refuses; the state of the pages is then unspecified.
  bool MapOver(uint8_t* memory) const noexcept;

 private:
  /// Adjacent pages, in the memory and in the file.
  struct Part {
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t file_offset = 0;
  };

  static std::vector<Part> FindParts(const uint8_t* memory, uint64_t size,
                                     const std::function<void()>& check);
  void Write(const uint8_t* memory, const std::function<void()>& check);

  /// None if all pages are zero.
  std::optional<MemoryFile> file_;
  uint64_t size_ = 0;
  uint64_t file_size_ = 0;
  std::vector<Part> parts_;
};

}  // namespace wasmedge_embed
