#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// Which pages of this process have content of their own, in memory or swapped out, as the system
/// tells (/proc/self/pagemap). Where it does not tell, all may have.
class TouchedPages {
 public:
  /// Of the system's pages.
  static uint64_t page_size() noexcept;

  /// Looks at these pages, which `MayBeTouched` then counts from their first. Throws
  /// `std::bad_alloc`.
  void Read(const uint8_t* first, size_t pages);

  /// Whether the last look told anything.
  bool is_known() const noexcept { return is_known_; }
  bool MayBeTouched(size_t page) const noexcept {
    return !is_known_ || (entries_[page] & kHasContent) != 0;
  }

 private:
  static constexpr uint64_t kHasContent = uint64_t{3} << 62;

  bool is_known_ = false;
  std::vector<uint64_t> entries_;
};

}  // namespace wasmedge_embed
