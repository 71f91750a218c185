#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wasmedge_embed {

/// Objects that guests refer to by number: never a pointer, always checked.
///
/// A handle has the object's slot in its low 16 bits and the slot's generation above, so the handle
/// of a deleted object finds nothing, even after the slot is reused. The first handles are 0, 1, 2,
/// … and the same in every invocation. A slot is retired after 65,536 uses.
template <typename T>
class HandleTable {
 public:
  /// `capacity`: the most objects at a time, at most 65,536.
  explicit HandleTable(uint32_t capacity) noexcept : capacity_(capacity) {}

  bool empty() const noexcept {
    return std::none_of(places_.begin(), places_.end(),
                        [](const Place& place) { return place.object != nullptr; });
  }

  /// Whether `Insert` would fail.
  bool full() const noexcept { return free_.empty() && places_.size() >= capacity_; }

  /// The new object's handle; nothing if the table is full.
  std::optional<uint32_t> Insert(std::unique_ptr<T> object) {
    if (full()) return std::nullopt;
    if (free_.empty()) {
      places_.emplace_back();
      // Room for every slot, so that `Erase` never allocates.
      free_.reserve(places_.size());
      free_.push_back(static_cast<uint32_t>(places_.size() - 1));
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    places_[index].object = std::move(object);
    return places_[index].generation << kIndexBits | index;
  }

  /// The handle's object, owned by the table; null if the handle is not valid (anymore).
  T* Find(uint32_t handle) const noexcept {
    const uint32_t index = handle & kIndexMask;
    if (index >= places_.size() || places_[index].generation != handle >> kIndexBits) {
      return nullptr;
    }
    return places_[index].object.get();
  }

  /// Removes and returns the object; null if the handle is not valid.
  std::unique_ptr<T> Erase(uint32_t handle) noexcept {
    if (Find(handle) == nullptr) return nullptr;
    const uint32_t index = handle & kIndexMask;
    Place& place = places_[index];
    if (place.generation < kMaximumGeneration) {
      ++place.generation;
      free_.push_back(index);
    }
    return std::move(place.object);
  }

  /// Forgets everything, including the generations.
  void Clear() noexcept {
    places_.clear();
    free_.clear();
  }

 private:
  static constexpr uint32_t kIndexBits = 16;
  static constexpr uint32_t kIndexMask = 0xFFFF;
  static constexpr uint32_t kMaximumGeneration = 0xFFFF;

  struct Place {
    uint32_t generation = 0;
    std::unique_ptr<T> object;
  };

  uint32_t capacity_;
  std::vector<Place> places_;
  std::vector<uint32_t> free_;
};

}  // namespace wasmedge_embed
