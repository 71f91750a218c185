#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// Which pages of this process have their own content, in memory or swapped out, according to the
/// system (/proc/self/pagemap). If that is unavailable, any page may have.
class TouchedPages {
 public:
  /// The system's page size, in bytes.
  static uint64_t page_size() noexcept;

  /// Looks at these pages. `MayBeTouched` numbers them from the first. Throws `std::bad_alloc`.
  void Read(const uint8_t* first, size_t pages);

  /// Whether the last `Read` yielded anything.
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
