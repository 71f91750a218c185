#include "host/memory_request.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/wasm_page.h"

namespace wasmedge_embed {
namespace {

using Kind = MemoryRequest::Kind;

ByteSpan RequireRange(const GuestMemory& memory, uint32_t address, uint64_t length) {
  ByteSpan range;
  if (memory.Range(address, length, &range)) return range;
  // The same words as in lib/host/guest-memory.ts.
  throw Error(ErrorCode::kInvalidArgument, std::to_string(length) + " bytes at the address " +
                                               std::to_string(address) +
                                               " are not inside the guest's memory of " +
                                               std::to_string(memory.size()) + " bytes.");
}

}  // namespace

MemoryFound PerformOn(WaitingMemory& memory, const MemoryRequest& request) {
  const GuestMemory view = memory.View();
  MemoryFound found;
  switch (request.kind) {
    case Kind::kRead: {
      const ByteSpan range = RequireRange(view, request.address, request.count);
      found.bytes.assign(range.data, range.data + range.size);
      break;
    }
    case Kind::kWrite: {
      const ByteSpan range = RequireRange(view, request.address, request.bytes.size());
      std::copy(request.bytes.begin(), request.bytes.end(), range.data);
      break;
    }
    case Kind::kSize:
      found.number = view.size();
      break;
    case Kind::kGrow:
      found.number = view.size() / kWasmPageSize;
      if (memory.Grow(request.count)) break;
      throw Error(ErrorCode::kLimit,
                  "The guest's memory of " + std::to_string(found.number) +
                      " pages cannot grow by " + std::to_string(request.count) +
                      ": limits.memoryPages or the module's maximum is lower, or it has none.",
                  "memoryPages");
  }
  return found;
}

}  // namespace wasmedge_embed
