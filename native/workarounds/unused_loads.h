#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Has LLVM keep the traps of loads whose values are not used, as far as it can be told to.
///
/// WebAssembly's `select` evaluates both operands, so a load that is one of them traps where its
/// address is out of bounds. WasmEdge marks it volatile. LLVM's code generation for x86-64 makes a
/// conditional move of it, with the load as its operand, and then a branch around that: the load,
/// and its trap, are gone where the other operand is chosen. The option
/// `-x86-cmov-converter-force-mem-operand=false` leaves the conditional move, which loads in any
/// case.
class UnusedLoads {
 public:
  static constexpr Workaround kWorkaround = Workaround::kUnusedLoads;

  UnusedLoads() = delete;

  /// For a process that compiles. Does nothing where LLVM is built into libwasmedge (the official
  /// release), whose options cannot be reached.
  static void Install(void* wasmedge_library);
};

}  // namespace wasmedge_embed
