#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/host_module.h"

namespace wasmedge_embed {

/// A linear memory and a guest's calls, without an engine. The memory is a heap block of exactly
/// its size, so that AddressSanitizer detects an access to the first byte beyond it.
template <typename State>
class FakeGuest {
 public:
  static constexpr size_t kPage = 65'536;

  FakeGuest(const HostModule<State>& module, State& state, size_t memory_size = kPage)
      : module_(module), state_(state), memory_(memory_size) {}

  std::vector<uint8_t>& memory() { return memory_; }
  Invocation& invocation() { return invocation_; }
  /// The last call's i32 or i64 result.
  uint64_t result() const { return static_cast<uint64_t>(results_[0].bits); }

  /// Calls the function `name` with arguments that fit its signature.
  HostOutcome Call(std::string_view name, const std::vector<uint64_t>& arguments) {
    return Call(Find(name), arguments);
  }

  HostOutcome Call(const HostFunction<State>& function, const std::vector<uint64_t>& arguments) {
    const std::string_view signature = function.signature;
    if (arguments.size() != signature.find(':')) {
      throw std::logic_error(std::string(function.name) + " takes " + std::string(signature));
    }
    std::array<wasmedge::Value, 16> params{};
    for (size_t i = 0; i < arguments.size(); ++i) {
      // The engine leaves arbitrary bits beyond those of the type.
      constexpr uint64_t kGarbage = 0xA5A5'A5A5'A5A5'A5A5;
      const bool is_32_bits = signature[i] == 'i';
      const uint64_t low =
          is_32_bits ? (kGarbage << 32) | (arguments[i] & 0xFFFF'FFFF) : arguments[i];
      params[i].bits = (static_cast<unsigned __int128>(kGarbage) << 64) | low;
    }
    // A value that no function returns, to detect one that sets no result.
    results_[0].bits = 0xEEEE'EEEE;
    HostCall call(function.name,
                  GuestMemory(memory_.empty() ? nullptr : memory_.data(), memory_.size()),
                  invocation_, params.data(), results_.data());
    return function.call(state_, call);
  }

  template <typename T = uint32_t>
  T Read(uint32_t address) const {
    RequireInside(address, sizeof(T));
    T value;
    std::memcpy(&value, memory_.data() + address, sizeof(T));
    return value;
  }

  template <typename T>
  std::vector<T> ReadAll(uint32_t address, size_t count) const {
    RequireInside(address, count * sizeof(T));
    std::vector<T> values(count);
    std::copy_n(memory_.data() + address, count * sizeof(T),
                reinterpret_cast<uint8_t*>(values.data()));
    return values;
  }

  std::string ReadString(uint32_t address, size_t size) const {
    return std::string(memory_.begin() + address,
                       memory_.begin() + address + static_cast<std::ptrdiff_t>(size));
  }

  template <typename T>
  void Write(uint32_t address, T value) {
    RequireInside(address, sizeof(T));
    std::memcpy(memory_.data() + address, &value, sizeof(T));
  }

  template <typename T>
  void WriteAll(uint32_t address, const std::vector<T>& values) {
    RequireInside(address, values.size() * sizeof(T));
    std::copy_n(reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T),
                memory_.data() + address);
  }

  void WriteString(uint32_t address, std::string_view text) {
    std::memcpy(memory_.data() + address, text.data(), text.size());
  }

 protected:
  /// The function `name`, which must exist.
  const HostFunction<State>& Find(std::string_view name) const {
    for (const HostFunction<State>& function : module_.functions) {
      if (name == function.name) return function;
    }
    throw std::logic_error("no function " + std::string(name));
  }

 private:
  void RequireInside(uint32_t address, size_t size) const {
    if (size > memory_.size() || address > memory_.size() - size) {
      throw std::logic_error("the test accesses bytes outside of the memory");
    }
  }

  const HostModule<State>& module_;
  State& state_;
  std::vector<uint8_t> memory_;
  Invocation invocation_;
  std::array<wasmedge::Value, 1> results_{};
};

}  // namespace wasmedge_embed
