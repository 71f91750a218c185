#pragma once

#include <string>

#include "binary/wasm_outline.h"

namespace wasmedge_embed {

/// How much of a module's functions is read.
enum class CodeReading {
  /// The locals: all that WasmEdge reads of functions whose code it has from a shared object.
  kLocals,
  /// All instructions.
  kBodies,
};

/// What the functions of a module do, as far as they were read.
struct CodeFacts {
  /// `return_call` or `return_call_indirect`.
  bool makes_tail_calls = false;
};

/// Reads the functions of a module once, in a time linear in their bytes, and refuses those that
/// WasmEdge would take although the module must not have them: atomic instructions, block types
/// that are written in another way than the specification has it, and functions that cost far more
/// than their bytes (`wasm_limits`). Whether the instructions are valid is for WasmEdge to say.
///
/// Throws `Error(kModuleInvalid)`; `name` begins its message.
CodeFacts CheckCode(const WasmOutline& module, CodeReading reading, const std::string& name);

}  // namespace wasmedge_embed
