#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace wasmedge_embed::test {

/// Makes damaged models from a valid one: flipped bits, bytes and words of edge values, offsets
/// that point nearby, exchanged and copied pieces, truncations. One to four changes each, nine of
/// ten outside the weights. The same number makes the same model.
class ModelMutator {
 public:
  /// Throws `Error` if the bytes are not a complete model.
  ModelMutator(std::vector<uint8_t> model, uint64_t seed);

  std::vector<uint8_t> Make(uint64_t number) const;

 private:
  std::vector<uint8_t> model_;
  uint64_t seed_;
  // Begin and end of the parts that are not weights.
  std::vector<std::pair<size_t, size_t>> tables_;
};

}  // namespace wasmedge_embed::test
