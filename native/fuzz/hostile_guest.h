#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/guest_memory.h"

namespace wasmedge_embed::fuzz {

/// A guest that is driven by its input: it places data in its linear memory, and makes up arguments
/// that point there, just beyond, or anywhere.
class HostileGuest {
 public:
  static constexpr uint32_t kPage = 65'536;
  static constexpr uint32_t kMaxPages = 2;

  explicit HostileGuest(FuzzedDataProvider& input) : input_(input) {
    SetPages(input.ConsumeIntegralInRange<uint32_t>(0, kMaxPages));
  }
  HostileGuest(const HostileGuest&) = delete;
  HostileGuest& operator=(const HostileGuest&) = delete;

  GuestMemory memory() noexcept { return {memory_.get(), size_}; }

  /// Grows the memory by a page if possible, which moves it: pointers that were kept are invalid
  /// then.
  void Grow() {
    if (size_ < kMaxPages * kPage) SetPages(size_ / kPage + 1);
  }

  /// Places bytes behind those placed before, as far as there is memory.
  void Place(const void* bytes, size_t size, uint32_t count) {
    if (size_ == 0) return;
    if (next_ >= size_) next_ = kStart;
    const size_t fitting = std::min<size_t>(size, size_ - next_);
    if (fitting > 0) std::memcpy(memory_.get() + next_, bytes, fitting);
    placed_.push_back({next_, count});
    // Sometimes at an odd address, and sometimes without a gap.
    next_ += static_cast<uint32_t>(fitting) + input_.ConsumeIntegralInRange<uint32_t>(0, 16);
  }

  template <typename T>
  void PlaceAll(const std::vector<T>& records) {
    Place(records.data(), records.size() * sizeof(T), static_cast<uint32_t>(records.size()));
  }

  void PlaceText(const std::string& text) {
    Place(text.data(), text.size(), static_cast<uint32_t>(text.size()));
  }

  /// Remembers a function's result for later arguments.
  void Remember(uint32_t value) { remembered_ = value; }

  /// A 32-bit argument.
  uint32_t Word() {
    switch (input_.ConsumeIntegralInRange(0, 9)) {
      case 0:
      case 1:
        return input_.ConsumeIntegralInRange<uint32_t>(0, 16);
      case 2:
        addressed_ = RecentPlace();
        return addressed_.address;
      case 3:  // a length often follows its address
        return addressed_.count;
      case 4: {  // the value stored there, for example a handle that a function returned
        uint32_t value = 0;
        return memory().Read(RecentPlace().address, &value) ? value : 0;
      }
      case 5:  // around the end of the memory
        return size_ + input_.ConsumeIntegralInRange<uint32_t>(0, 64) - 48;
      case 6: {
        static constexpr uint32_t kEdges[] = {0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF, 0xFFFF'FFF8,
                                              0x1000'0000, 0x2000'0000, 0x4000'0000, 0x0001'0000};
        return input_.PickValueInArray(kEdges);
      }
      case 7:
        return remembered_;
      case 8:
        return input_.ConsumeIntegralInRange<uint32_t>(0, kMaxPages * kPage);
      default:
        return input_.ConsumeIntegral<uint32_t>();
    }
  }

  /// A 64-bit argument.
  uint64_t Long() {
    switch (input_.ConsumeIntegralInRange(0, 3)) {
      case 0:
        return Word();
      case 1:  // small negative numbers, for offsets
        return ~uint64_t{input_.ConsumeIntegral<uint8_t>()};
      case 2: {
        static constexpr uint64_t kEdges[] = {0x7FFF'FFFF'FFFF'FFFF, 0x8000'0000'0000'0000,
                                              0xFFFF'FFFF'FFFF'FFFF, 0x0000'0001'0000'0000,
                                              0x0000'0000'FFFF'FFFF};
        return input_.PickValueInArray(kEdges);
      }
      default:
        return input_.ConsumeIntegral<uint64_t>();
    }
  }

 private:
  static constexpr uint32_t kStart = 64;

  struct PlacedData {
    uint32_t address;
    /// Bytes of a text, or records of an array.
    uint32_t count;
  };

  void SetPages(uint32_t pages) {
    const uint32_t size = pages * kPage;
    // On the heap at its exact size, so that an access to the first byte beyond it is detected.
    std::unique_ptr<uint8_t[]> memory(pages == 0 ? nullptr : new uint8_t[size]());
    if (memory_) std::memcpy(memory.get(), memory_.get(), size_);
    memory_ = std::move(memory);
    size_ = size;
  }

  PlacedData RecentPlace() {
    if (placed_.empty()) return {kStart, 1};
    const size_t recent = std::min<size_t>(placed_.size(), 8);
    return placed_[placed_.size() - 1 - input_.ConsumeIntegralInRange<size_t>(0, recent - 1)];
  }

  FuzzedDataProvider& input_;
  std::unique_ptr<uint8_t[]> memory_;
  uint32_t size_ = 0;
  uint32_t next_ = kStart;
  std::vector<PlacedData> placed_;
  PlacedData addressed_{};
  uint32_t remembered_ = 0;
};

}  // namespace wasmedge_embed::fuzz
