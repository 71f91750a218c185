#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Makes LLVM keep the traps of loads whose values are not used, as far as possible.
///
/// WebAssembly's `select` evaluates both operands, so a load that is one of them traps if its
/// address is out of bounds. WasmEdge marks it volatile. LLVM's code generation for x86-64 turns
/// the `select` into a conditional move with the load as its operand, and then into a branch: the
/// load, and its trap, disappear when the other operand is chosen. The option
/// `-x86-cmov-converter-force-mem-operand=false` keeps the conditional move, which always loads.
class UnusedLoads {
 public:
  static constexpr Workaround kWorkaround = Workaround::kUnusedLoads;

  UnusedLoads() = delete;

  /// For a process that compiles. Does nothing if LLVM is built into libwasmedge (the official
  /// release), whose options are out of reach.
  static void Install(void* wasmedge_library);
};

}  // namespace wasmedge_embed
