// The readers that look at a module's file before WasmEdge and the system's loader do. Whatever the
// bytes, they must return, and what they refer to must lie inside the file. For small files that
// pass, WasmEdge parses and validates them cheaply.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
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

/// Null if WasmEdge is not installed: only the whole check needs its version, the parts do not.
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
  // The only defined order of pointers into different objects.
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

/// Whether WasmEdge accepts it, as when a module is loaded to be interpreted.
bool ParseAndValidate(const wasmedge::Api& api, const WasmBytes& binary) {
  const ConfigureHandle configure = Own<ConfigureHandle>(api, api.ConfigureCreate());
  api.RestrictFeatures(configure.get());
  api.ConfigureSetForceInterpreter(configure.get(), true);
  const LoaderHandle loader = Own<LoaderHandle>(api, api.LoaderCreate(configure.get()));
  wasmedge::AstModuleContext* ast = nullptr;
  if (!api.ResultOK(api.LoaderParseFromBytes(loader.get(), &ast,
                                             {static_cast<uint32_t>(binary.size), binary.data}))) {
    return false;
  }
  const AstModuleHandle module = Own<AstModuleHandle>(api, ast);
  const ValidatorHandle validator = Own<ValidatorHandle>(api, api.ValidatorCreate(configure.get()));
  return api.ResultOK(api.ValidatorValidate(validator.get(), module.get()));
}

/// The initial sizes of an instance.
struct Sizes {
  std::optional<uint64_t> memory_pages;
  std::vector<uint64_t> tables;
};

Sizes ReadSizes(const WasmBytes& module) {
  Sizes sizes;
  WasmSections sections(module);
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) break;
    if (section->id != WasmSection::kTables && section->id != WasmSection::kMemories) continue;
    WasmReader reader(section->payload);
    const uint32_t count = reader.U32().value_or(0);
    for (uint32_t index = 0; index < count; ++index) {
      if (section->id == WasmSection::kTables) reader.Byte();
      const auto limits = reader.Limits();
      if (!limits) break;
      if (section->id == WasmSection::kTables) {
        sizes.tables.push_back(limits->minimum);
      } else {
        sizes.memory_pages = limits->minimum;
      }
    }
  }
  return sizes;
}

/// A state that an instance might have: tables with some functions, and gaps between them.
GuestState StateOf(const WasmBytes& module, const StateOutline& outline) {
  constexpr uint64_t kMostElements = 1000;
  constexpr uint8_t kFunctionReference = 0x70;
  const Sizes sizes = ReadSizes(module);
  GuestState state;
  state.memory_pages = sizes.memory_pages;
  state.globals.resize(outline.globals.size());
  for (size_t index = 0; index < outline.globals.size(); ++index) {
    // Null, for a reference.
    if (outline.functions == 0 || index % 2 == 0) state.globals[index].fill(0xFF);
  }
  for (size_t table = 0; table < outline.tables.size(); ++table) {
    std::vector<uint32_t>& elements = state.tables.emplace_back();
    // Tables smaller than the module says are sufficient for this check.
    elements.assign(std::min(sizes.tables[table], kMostElements), GuestState::kNull);
    if (outline.tables[table] != kFunctionReference || outline.functions == 0) continue;
    for (size_t index = 0; index < elements.size(); ++index) {
      if (index % 3 != 0) elements[index] = static_cast<uint32_t>(index) % outline.functions;
    }
  }
  // Some of them.
  for (size_t index = 0; index < outline.data.size(); ++index) {
    state.dropped_data.push_back(index % 2 == 0);
  }
  for (size_t index = 0; index < outline.elements.size(); ++index) {
    state.dropped_elements.push_back(index % 2 == 0);
  }
  return state;
}

/// As when a snapshot rewrites a module. With `api`, also checks that a valid module is still
/// valid.
void CheckState(const WasmBytes& module, const wasmedge::Api* api) {
  const bool is_valid = api != nullptr && ParseAndValidate(*api, module);
  try {
    StateExports exports;
    const std::vector<uint8_t> exporting = ExportState(module, "module", true, &exports);
    const WasmBytes exporting_bytes{exporting.data(), exporting.size()};
    const StateOutline& outline = exports.outline;
    const StateOutline exported =
        ReadStateOutline(exporting_bytes, "a module that exports its state");
    Require(exported.functions == outline.functions &&
                exported.globals.size() == outline.globals.size() &&
                exported.exports >= outline.exports,
            "a module that exports its state is the same otherwise");
    const std::vector<uint8_t> begun = BeginWithState(module, StateOf(module, outline), "module");
    const WasmBytes begun_bytes{begun.data(), begun.size()};
    const StateOutline again = ReadStateOutline(begun_bytes, "module");
    Require(again.functions == outline.functions && again.exports == outline.exports &&
                again.data.size() == outline.data.size() &&
                again.elements.size() >= outline.elements.size(),
            "a module that begins with a state has the indices that it had");
    if (!is_valid) return;
    Require(ParseAndValidate(*api, exporting_bytes), "a module that exports its state is valid");
    Require(ParseAndValidate(*api, begun_bytes), "a module that begins with a state is valid");
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid, "what cannot be rewritten is invalid");
    Require(!is_valid || !ImportsFunctionsOnly(module, "module"),
            "a valid module that imports functions only can be rewritten");
  }
}

/// Small inputs cost little. The limits are a hundred times what was measured. Half a million
/// locals and the values of a hundred thousand parameters are free (`wasm_limits`), and each byte
/// of code counts as an instruction.
void RequireLittle(const Cost& cost, size_t bytes) {
  Require(cost.Seconds() < 1 + 1e-4 * static_cast<double>(bytes),
          "a small module takes little time");
  Require(cost.AllocatedBytes() < (uint64_t{64} << 20) + uint64_t{4096} * bytes,
          "a small module takes little memory");
}

void Check(const std::vector<uint8_t>& bytes) {
  const WasmBytes whole{bytes.data(), bytes.size()};
  CheckOutline(whole, CodeReading::kBodies);

  // The compiled forms of both WasmEdge version lines.
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
    // The fuzzer must not load its native code, if it has any.
    CheckState(facts.binary, facts.form == ModuleForm::kPlain ? api : nullptr);
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModuleInvalid || error.code() == ErrorCode::kLimit,
            "a bad file is an invalid module, or one with large tables");
  }
  RequireLittle(cost, bytes.size());
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy on the heap at its exact size, so that an access to the first byte beyond it is
  // detected.
  wasmedge_embed::fuzz::Check(std::vector<uint8_t>(data, data + size));
  return 0;
}
