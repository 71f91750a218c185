#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

// A kept instance's memory and globals between calls. Addresses and lengths are the caller's. Each
// throws `Error(kInvalidArgument)` if the module exports none, or if a range is not inside the
// memory.

std::vector<uint8_t> ReadMemory(KeptInstance& instance, uint64_t address, uint64_t length);
void WriteMemory(KeptInstance& instance, uint64_t address, const std::vector<uint8_t>& bytes);
uint64_t MemorySize(KeptInstance& instance);
/// Grows the memory and returns its previous size in pages of 64 KiB. Throws `Error(kLimit)` if it
/// may not or cannot grow that much.
uint64_t GrowMemory(KeptInstance& instance, uint32_t pages);

/// The raw bits of an exported global, which must be a number.
uint64_t GetGlobal(KeptInstance& instance, const std::string& name);
/// Throws `Error(kInvalidArgument)` for an immutable global.
void SetGlobal(KeptInstance& instance, const std::string& name, uint64_t bits);

/// An operation on an instance that does not enter the guest.
class InstanceAccess : public InstanceOperation {
 public:
  /// `ended` is called once, on any thread, with what `work` threw.
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
