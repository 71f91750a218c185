#pragma once

#include <cstdint>

namespace wasmedge_embed {

class GuestStack;
class UnwindTable;

/// The unwind tables of the host code at an address; null if it is guest code. Async-signal-safe.
using FindHostTables = const UnwindTable* (*)(uintptr_t address) noexcept;

/// Changes the return address of host code that a signal has interrupted, if a guest has called it:
/// it returns to the stack's `leave_address` instead of to the guest. The host code itself runs to
/// its end undisturbed.
///
/// For a signal handler, with its `context`. The guest runs on `stack`. Returns false if the
/// interrupted code was not called by a guest, or the location of the return address is not
/// certain; nothing is changed then. `left` receives the address in the guest. The guest's own
/// tables are not read.
bool RedirectReturnToGuest(void* context, FindHostTables host_tables, const GuestStack& stack,
                           uintptr_t* left) noexcept;

}  // namespace wasmedge_embed
