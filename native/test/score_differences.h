#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wasmedge_embed::test {

/// The differences between scores and those of the built-in kernels, over many pictures. In units
/// of the stored numbers, 1/256 of a probability.
class ScoreDifferences {
 public:
  void Add(const std::vector<uint8_t>& reference, const std::vector<uint8_t>& scores);

  size_t pictures() const noexcept { return pictures_; }
  /// The largest of all differences.
  int largest() const noexcept { return largest_; }
  /// The mean, over the pictures, of the largest difference of each.
  double mean_largest() const noexcept { return Mean(sum_of_largest_); }
  /// The mean, over the pictures, of the sum of all scores' differences.
  double mean_sum() const noexcept { return Mean(sum_of_sums_); }
  /// The number of pictures for which a class with the highest score is one of the reference's.
  size_t agreements() const noexcept { return agreements_; }

  std::string ToString() const;

 private:
  double Mean(double sum) const noexcept {
    return pictures_ == 0 ? 0 : sum / static_cast<double>(pictures_);
  }

  size_t pictures_ = 0;
  size_t agreements_ = 0;
  int largest_ = 0;
  double sum_of_largest_ = 0;
  double sum_of_sums_ = 0;
};

}  // namespace wasmedge_embed::test
