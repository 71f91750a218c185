#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Notifies when libwasmedge is about to leave a compiled guest, which it does with `longjmp`, for
/// a trap, a failed host function and the guest's exit alike. The guest's frames still exist then.
/// For its log, WasmEdge 0.17 itself walks over them at each trap, with the C++ runtime's unwinder,
/// which trusts every byte of a shared object's tables: so it is shown no frames.
class GuestJump {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGuestJump;

  GuestJump() = delete;

  static void Install(void* wasmedge_library);

  /// `tell` is called on the guest's thread, also from within WasmEdge's signal handler.
  static void OnJump(void (*tell)() noexcept) noexcept;
};

}  // namespace wasmedge_embed
