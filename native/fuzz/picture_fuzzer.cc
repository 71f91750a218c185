// The guests' picture decoders, which are written in Rust (picture/). Whatever the bytes, they must
// decode or refuse them, and the cost is bounded by the number of bytes and the size of the
// picture. The cost is counted, not measured, so it is reproducible: memory accesses and allocated
// bytes.

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
  // A copy on the heap at its exact size, so that an access to the first byte beyond it is
  // detected.
  const std::vector<uint8_t> file(data, data + size);
  PictureCost cost{};
  if (!picture_fuzz_decode(file.data(), file.size(), &cost)) return -1;
  // To find the most expensive pictures by hand: prints costs as shares of the limits.
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
