// The guests' decoders of pictures, which are in Rust (picture/). Whatever the bytes,
// it decodes them or refuses, and what that costs is bounded by their number and the picture's
// size. The costs are counted, not measured: accesses to memory and allocated bytes, the same each
// time.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fuzz/require.h"

extern "C" {

/// As in picture/src/lib.rs.
struct PictureCost {
  uint64_t accesses;
  uint64_t most_accesses;
  uint64_t allocated;
  uint64_t most_allocated;
  bool is_refused;
};

bool picture_fuzz_decode(const uint8_t* data, size_t size, PictureCost* cost);

}  // extern "C"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wasmedge_embed::fuzz::Require;
  // A copy on the heap at its exact size, so that the first byte beyond it is seen.
  const std::vector<uint8_t> file(data, data + size);
  PictureCost cost{};
  if (!picture_fuzz_decode(file.data(), file.size(), &cost)) return -1;
  // For a person who looks for what costs most: shares of what is allowed.
  static const bool tells_costs = std::getenv("WASMEDGE_EMBED_FUZZ_COSTS") != nullptr;
  if (tells_costs) {
    std::fprintf(stderr, "accesses %.3f, allocated %.3f, %s, %zu bytes\n",
                 static_cast<double>(cost.accesses) / static_cast<double>(cost.most_accesses),
                 static_cast<double>(cost.allocated) / static_cast<double>(cost.most_allocated),
                 cost.is_refused ? "refused" : "decoded", size);
  }
  Require(cost.accesses <= cost.most_accesses,
          "the work of decoding is bounded by the picture's bytes and pixels");
  Require(cost.allocated <= cost.most_allocated,
          "the memory for decoding is bounded by the picture's bytes and pixels");
  return 0;
}
