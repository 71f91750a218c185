#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// The memory that a graph's results share: when a result is no longer used, others take its place.
/// The placement is that of TensorFlow Lite's planner: largest first, each in the smallest gap that
/// is free during its whole lifetime, at multiples of 64 bytes. XNNPACK plans in the same way
/// within the operators that it takes over.
class MemoryPlan {
 public:
  /// Adds a result that exists from one operator to another, inclusive, by their indices.
  void Add(uint64_t bytes, size_t first, size_t last) { blocks_.push_back({bytes, first, last}); }

  /// The total size. Takes quadratic time in the number of placed results, which are the 4,096
  /// largest; the rest are added as if they shared nothing. Changes the order of the results.
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
