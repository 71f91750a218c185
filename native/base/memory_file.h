#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// A file in memory (memfd_create), without a path, which cannot be executed (since Linux 6.3). Its
/// name appears in lists of mappings. What fails leaves its reason in errno.
class MemoryFile {
 public:
  /// Empty; without a descriptor if the system refuses it.
  explicit MemoryFile(const char* name) noexcept;
  /// With these bytes; without a descriptor if that fails.
  MemoryFile(const char* name, const std::vector<uint8_t>& bytes) noexcept;
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool Resize(uint64_t size) noexcept;

  bool Write(const void* bytes, size_t size, uint64_t offset) noexcept;

  /// Makes its content final for everyone who has it open.
  bool Seal() noexcept;

  /// Negative without a file. Closed with this.
  int descriptor() const noexcept { return descriptor_; }

  /// Leaves the descriptor to the caller, who closes it.
  int Release() noexcept;

 private:
  void Close() noexcept;

  int descriptor_;
};

}  // namespace wasmedge_embed
