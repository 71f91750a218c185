#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

#if defined(__x86_64__)
constexpr uint16_t kElfMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kElfMachine = EM_AARCH64;
#else
#error "The ELF machine of this processor is not known here: those of x86-64 and AArch64 are."
#endif

/// Bounds-checked access to the bytes of a 64-bit ELF file. Offsets and counts come from the file
/// and are not trusted. The layout is that of the System V ABI (elf.h). The bytes are borrowed.
class ElfFile {
 public:
  ElfFile(const uint8_t* bytes, uint64_t size) : bytes_(bytes), size_(size) {}

  bool Contains(uint64_t offset, uint64_t size) const {
    return offset <= size_ && size <= size_ - offset;
  }

  template <typename T>
  std::optional<T> At(uint64_t offset) const {
    if (!Contains(offset, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_ + offset, sizeof(T));
    return value;
  }

  /// The text from an offset up to the next zero byte or the end of the file.
  std::string_view TextAt(uint64_t offset) const {
    if (offset >= size_) return {};
    const char* begin = reinterpret_cast<const char*>(bytes_ + offset);
    return {begin, strnlen(begin, size_ - offset)};
  }

  /// Reads the program headers; false if a segment lies outside the file.
  bool ReadSegments(const Elf64_Ehdr& header) {
    for (uint64_t index = 0; index < header.e_phnum; ++index) {
      const auto segment = At<Elf64_Phdr>(header.e_phoff + index * sizeof(Elf64_Phdr));
      if (!segment || !Contains(segment->p_offset, segment->p_filesz)) return false;
      segments_.push_back(*segment);
    }
    return true;
  }

  /// The file offset of `size` bytes at a virtual address.
  std::optional<uint64_t> OffsetOf(uint64_t address, uint64_t size) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
      const uint64_t within = address - segment.p_vaddr;
      if (within <= segment.p_filesz && size <= segment.p_filesz - within) {
        return segment.p_offset + within;
      }
    }
    return std::nullopt;
  }

  /// The entries of the dynamic section, without the terminating one; nothing if there is no
  /// section.
  std::optional<std::vector<Elf64_Dyn>> Dynamic() const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_DYNAMIC) continue;
      std::vector<Elf64_Dyn> entries;
      for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
        const auto entry = this->At<Elf64_Dyn>(segment.p_offset + at);
        if (!entry) return std::nullopt;
        if (entry->d_tag == DT_NULL) break;
        entries.push_back(*entry);
      }
      return entries;
    }
    return std::nullopt;
  }

 private:
  const uint8_t* bytes_;
  uint64_t size_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace wasmedge_embed
