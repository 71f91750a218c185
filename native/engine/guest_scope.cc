#include "engine/guest_scope.h"

#include "engine/compiled_code.h"
#include "engine/guest_code.h"
#include "engine/interpreter_stop.h"
#include "engine/interrupt_timer.h"
#include "workarounds/guest_return.h"

namespace wasmedge_embed {

GuestScope::GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
                       InterpreterStop* interpreter, const CompiledCode* code) noexcept
    : stack_(stack),
      timer_(timer),
      invocation_(invocation),
      interpreter_(interpreter),
      code_(code) {
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
  // Otherwise the guest is left as soon as it is interrupted in its own code.
  if (!LeaveOnReturn(context)) timer_.Arm(Invocation::Clock::now());
  return true;
}

bool GuestScope::LeaveOnReturn(void* context) noexcept {
  uintptr_t left = 0;
  if (interpreter_ != nullptr || in_host_ ||
      !RedirectReturnToGuest(context, &HostTablesAt, stack_, &left)) {
    return false;
  }
  // It may have been redirected before.
  if (left != stack_.leave_address()) left_ = left;
  return true;
}

void GuestScope::NoteFrames(const void* context) noexcept {
  if (code_ == nullptr) return;
  MachineState state = InterruptedState(context);
  const bool is_return = state.counter == stack_.leave_address();
  if (is_return) state.counter = left_;
  // An interrupt would unwind the host's frames each time it arrives in this one.
  const sig_atomic_t was_in_host = in_host_;
  in_host_ = 1;
  frames_.Walk(*code_, state, is_return, {stack_.readable_begin(), stack_.end()});
  in_host_ = was_in_host;
  has_frames_ = 1;
}

void GuestScope::NoteJump() noexcept {
  if (code_ == nullptr) return;
  if (has_frames_ != 0) {
    has_frames_ = 0;
    return;
  }
  frames_.Clear();
  // A normal exit needs no trace: walking the stack would only cost time.
  if (invocation_.exit_code() && !invocation_.failure()) return;
  // An interrupt would redirect the return address that is being looked for.
  const sig_atomic_t was_in_host = in_host_;
  in_host_ = 1;
  const StackRange stack{stack_.readable_begin(), stack_.end()};
  frames_.Walk(*code_, CallingState(*code_, {stack_.leave_address(), left_}, stack), true, stack);
  in_host_ = was_in_host;
}

GuestTrace GuestScope::TakeTrace() {
  if (code_ == nullptr) return {};
  GuestTrace trace = code_->Trace(frames_);
  frames_.Clear();
  return trace;
}

void GuestScope::StopInterpreter(void* scope) {
  auto& guest = *static_cast<GuestScope*>(scope);
  if (guest.in_host_) return;
  guest.stack_overflowed_ = 1;
  guest.interpreter_->Request();
}

}  // namespace wasmedge_embed
