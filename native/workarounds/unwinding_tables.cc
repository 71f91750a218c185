#include "workarounds/unwinding_tables.h"

#include "workarounds/workaround.h"

namespace wasmedge_embed {

void ForgetUnwindingTables(std::vector<uint8_t>& module, const std::vector<size_t>& places) {
  if (!IsInForce(Workaround::kUnwindingTables)) return;
  constexpr uint8_t kData = 2;
  for (const size_t place : places) module[place] = kData;
}

}  // namespace wasmedge_embed
