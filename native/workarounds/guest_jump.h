#pragma once

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Tells when libwasmedge is about to leave a compiled guest: it does so by `longjmp`, for a trap,
/// a failed host function and the end of the guest alike. The guest's frames are still there then.
/// For its log, WasmEdge 0.17 walks over them itself at each trap, by the C++ runtime's unwinder,
/// which believes every byte of a shared object's tables: it is shown none.
class GuestJump {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGuestJump;

  GuestJump() = delete;

  static void Install(void* wasmedge_library);

  /// Called on the guest's thread, also from within WasmEdge's signal handler.
  static void OnJump(void (*tell)() noexcept) noexcept;
};

}  // namespace wasmedge_embed
