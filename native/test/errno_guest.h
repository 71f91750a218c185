#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "host/host_module.h"
#include "test/combinations.h"
#include "test/fake_guest.h"

namespace wasmedge_embed::test {

/// The name of the limit that `call` reaches; any other outcome fails the test.
template <typename Call>
std::string LimitOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLimit) << error.what();
    return error.detail();
  }
  ADD_FAILURE() << "no limit was reached";
  return {};
}

/// A guest of a module whose functions take i32 and return an errno.
template <typename State>
class ErrnoGuest : public FakeGuest<State> {
 public:
  using FakeGuest<State>::FakeGuest;

  /// The errno that the function `name` returns.
  uint32_t Call(std::string_view name, const std::vector<uint32_t>& arguments) {
    return Call(this->Find(name), arguments);
  }

  uint32_t Call(const HostFunction<State>& function, const std::vector<uint32_t>& arguments) {
    const std::string letters(arguments.size(), 'i');
    EXPECT_EQ(function.signature, letters + ":i") << function.name;
    EXPECT_EQ(FakeGuest<State>::Call(function, {arguments.begin(), arguments.end()}),
              HostOutcome::kReturn)
        << function.name;
    return static_cast<uint32_t>(this->result());
  }
};

/// Calls the function with every combination of hostile arguments; `check` gets each errno.
template <typename State, typename Check>
void CallWithEverything(ErrnoGuest<State>& guest, const HostFunction<State>& function,
                        const std::vector<uint32_t>& values, const Check& check) {
  const size_t count = std::string_view(function.signature).find(':');
  EXPECT_EQ(function.signature, std::string(count, 'i') + ":i") << function.name;
  ForEveryCombination({values.begin(), values.end()}, count, [&](const auto& arguments) {
    if (guest.FakeGuest<State>::Call(function, arguments) != HostOutcome::kReturn) {
      ADD_FAILURE() << function.name;
    }
    check(static_cast<uint32_t>(guest.result()));
  });
}

/// Arguments that have broken host functions before: nulls, ends, sign bits, wraparounds.
inline std::vector<uint32_t> HostileValues(uint32_t memory_size) {
  return {0, 1, 0xFFFFFFFF, 0x7FFFFFFF, memory_size, memory_size - 1, memory_size - 4, 64};
}

}  // namespace wasmedge_embed::test
