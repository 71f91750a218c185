#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

// A kept instance's memory and globals, as they are between two calls. Addresses and lengths are
// the caller's. Each throws `Error(kInvalidArgument)` where the module exports none, and for a
// range that does not lie in the memory.

std::vector<uint8_t> ReadMemory(KeptInstance& instance, uint64_t address, uint64_t length);
void WriteMemory(KeptInstance& instance, uint64_t address, const std::vector<uint8_t>& bytes);
uint64_t MemorySize(KeptInstance& instance);
/// Gives the pages of 64 KiB that there were before. Throws `Error(kLimit)` where it may not, or
/// cannot, have so many more.
uint64_t GrowMemory(KeptInstance& instance, uint32_t pages);

/// The raw bits of an exported global, which must be a number.
uint64_t GetGlobal(KeptInstance& instance, const std::string& name);
/// Throws `Error(kInvalidArgument)` for one that does not change.
void SetGlobal(KeptInstance& instance, const std::string& name, uint64_t bits);

/// Something that is done with an instance and enters no guest.
class InstanceAccess : public InstanceOperation {
 public:
  /// `ended` is called once, on whatever thread, with what `work` threw.
  InstanceAccess(std::function<void(KeptInstance&)> work,
                 std::function<void(std::optional<Error>)> ended)
      : work_(std::move(work)), ended_(std::move(ended)) {}

  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error& reason) noexcept override { ended_(reason); }

 private:
  const std::function<void(KeptInstance&)> work_;
  const std::function<void(std::optional<Error>)> ended_;
};

}  // namespace wasmedge_embed
