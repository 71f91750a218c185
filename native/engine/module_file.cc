#include "engine/module_file.h"

#include <cstring>
#include <utility>

#include "engine/compiled_elf.h"
#include "engine/compiled_section.h"
#include "engine/error.h"

namespace wasmedge_embed {
namespace {

constexpr uint8_t kWasmMagic[] = {0x00, 'a', 's', 'm'};
constexpr uint8_t kWasmVersion[] = {0x01, 0x00, 0x00, 0x00};

[[noreturn]] void FailInvalid(const std::string& path, const std::string& reason) {
  throw Error(ErrorCode::kModuleInvalid, path + " " + reason);
}

// What an invocation could not be kept safe with: a guest that waits on a shared memory waits in
// the engine, for ever; and WasmEdge compiles accesses to a memory of 64 bits without checking
// them.
void CheckMemories(const std::string& path, const WasmOutline& outline) {
  if (outline.has_shared_memory) {
    FailInvalid(path, "declares a shared memory. Guests have no threads: compile it without them.");
  }
  if (outline.has_64_bit_memory) {
    FailInvalid(path, "declares a memory of 64-bit addresses. Compile it for wasm32.");
  }
}

ModuleFacts CheckWasm(const wasmedge::Api& api, const std::string& path,
                      const std::vector<uint8_t>& bytes) {
  if (bytes.size() < sizeof kWasmMagic + sizeof kWasmVersion) {
    FailInvalid(path, "is truncated within its header.");
  }
  if (std::memcmp(bytes.data() + sizeof kWasmMagic, kWasmVersion, sizeof kWasmVersion) != 0) {
    FailInvalid(path,
                "is not a core WebAssembly module of version 1 (a component, perhaps: those are "
                "not supported).");
  }
  const auto outline = ReadWasmOutline({bytes.data(), bytes.size()});
  if (!outline) FailInvalid(path, "is truncated or malformed: a section is cut off.");
  CheckMemories(path, *outline);
  std::vector<size_t> unwinding;
  if (const auto section = outline->compiled_section) {
    const std::string reason =
        CheckCompiledSection(*section, api.aot_binary_version(), api.version(), &unwinding);
    if (!reason.empty()) FailInvalid(path, reason);
    for (size_t& place : unwinding) place += static_cast<size_t>(section->data - bytes.data());
  }
  return {outline->compiled_section ? ModuleForm::kUniversal : ModuleForm::kPlain,
          outline->memory_minimum,
          {bytes.data(), bytes.size()},
          std::move(unwinding)};
}

}  // namespace

ModuleFacts CheckModuleFile(const wasmedge::Api& api, const std::string& path,
                            const std::vector<uint8_t>& bytes) {
  if (bytes.empty()) FailInvalid(path, "is empty.");
  if (bytes.size() >= sizeof kWasmMagic &&
      std::memcmp(bytes.data(), kWasmMagic, sizeof kWasmMagic) == 0) {
    return CheckWasm(api, path, bytes);
  }
  if (LooksLikeElf(bytes)) {
    WasmBytes source;
    const std::string reason = CheckCompiledElf(bytes, api.aot_binary_version(), &source);
    if (!reason.empty()) FailInvalid(path, reason);
    const auto outline = ReadWasmOutline(source);
    if (!outline) FailInvalid(path, "is malformed: the module that it was compiled from is.");
    CheckMemories(path, *outline);
    return {ModuleForm::kSharedLibrary, outline->memory_minimum, source, {}};
  }
  FailInvalid(path,
              "is neither a WebAssembly module (.wasm) nor one compiled by WasmEdge (.so): it "
              "begins with other bytes.");
}

}  // namespace wasmedge_embed
