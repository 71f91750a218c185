// The readers that look at a module's file before WasmEdge and the system's loader do. Whatever the
// bytes, they answer, and what they point at lies inside the file. What passes costs WasmEdge
// little to parse and validate where it is small.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "binary/compiled_elf.h"
#include "binary/guest_state.h"
#include "binary/module_file.h"
#include "binary/wasm_binary.h"
#include "binary/wasm_code.h"
#include "binary/wasm_outline.h"
#include "engine/handle.h"
#include "engine/wasmedge_api.h"
#include "fuzz/cost.h"
#include "fuzz/require.h"
#include "workarounds/table_limits.h"

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

/// Whether a module's outline and code pass.
bool CheckOutline(const WasmBytes& module, CodeReading reading) {
  try {
    const WasmOutline outline = ReadWasmOutline(module, "module");
    if (outline.compiled_section) RequireInside(*outline.compiled_section, module);
    if (outline.code.size != 0) RequireInside(outline.code, module);
    CheckCode(outline, reading, "module");
    return true;
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid, "a bad module is an invalid one");
    return false;
  }
}

void CheckTableLimits(const WasmBytes& module) {
  constexpr uint64_t kElements = 1000;
  const auto limited = LimitTables(module, kElements, "module");
  if (!limited) return;
  const WasmBytes changed{limited->data(), limited->size()};
  Require(CheckOutline(changed, CodeReading::kLocals),
          "a module is still one when its tables are limited");
  Require(!LimitTables(changed, kElements, "module"), "what is limited needs no other limit");
}

/// As a snapshot has a module rewritten, with a state as its instances might have it.
void CheckState(const WasmBytes& module) {
  try {
    StateExports exports;
    const std::vector<uint8_t> exporting = ExportState(module, "module", true, &exports);
    const StateOutline& outline = exports.outline;
    const StateOutline exported =
        ReadStateOutline({exporting.data(), exporting.size()}, "a module that exports its state");
    Require(exported.functions == outline.functions &&
                exported.globals.size() == outline.globals.size() &&
                exported.exports >= outline.exports,
            "a module that exports its state is the same otherwise");
    GuestState state;
    if (outline.has_memory) state.memory_pages = 1;
    state.globals.resize(outline.globals.size());
    state.tables.assign(outline.tables.size(), {GuestState::kNull, 0, GuestState::kNull, 1});
    state.dropped_data.assign(outline.data.size(), true);
    state.dropped_elements.assign(outline.elements.size(), true);
    const std::vector<uint8_t> begun = BeginWithState(module, state, "module");
    const StateOutline again = ReadStateOutline({begun.data(), begun.size()}, "module");
    Require(again.functions == outline.functions && again.exports == outline.exports &&
                again.data.size() == outline.data.size() &&
                again.elements.size() >= outline.elements.size(),
            "a module that begins with a state has the indices that it had");
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid, "what cannot be rewritten is invalid");
  }
}

/// Small inputs cost little. A hundred times what was measured: half a million locals and the
/// values of a hundred thousand parameters are free (`wasm_limits`), and each byte of code is an
/// instruction.
void RequireLittle(const Cost& cost, size_t bytes) {
  Require(cost.Seconds() < 1 + 1e-4 * static_cast<double>(bytes),
          "a small module takes little time");
  Require(cost.AllocatedBytes() < (uint64_t{64} << 20) + uint64_t{4096} * bytes,
          "a small module takes little memory");
}

/// As a module is loaded that runs interpreted. What comes of it is for WasmEdge to say.
void ParseAndValidate(const wasmedge::Api& api, const WasmBytes& binary) {
  const ConfigureHandle configure = Own<ConfigureHandle>(api, api.ConfigureCreate());
  api.RestrictFeatures(configure.get());
  api.ConfigureSetForceInterpreter(configure.get(), true);
  const LoaderHandle loader = Own<LoaderHandle>(api, api.LoaderCreate(configure.get()));
  wasmedge::AstModuleContext* ast = nullptr;
  if (!api.ResultOK(api.LoaderParseFromBytes(loader.get(), &ast,
                                             {static_cast<uint32_t>(binary.size), binary.data}))) {
    return;
  }
  const AstModuleHandle module = Own<AstModuleHandle>(api, ast);
  const ValidatorHandle validator = Own<ValidatorHandle>(api, api.ValidatorCreate(configure.get()));
  api.ValidatorValidate(validator.get(), module.get());
}

void Check(const std::vector<uint8_t>& bytes) {
  const WasmBytes whole{bytes.data(), bytes.size()};
  CheckOutline(whole, CodeReading::kBodies);

  // The compiled forms of both version lines.
  bool is_compiled[] = {false, false};
  for (const uint32_t version : {1U, 2U}) {
    WasmBytes source;
    if (!CheckCompiledElf(bytes, version, &source).empty()) continue;
    RequireInside(source, whole);
    is_compiled[version - 1] = CheckOutline(source, CodeReading::kLocals);
  }
  Require(!is_compiled[0] || !is_compiled[1], "a compiled module is of one version");

  const wasmedge::Api* api = FindWasmEdge();
  if (api == nullptr) return;
  const Cost cost;
  try {
    const ModuleFacts facts =
        CheckModuleFile({api->aot_binary_version(), api->version()}, "module", bytes);
    const bool is_elf = facts.form == ModuleForm::kSharedLibrary;
    Require(is_elf == LooksLikeElf(bytes), "the form is the file's");
    Require(!is_elf || is_compiled[api->aot_binary_version() - 1],
            "a shared object that passes is a compiled module of this version");
    for (const size_t place : facts.unwinding) {
      Require(place < bytes.size(), "what is to be changed lies inside the file");
    }
    CheckTableLimits(facts.binary);
    CheckState(facts.binary);
    if (facts.form == ModuleForm::kPlain) ParseAndValidate(*api, facts.binary);
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid || error.code() == ErrorCode::kLimit,
            "a bad file is an invalid module, or one with large tables");
  }
  RequireLittle(cost, bytes.size());
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy on the heap at its exact size, so that the first byte beyond it is seen.
  wasmedge_embed::fuzz::Check(std::vector<uint8_t>(data, data + size));
  return 0;
}
