// The readers that look at a module's file before WasmEdge and the system's loader do. Whatever the
// bytes, they answer, and what they point at lies inside the file.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "engine/compiled_elf.h"
#include "engine/error.h"
#include "engine/module_file.h"
#include "engine/table_limits.h"
#include "engine/wasm_binary.h"
#include "engine/wasmedge_api.h"
#include "fuzz/require.h"

namespace wasmedge_embed::fuzz {
namespace {

/// Null where WasmEdge is not installed: its version is needed for the whole check, not for the
/// parts.
const wasmedge::Api* FindWasmEdge() {
  static const wasmedge::Api* const api = []() -> const wasmedge::Api* {
    try {
      return &wasmedge::Api::Get();
    } catch (const Error& error) {
      std::fprintf(stderr, "Without WasmEdge: %s\n", error.what());
      return nullptr;
    }
  }();
  return api;
}

void RequireInside(const WasmBytes& part, const WasmBytes& whole) {
  // Pointers into different objects have no order but this one.
  const std::less_equal<> less_equal;
  Require(part.size <= whole.size && less_equal(whole.data, part.data) &&
              less_equal(part.data, whole.data + (whole.size - part.size)),
          "what was found lies inside the file");
}

bool CheckOutline(const WasmBytes& module) {
  const auto outline = ReadWasmOutline(module);
  if (outline && outline->compiled_section) RequireInside(*outline->compiled_section, module);
  return outline.has_value();
}

void CheckTableLimits(const WasmBytes& module) {
  constexpr uint64_t kElements = 1000;
  const auto limited = LimitTables(module, kElements, "module");
  if (!limited) return;
  const WasmBytes changed{limited->data(), limited->size()};
  Require(CheckOutline(changed), "a module is still one when its tables are limited");
  Require(!LimitTables(changed, kElements, "module"), "what is limited needs no other limit");
}

void Check(const std::vector<uint8_t>& bytes) {
  const WasmBytes whole{bytes.data(), bytes.size()};
  CheckOutline(whole);

  // The compiled forms of both version lines.
  bool is_compiled[] = {false, false};
  for (const uint32_t version : {1U, 2U}) {
    WasmBytes source;
    if (!CheckCompiledElf(bytes, version, &source).empty()) continue;
    RequireInside(source, whole);
    is_compiled[version - 1] = CheckOutline(source);
  }
  Require(!is_compiled[0] || !is_compiled[1], "a compiled module is of one version");

  const wasmedge::Api* api = FindWasmEdge();
  if (api == nullptr) return;
  try {
    const ModuleFacts facts = CheckModuleFile(*api, "module", bytes);
    const bool is_elf = facts.form == ModuleForm::kSharedLibrary;
    Require(is_elf == LooksLikeElf(bytes), "the form is the file's");
    Require(!is_elf || is_compiled[api->aot_binary_version() - 1],
            "a shared object that passes is a compiled module of this version");
    for (const size_t place : facts.unwinding) {
      Require(place < bytes.size(), "what is to be changed lies inside the file");
    }
    CheckTableLimits(facts.binary);
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid || error.code() == ErrorCode::kLimit,
            "a bad file is an invalid module, or one with large tables");
  }
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy on the heap at its exact size, so that the first byte beyond it is seen.
  wasmedge_embed::fuzz::Check(std::vector<uint8_t>(data, data + size));
  return 0;
}
