#include "binary/module_file.h"

#include <cstring>
#include <utility>

#include "binary/compiled_elf.h"
#include "binary/compiled_section.h"
#include "binary/module_refusal.h"
#include "binary/wasm_code.h"
#include "binary/wasm_limits.h"
#include "binary/wasm_outline.h"

namespace wasmedge_embed {
namespace {

constexpr uint8_t kWasmMagic[] = {0x00, 'a', 's', 'm'};

ModuleFacts CheckWasm(const RunningLibrary& library, const std::string& path,
                      const std::vector<uint8_t>& bytes) {
  const WasmOutline outline = ReadWasmOutline({bytes.data(), bytes.size()}, path);
  // Also for a module with compiled code: WasmEdge interprets it if it cannot load that code.
  const CodeFacts code = CheckCode(outline, CodeReading::kBodies, path);
  std::vector<size_t> unwinding;
  if (const auto section = outline.compiled_section) {
    const std::string reason =
        CheckCompiledSection(*section, library.aot_binary_version, library.version, &unwinding);
    if (!reason.empty()) RefuseModule(path, reason);
    for (size_t& place : unwinding) place += static_cast<size_t>(section->data - bytes.data());
  }
  return {outline.compiled_section ? ModuleForm::kUniversal : ModuleForm::kPlain,
          outline.memory_minimum,
          outline.has_start,
          outline.instance_bytes,
          code.makes_tail_calls,
          {bytes.data(), bytes.size()},
          std::move(unwinding)};
}

}  // namespace

ModuleFacts CheckModuleFile(const RunningLibrary& library, const std::string& path,
                            const std::vector<uint8_t>& bytes) {
  if (bytes.empty()) RefuseModule(path, "is empty.");
  BoundModule(path, bytes.size(), wasm_limits::kModuleBytes, "bytes");
  if (bytes.size() >= sizeof kWasmMagic &&
      std::memcmp(bytes.data(), kWasmMagic, sizeof kWasmMagic) == 0) {
    return CheckWasm(library, path, bytes);
  }
  if (LooksLikeElf(bytes)) {
    WasmBytes source;
    const std::string reason = CheckCompiledElf(bytes, library.aot_binary_version, &source);
    if (!reason.empty()) RefuseModule(path, reason);
    const std::string subject = path + " was compiled from a module that";
    const WasmOutline outline = ReadWasmOutline(source, subject);
    CheckCode(outline, CodeReading::kLocals, subject);
    return {ModuleForm::kSharedLibrary,
            outline.memory_minimum,
            outline.has_start,
            outline.instance_bytes,
            false,
            source,
            {}};
  }
  RefuseModule(path,
               "is neither a WebAssembly module (.wasm) nor one compiled by WasmEdge (.so): it "
               "begins with other bytes.");
}

}  // namespace wasmedge_embed
