#pragma once

#include <string>

#include "binary/wasm_outline.h"

namespace wasmedge_embed {

/// How much of a module's functions to read.
enum class CodeReading {
  /// The locals, which are all that WasmEdge reads when it has a function's code from a shared
  /// object.
  kLocals,
  /// All instructions.
  kBodies,
};

/// What the functions of a module do, as far as they were read.
struct CodeFacts {
  /// `return_call` or `return_call_indirect`.
  bool makes_tail_calls = false;
};

/// Reads the functions of a module once, in time linear in their size. Rejects what WasmEdge would
/// accept but must not: atomic instructions, block types in a non-standard encoding, and functions
/// that cost far more than their size (`wasm_limits`). Whether the instructions are valid is left
/// to WasmEdge.
///
/// Throws `Error(kModuleInvalid)`; `name` begins its message.
CodeFacts CheckCode(const WasmOutline& module, CodeReading reading, const std::string& name);

}  // namespace wasmedge_embed
