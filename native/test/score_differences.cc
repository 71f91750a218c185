#include "test/score_differences.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

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
  std::vector<uint8_t> ranked = reference;
  std::partial_sort(ranked.begin(), ranked.begin() + 2, ranked.end(), std::greater<>());
  const bool agrees = reference[static_cast<size_t>(first)] == ranked[0];
  agreements_ += agrees ? 1 : 0;
  if (ranked[0] - ranked[1] >= kLead) {
    ++decided_;
    decided_agreements_ += agrees ? 1 : 0;
  }
  ++pictures_;
  largest_ = std::max(largest_, largest);
  sum_of_largest_ += largest;
  sum_of_sums_ += sum;
}

std::string ScoreDifferences::ToString() const {
  char text[240];
  std::snprintf(text, sizeof(text),
                "largest %d, mean of the largest %.2f, mean of the sums %.2f, first class the same "
                "in %zu of %zu, in %zu of the %zu that lead by %d",
                largest_, mean_largest(), mean_sum(), agreements_, pictures_, decided_agreements_,
                decided_, kLead);
  return text;
}

}  // namespace wasmedge_embed::test
