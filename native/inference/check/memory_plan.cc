#include "inference/check/memory_plan.h"

#include <algorithm>

namespace wasmedge_embed {
namespace {

constexpr size_t kMostPlaced = 4096;
constexpr uint64_t kAlignment = 64;
// For one block and for all: sums of two stay far from overflow.
constexpr uint64_t kUnbounded = uint64_t{1} << 62;

uint64_t Aligned(uint64_t bytes) noexcept {
  return bytes >= kUnbounded ? kUnbounded : (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

uint64_t MemoryPlan::Bytes() {
  std::sort(blocks_.begin(), blocks_.end(), [](const Block& left, const Block& right) {
    return left.bytes != right.bytes ? left.bytes > right.bytes : left.first < right.first;
  });
  // In order of their offsets.
  std::vector<Block> placed;
  placed.reserve(std::min(blocks_.size(), kMostPlaced));
  uint64_t reach = 0;
  uint64_t rest = 0;
  for (Block block : blocks_) {
    const uint64_t bytes = Aligned(block.bytes);
    if (placed.size() == kMostPlaced) {
      rest = std::min(rest + bytes, kUnbounded);
      continue;
    }
    uint64_t free_from = 0;
    uint64_t smallest_gap = UINT64_MAX;
    for (const Block& other : placed) {
      if (other.last < block.first || other.first > block.last) continue;
      const uint64_t gap = other.place > free_from ? other.place - free_from : 0;
      if (gap >= bytes && gap < smallest_gap) {
        smallest_gap = gap;
        block.place = free_from;
      }
      free_from = std::max(free_from, other.place + Aligned(other.bytes));
    }
    if (smallest_gap == UINT64_MAX) block.place = free_from;
    reach = std::max(reach, block.place + bytes);
    if (reach >= kUnbounded) return kUnbounded;
    placed.insert(std::upper_bound(placed.begin(), placed.end(), block,
                                   [](const Block& left, const Block& right) {
                                     return left.place < right.place;
                                   }),
                  block);
  }
  return reach + rest;
}

}  // namespace wasmedge_embed
