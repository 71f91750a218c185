#include "engine/guest_scope.h"

#include "engine/guest_code.h"
#include "engine/interpreter_stop.h"
#include "engine/interrupt_timer.h"
#include "workarounds/guest_return.h"

namespace wasmedge_embed {

GuestScope::GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
                       InterpreterStop* interpreter) noexcept
    : stack_(stack), timer_(timer), invocation_(invocation), interpreter_(interpreter) {
  if (interpreter == nullptr) return;
  interpreter_memory_.emplace(interpreter->largest_block(), &StopInterpreter, this);
}

GuestScope::~GuestScope() {
  if (stack_overflowed_) timer_.Disarm();
  stack_.CloseYellow();
}

void GuestScope::NoteGuestFault(uintptr_t counter, uintptr_t address) noexcept {
  if (counter != stack_.leave_address() && stack_.IsBelow(address)) stack_overflowed_ = 1;
}

bool GuestScope::ExtendStack(uintptr_t address, void* context) noexcept {
  if (!stack_.OpenYellow(address)) return false;
  stack_overflowed_ = 1;
  // Otherwise the guest is left as soon as it is met in its own code.
  if (!LeaveOnReturn(context)) timer_.Arm(Invocation::Clock::now());
  return true;
}

bool GuestScope::LeaveOnReturn(void* context) noexcept {
  return interpreter_ == nullptr && !in_host_ &&
         RedirectReturnToGuest(context, &IsGuestCode, stack_);
}

void GuestScope::StopInterpreter(void* scope) {
  auto& guest = *static_cast<GuestScope*>(scope);
  if (guest.in_host_) return;
  guest.stack_overflowed_ = 1;
  guest.interpreter_->Request();
}

}  // namespace wasmedge_embed
