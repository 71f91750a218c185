#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed::test {

/// Calls `call` with every list of `count` values, each of which is one of `values`.
template <typename Call>
void ForEveryCombination(const std::vector<uint64_t>& values, size_t count, const Call& call) {
  // The same list each time: hundreds of thousands of others would take longer than the calls.
  std::vector<uint64_t> arguments(count, values.front());
  std::vector<size_t> choice(count);
  size_t place = 0;
  do {
    call(static_cast<const std::vector<uint64_t>&>(arguments));
    for (place = 0; place < count; ++place) {
      choice[place] = (choice[place] + 1) % values.size();
      arguments[place] = values[choice[place]];
      if (choice[place] != 0) break;
    }
  } while (place < count);
}

}  // namespace wasmedge_embed::test
