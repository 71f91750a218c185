#pragma once

#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// A file in memory, without a path.
class MemoryFile {
 public:
  /// With these bytes, under this name in lists of mappings; without a descriptor if that fails.
  MemoryFile(const char* name, const std::vector<uint8_t>& bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// Makes its content final for everyone who has it open; false if the system refuses.
  bool Seal() const noexcept;

  /// Negative without a file. Closed with this.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace wasmedge_embed
