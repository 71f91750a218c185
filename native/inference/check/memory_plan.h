#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// The memory that a graph's results share: who is no longer used gives its place to others. Placed
/// as TensorFlow Lite's planner places them, the largest first, each into the smallest gap that is
/// free for as long as it lives, at multiples of 64 bytes. XNNPACK plans alike what lies within the
/// operators that it takes over.
class MemoryPlan {
 public:
  /// Something that is there from one operator to another, both included, by their places.
  void Add(uint64_t bytes, size_t first, size_t last) { blocks_.push_back({bytes, first, last}); }

  /// How far the memory reaches. Takes time with the square of what is placed, which is the 4,096
  /// largest; the rest is added to it as if it shared nothing. Changes the order of what was added.
  uint64_t Bytes();

 private:
  struct Block {
    uint64_t bytes;
    size_t first;
    size_t last;
    uint64_t place = 0;
  };

  std::vector<Block> blocks_;
};

}  // namespace wasmedge_embed
