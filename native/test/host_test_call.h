#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/invocation.h"
#include "host/host_module.h"

namespace wasmedge_embed::test {

/// The name of the limit that `call` reaches; what else happens fails the test.
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

/// Calls host functions as a guest with one page of memory would. The memory lies on the heap at
/// its exact size, so that a sanitizer sees the first byte beyond it.
template <typename State>
class Guest {
 public:
  static constexpr uint32_t kMemorySize = 65536;
  /// Nothing that a function may return.
  static constexpr uint32_t kNoErrno = 0xEEEEEEEE;

  Guest(const HostModule<State>& module, State& state)
      : module_(module), state_(state), memory_(new uint8_t[kMemorySize]()) {}

  /// The errno that the function returns; it must exist and take as many arguments.
  uint32_t Call(std::string_view name, const std::vector<uint32_t>& arguments) {
    for (const HostFunction<State>& function : module_.functions) {
      if (name == function.name) return Call(function, arguments);
    }
    ADD_FAILURE() << "no function " << name;
    return kNoErrno;
  }

  uint32_t Call(const HostFunction<State>& function, const std::vector<uint32_t>& arguments) {
    const std::string signature(arguments.size(), 'i');
    EXPECT_EQ(function.signature, signature + ":i") << function.name;
    std::vector<wasmedge::Value> params(arguments.size());
    for (size_t i = 0; i < arguments.size(); ++i) params[i].bits = arguments[i];
    wasmedge::Value result{};
    result.bits = kNoErrno;
    HostCall call(GuestMemory(memory_.get(), size_), invocation_, params.data(), &result);
    EXPECT_EQ(function.call(state_, call), HostOutcome::kReturn) << function.name;
    return static_cast<uint32_t>(result.bits);
  }

  /// The memory's size as the guest has it; less than what there is, or nothing at all.
  void set_memory_size(uint32_t size) { size_ = size; }

  template <typename T>
  void Write(uint32_t address, const T& value) {
    std::memcpy(memory_.get() + address, &value, sizeof(value));
  }
  template <typename T>
  void WriteAll(uint32_t address, const std::vector<T>& values) {
    for (const T& value : values) {
      Write(address, value);
      address += sizeof(T);
    }
  }
  void WriteText(uint32_t address, std::string_view text) {
    std::memcpy(memory_.get() + address, text.data(), text.size());
  }
  template <typename T = uint32_t>
  T Read(uint32_t address) const {
    T value;
    std::memcpy(&value, memory_.get() + address, sizeof(value));
    return value;
  }
  template <typename T>
  std::vector<T> ReadAll(uint32_t address, size_t count) const {
    std::vector<T> values(count);
    std::memcpy(values.data(), memory_.get() + address, count * sizeof(T));
    return values;
  }

  const Invocation& invocation() const { return invocation_; }

 private:
  const HostModule<State>& module_;
  State& state_;
  Invocation invocation_;
  std::unique_ptr<uint8_t[]> memory_;
  uint32_t size_ = kMemorySize;
};

/// Calls a function with every combination of hostile arguments; `check` gets each errno.
template <typename State, typename Check>
void CallWithEverything(Guest<State>& guest, const HostFunction<State>& function,
                        const std::vector<uint32_t>& values, const Check& check) {
  const size_t count = std::string_view(function.signature).find(':');
  std::vector<size_t> choice(count);
  while (true) {
    std::vector<uint32_t> arguments;
    for (const size_t index : choice) arguments.push_back(values[index]);
    check(guest.Call(function, arguments));
    size_t place = 0;
    while (place < count && ++choice[place] == values.size()) choice[place++] = 0;
    if (place == count) return;
  }
}

/// Arguments that have broken host functions before: nulls, ends, signs, wraps.
inline std::vector<uint32_t> HostileValues(uint32_t memory_size) {
  return {0, 1, 0xFFFFFFFF, 0x7FFFFFFF, memory_size, memory_size - 1, memory_size - 4, 64};
}

}  // namespace wasmedge_embed::test
