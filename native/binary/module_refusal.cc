#include "binary/module_refusal.h"

#include "base/error.h"

namespace wasmedge_embed {

void RefuseModule(const std::string& name, const std::string& reason) {
  throw Error(ErrorCode::kModuleInvalid, name + " " + reason);
}

void BoundModule(const std::string& name, uint64_t count, uint64_t most, const char* what) {
  if (count <= most) return;
  RefuseModule(name, "has " + std::to_string(count) + " " + what + "; the limit is " +
                         std::to_string(most) + ".");
}

std::string ToHex(uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 0xF]};
}

}  // namespace wasmedge_embed
