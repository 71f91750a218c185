#include "test/score_differences.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace wasmedge_embed::test {

void ScoreDifferences::Add(const std::vector<uint8_t>& reference,
                           const std::vector<uint8_t>& scores) {
  int largest = 0;
  int sum = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const int difference = std::abs(int{reference[i]} - int{scores[i]});
    largest = std::max(largest, difference);
    sum += difference;
  }
  const auto first = std::max_element(scores.begin(), scores.end()) - scores.begin();
  const uint8_t highest = *std::max_element(reference.begin(), reference.end());
  if (reference[static_cast<size_t>(first)] == highest) ++agreements_;
  ++pictures_;
  largest_ = std::max(largest_, largest);
  sum_of_largest_ += largest;
  sum_of_sums_ += sum;
}

std::string ScoreDifferences::ToString() const {
  char text[240];
  std::snprintf(text, sizeof(text),
                "largest %d, mean of the largest %.2f, mean of the sums %.2f, first class the same "
                "in %zu of %zu",
                largest_, mean_largest(), mean_sum(), agreements_, pictures_);
  return text;
}

}  // namespace wasmedge_embed::test
