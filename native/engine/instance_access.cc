#include "engine/instance_access.h"

#include <cstring>

#include "base/wasm_page.h"

namespace wasmedge_embed {
namespace {

wasmedge::MemoryInstanceContext* RequireMemory(KeptInstance& instance) {
  wasmedge::MemoryInstanceContext* memory = instance.FindMemory();
  if (memory == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, instance.module().name() +
                                                 " exports no memory, so it cannot be read or "
                                                 "written from outside.");
  }
  return memory;
}

/// The bytes of the memory from this address on; throws unless all are inside.
uint8_t* RequireRange(KeptInstance& instance, uint64_t address, uint64_t length) {
  uint8_t* base = nullptr;
  uint64_t size = 0;
  instance.module().api().GetMemory(RequireMemory(instance), &base, &size);
  if (address > size || length > size - address) {
    throw Error(ErrorCode::kInvalidArgument, std::to_string(length) + " bytes at address " +
                                                 std::to_string(address) +
                                                 " lie outside of the guest's memory, which has " +
                                                 std::to_string(size) + " bytes.");
  }
  return base + address;
}

wasmedge::GlobalInstanceContext* RequireGlobal(KeptInstance& instance, const std::string& name) {
  wasmedge::GlobalInstanceContext* global = instance.FindGlobal(name);
  if (global == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "The module exports no global " + name + ".");
  }
  const wasmedge::Api& api = instance.module().api();
  const ValueKind kind =
      ReadValueKind(api, api.GlobalTypeGetValType(api.GlobalInstanceGetGlobalType(global)));
  if (!IsNumber(kind)) {
    throw Error(ErrorCode::kInvalidArgument, "The global " + name + " has the type " +
                                                 ValueKindName(kind) +
                                                 ": only numbers can be passed to the host.");
  }
  return global;
}

}  // namespace

std::vector<uint8_t> ReadMemory(KeptInstance& instance, uint64_t address, uint64_t length) {
  const uint8_t* const begin = RequireRange(instance, address, length);
  if (length == 0) return {};
  return {begin, begin + length};
}

void WriteMemory(KeptInstance& instance, uint64_t address, const std::vector<uint8_t>& bytes) {
  uint8_t* const begin = RequireRange(instance, address, bytes.size());
  if (!bytes.empty()) std::memcpy(begin, bytes.data(), bytes.size());
}

uint64_t MemorySize(KeptInstance& instance) {
  uint8_t* base = nullptr;
  uint64_t size = 0;
  instance.module().api().GetMemory(RequireMemory(instance), &base, &size);
  return size;
}

uint64_t GrowMemory(KeptInstance& instance, uint32_t pages) {
  const uint64_t before = MemorySize(instance) / kWasmPageSize;
  const wasmedge::Api& api = instance.module().api();
  if (!api.GrowMemory(RequireMemory(instance), pages)) {
    throw Error(ErrorCode::kLimit,
                "The guest's memory of " + std::to_string(before) + " pages cannot have " +
                    std::to_string(pages) +
                    " more: its module's maximum, limits.memoryPages or the machine's memory "
                    "allows no more.",
                "memoryPages");
  }
  return before;
}

uint64_t GetGlobal(KeptInstance& instance, const std::string& name) {
  return static_cast<uint64_t>(
      instance.module().api().GlobalInstanceGetValue(RequireGlobal(instance, name)).bits);
}

void SetGlobal(KeptInstance& instance, const std::string& name, uint64_t bits) {
  wasmedge::GlobalInstanceContext* global = RequireGlobal(instance, name);
  const wasmedge::Api& api = instance.module().api();
  const wasmedge::GlobalTypeContext* type = api.GlobalInstanceGetGlobalType(global);
  if (api.GlobalTypeGetMutability(type) != wasmedge::kMutable) {
    throw Error(ErrorCode::kInvalidArgument, "The global " + name + " is a constant.");
  }
  api.GlobalInstanceSetValue(global, {bits, api.GlobalTypeGetValType(type)});
}

bool InstanceAccess::Work(InstanceTurn& turn, Invocation& invocation) noexcept {
  static_cast<void>(invocation);
  try {
    work_(turn.instance());
    ended_(std::nullopt);
  } catch (const Error& error) {
    ended_(error);
  } catch (const std::bad_alloc&) {
    ended_(NotEnoughMemory());
  }
  return true;
}

}  // namespace wasmedge_embed
