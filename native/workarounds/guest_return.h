#pragma once

#include <cstdint>

namespace wasmedge_embed {

class GuestStack;

/// Changes where the host code that a signal interrupted returns to, when a guest has called it:
/// to the stack's `leave_address` instead of to the guest. The host code itself runs to its end
/// undisturbed.
///
/// For a signal handler, with its `context`. `is_guest_code` tells the guest's addresses from the
/// host's; the guest runs on `stack`. Returns false when the interrupted code was not called by a
/// guest, or the place that holds the address of return cannot be told for certain; nothing is
/// changed then. `left` receives the address in the guest.
bool RedirectReturnToGuest(void* context, bool (*is_guest_code)(uintptr_t), const GuestStack& stack,
                           uintptr_t* left) noexcept;

/// Lets the unwinder do what it does once, which may be no matter for a signal handler. To be
/// called before the first redirection.
void PrepareRedirection() noexcept;

}  // namespace wasmedge_embed
