#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The form of a module's file.
enum class ModuleForm {
  /// An ELF shared object made by WasmEdge's compiler.
  kSharedLibrary,
  /// A .wasm file with compiled code in a custom section.
  kUniversal,
  /// A .wasm file without compiled code.
  kPlain,
};

/// What is known about a module before it is parsed.
struct ModuleFacts {
  ModuleForm form = ModuleForm::kPlain;
  /// The largest initial size of its memories, in pages of 64 KiB. Absent if it has none.
  std::optional<uint64_t> memory_minimum;
  /// Whether a function of the module runs during instantiation.
  bool has_start = false;
  /// The approximate initial size of an instance, in bytes: functions, globals and tables, and the
  /// initial memory. Excludes instructions, of which an interpreted instance has a copy.
  uint64_t instance_bytes = 0;
  /// Whether its instructions make tail calls. Unknown for a shared object, whose instructions are
  /// not read.
  bool makes_tail_calls = false;
  /// The WebAssembly binary: the file itself, or the one in a shared object. Borrowed from the
  /// file's bytes.
  WasmBytes binary;
  /// For a universal module: the offsets of its unwind tables in the file
  /// (`ForgetUnwindingTables`).
  std::vector<size_t> unwinding;
};

/// The library that will run a module's compiled code.
struct RunningLibrary {
  /// The version that compiled code must declare (`wasmedge::Api::aot_binary_version`).
  uint32_t aot_binary_version;
  /// For messages: "0.14.1".
  std::string version;
};

/// Determines the form of the file and checks, before WasmEdge or the system's loader sees it,
/// everything that they would act on. A shared object must be a whole ELF file for this processor
/// with the exports of a compiled module and without initializers (which would run as soon as it is
/// opened). Both compiled forms must be for this version line of WasmEdge.
///
/// Throws `Error(kModuleInvalid)` with the reason and the remedy; `path` is for its message.
ModuleFacts CheckModuleFile(const RunningLibrary& library, const std::string& path,
                            const std::vector<uint8_t>& bytes);

}  // namespace wasmedge_embed
