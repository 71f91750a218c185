#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// Remembers all code that is loaded now as the host's: once, after libwasmedge is opened and
/// before any compiled module is.
void RememberHostCode();

/// After a compiled module was opened and before it runs. It may lie where a library was that the
/// host has unloaded since, and is told from it by what is loaded now.
void ForgetUnloadedCode();

/// Whether the address is compiled guest code. A guest's thread outside a host function runs only
/// that and code that was loaded when WasmEdge was. Async-signal-safe.
bool IsGuestCode(uintptr_t address) noexcept;

/// The instruction that a signal has interrupted, for its handler.
uintptr_t ProgramCounter(const void* context) noexcept;

}  // namespace wasmedge_embed
