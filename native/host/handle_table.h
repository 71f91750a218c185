#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wasmedge_embed {

/// What guests hold by number: never a pointer, always checked.
///
/// A handle is the object's place in its low 16 bits and, above, how often that place has been
/// given anew, so a handle of something deleted finds nothing, also after the place has been taken
/// again. The first handles are 0, 1, 2, … and the same in every invocation. A place that has been
/// given 65,536 times is not given again.
template <typename T>
class HandleTable {
 public:
  /// `capacity`: how many objects there may be at a time, 65,536 at most.
  explicit HandleTable(uint32_t capacity) noexcept : capacity_(capacity) {}

  bool empty() const noexcept {
    return std::none_of(places_.begin(), places_.end(),
                        [](const Place& place) { return place.object != nullptr; });
  }

  /// Whether `Insert` would be refused.
  bool full() const noexcept { return free_.empty() && places_.size() >= capacity_; }

  /// The new object's handle; nothing when the table is full.
  std::optional<uint32_t> Insert(std::unique_ptr<T> object) {
    if (full()) return std::nullopt;
    if (free_.empty()) {
      places_.emplace_back();
      // Room for every place, so that `Erase` never allocates.
      free_.reserve(places_.size());
      free_.push_back(static_cast<uint32_t>(places_.size() - 1));
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    places_[index].object = std::move(object);
    return places_[index].generation << kIndexBits | index;
  }

  /// The handle's object, owned by the table; null for a handle that is none (any more).
  T* Find(uint32_t handle) const noexcept {
    const uint32_t index = handle & kIndexMask;
    if (index >= places_.size() || places_[index].generation != handle >> kIndexBits) {
      return nullptr;
    }
    return places_[index].object.get();
  }

  /// Takes the object out; null for a handle that is none.
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

  /// Forgets everything, the generations included.
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
