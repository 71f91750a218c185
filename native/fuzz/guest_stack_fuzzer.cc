// The data that tell where a guest failed: a compiled module's unwind tables, the positions of its
// parts, and the names of its functions. They come from the untrusted author of the module.
// Whatever the bytes, the readers must return, read nothing outside them and allocate a bounded
// amount.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/guest_frame.h"
#include "binary/compiled_section.h"
#include "binary/function_names.h"
#include "binary/unwind_table.h"
#include "binary/wasm_binary.h"
#include "fuzz/require.h"

namespace wasmedge_embed::fuzz {
namespace {

constexpr uint64_t kAddress = 0x7000'0000'0000;

void ReadTables(const std::vector<uint8_t>& bytes, size_t index) {
  const UnwindTable table({bytes.data(), bytes.size(), kAddress, index});
  Require(table.size() <= bytes.size() / 8, "the index has no more entries than there is room for");
  for (uint64_t offset = 0; offset < bytes.size() + 64; offset += 7) {
    const auto row = table.Find(kAddress + offset);
    if (!row) continue;
    Require(row->function <= kAddress + offset, "the function begins before its instruction");
    Require(row->frame_register < MachineState::kRegisters, "the register is one of the processor");
  }
}

void ReadNames(const std::vector<uint8_t>& bytes) {
  const WasmBytes module{bytes.data(), bytes.size()};
  const std::vector<uint32_t> indices{0, 1, 2, 0, 7, UINT32_MAX};
  const auto names = FunctionNames(module, indices);
  Require(names.size() == indices.size(), "there is a name, or none, for each index");
  for (const std::string& name : names) {
    Require(name.size() <= 2 * GuestFrame::kMostNameBytes, "names are cut");
  }
  Require(names[0] == names[3], "one function has one name");
  const std::vector<uint8_t> kept = KeepNames(module);
  Require(kept.size() <= bytes.size(), "less is kept than there was");
  Require(FunctionNames({kept.data(), kept.size()}, indices) == names,
          "the names are the same of what is kept");
  ReadCompiledLayout(module);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::vector<uint8_t> bytes(data + 1, data + size);
  if ((data[0] & 1U) != 0) {
    ReadNames(bytes);
  } else {
    ReadTables(bytes, data[0] / 2U);
  }
  return 0;
}

}  // namespace wasmedge_embed::fuzz
