#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace wasmedge_embed {

/// What a guest's memory held at some time, for any number of memories that begin with it.
///
/// It lies in a file in memory (memfd_create) that is sealed: nobody can change it. A memory maps
/// it privately, so that a page is copied when the guest first writes to it, and what it costs does
/// not grow with the image. Pages of zeros are holes in the file, and are not mapped where many of
/// them lie together. The system fills a hole with a page when a guest reads it, for good: nobody
/// may punch holes into a file that is sealed, and each hole that were not mapped would be two more
/// mappings in every memory. So it is the file with its holes that is limited.
class MemoryImage {
  // Only `Take` makes them.
  struct Private {};

 public:
  /// Of `size` bytes, whole pages of 64 KiB, that were anonymous pages of zeros at first: those
  /// that nobody has touched are not read. Throws `Error(kLimit)`: with "snapshotBytes" as its
  /// detail when the image is larger than `most_bytes`, with "host-memory" when the system has not
  /// the memory, or no such files. `check` is called at least every few MiB, and may throw.
  static std::shared_ptr<const MemoryImage> Take(const uint8_t* memory, uint64_t size,
                                                 uint64_t most_bytes,
                                                 const std::function<void()>& check);

  explicit MemoryImage(Private) {}
  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  /// Of the memory.
  uint64_t size() const noexcept { return size_; }
  /// Of the file with its holes: what it takes of the machine's memory at most.
  uint64_t file_size() const noexcept { return file_size_; }
  /// Mappings that a memory has more with it, at most.
  uint64_t mappings() const noexcept { return 2 * parts_.size(); }

  /// Maps it over a memory that begins there and whose pages are all zero. False where the system
  /// refuses; the pages are whatever they are then.
  bool MapOver(uint8_t* memory) const noexcept;

 private:
  /// Pages that lie together, in the memory and in the file.
  struct Part {
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t file_offset = 0;
  };

  static std::vector<Part> FindParts(const uint8_t* memory, uint64_t size,
                                     const std::function<void()>& check);
  void Write(const uint8_t* memory, const std::function<void()>& check);
  void Seal() const;

  int file_ = -1;
  uint64_t size_ = 0;
  uint64_t file_size_ = 0;
  std::vector<Part> parts_;
};

}  // namespace wasmedge_embed
