#pragma once

#include <cstdint>

namespace wasmedge_embed {

class UnwindTable;

/// Records all code that is loaded now as the host's. Called once, after libwasmedge is opened and
/// before any compiled module is.
void RememberHostCode();

/// Called after a compiled module was opened and before it runs. The module may lie where the host
/// had a library that it has since unloaded; what is loaded now distinguishes them.
void ForgetUnloadedCode();

/// Whether the address is in compiled guest code. Outside host functions, a guest's thread runs
/// only such code and code that was loaded together with WasmEdge. Async-signal-safe.
bool IsGuestCode(uintptr_t address) noexcept;

/// The unwinding tables of the host code at an address; null if it is in guest code. They have no
/// rows if the object has none that can be read. Async-signal-safe.
const UnwindTable* HostTablesAt(uintptr_t address) noexcept;

/// The instruction that a signal interrupted, for the signal's handler.
uintptr_t ProgramCounter(const void* context) noexcept;

}  // namespace wasmedge_embed
