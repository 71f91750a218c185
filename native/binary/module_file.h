#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// What a module's file is.
enum class ModuleForm {
  /// An ELF shared object made by WasmEdge's compiler.
  kSharedLibrary,
  /// A .wasm that carries compiled code in a custom section.
  kUniversal,
  /// A .wasm without compiled code.
  kPlain,
};

/// What is known of a module before it is parsed.
struct ModuleFacts {
  ModuleForm form = ModuleForm::kPlain;
  /// Pages of 64 KiB that its memories have at least: the most of any. Absent where it has none.
  std::optional<uint64_t> memory_minimum;
  /// Whether a function of it runs as soon as an instance is made.
  bool has_start = false;
  /// About how many bytes an instance takes at once: its functions, globals and tables, and what
  /// its memory begins with. Without the instructions, of which one that is interpreted has a copy.
  uint64_t instance_bytes = 0;
  /// Whether its instructions make tail calls; not known of a shared object, whose are not read.
  bool makes_tail_calls = false;
  /// The WebAssembly binary: the file itself, or what a shared object carries. Borrowed from the
  /// file's bytes.
  WasmBytes binary;
  /// Of a universal module: where in the file its tables of unwinding are
  /// (`ForgetUnwindingTables`).
  std::vector<size_t> unwinding;
};

/// The library that is to run a module's compiled code.
struct RunningLibrary {
  /// What the code must say that it was compiled for (`wasmedge::Api::aot_binary_version`).
  uint32_t aot_binary_version;
  /// For messages: "0.14.1".
  std::string version;
};

/// Tells what the file is and checks, before WasmEdge or the system's loader sees it, what they
/// would act on: for a shared object that it is a whole ELF file for this processor with the
/// exports of a compiled module and no initialisers (which would run as soon as it is opened); for
/// both compiled forms that it was compiled for this version line of WasmEdge.
///
/// Throws `Error(kModuleInvalid)` with the reason and the remedy; `path` is for its message.
ModuleFacts CheckModuleFile(const RunningLibrary& library, const std::string& path,
                            const std::vector<uint8_t>& bytes);

}  // namespace wasmedge_embed
