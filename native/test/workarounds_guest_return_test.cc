#include <gtest/gtest.h>

#include <csetjmp>
#include <csignal>
#include <functional>

#include "base/guest_stack.h"
#include "base/thread.h"
#include "binary/unwind_table.h"
#include "engine/guest_code.h"
#include "workarounds/guest_return.h"

// A section of this program that stands in for compiled guest code.
#define GUEST_CODE \
  __attribute__((section("guest_code"), noinline, no_sanitize("address", "undefined")))

extern "C" {
extern const char __start_guest_code[];
extern const char __stop_guest_code[];
}

namespace wasmedge_embed {
namespace {

const UnwindTable* HostTables(uintptr_t address) noexcept {
  const bool is_guest = address >= reinterpret_cast<uintptr_t>(__start_guest_code) &&
                        address < reinterpret_cast<uintptr_t>(__stop_guest_code);
  return is_guest ? nullptr : HostTablesAt(address);
}

volatile int depth = 0;
GuestStack* stack = nullptr;
FindHostTables host_tables = nullptr;
bool redirected = false;
uintptr_t fault_address = 0;
uintptr_t left_address = 0;
sigjmp_buf left;

void Redirect(int, siginfo_t*, void* context) {
  redirected = RedirectReturnToGuest(context, host_tables, *stack, &left_address);
}

void RedirectAndLeave(int signal, siginfo_t* info, void* context) {
  Redirect(signal, info, context);
  siglongjmp(left, 1);
}

void Leave(int, siginfo_t* info, void*) {
  fault_address = reinterpret_cast<uintptr_t>(info->si_addr);
  siglongjmp(left, 1);
}

/// Installs a handler for its lifetime.
class Handling {
 public:
  Handling(int signal, void (*handler)(int, siginfo_t*, void*)) : signal_(signal) {
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    action.sa_sigaction = handler;
    sigaction(signal, &action, &previous_);
  }
  ~Handling() { sigaction(signal_, &previous_, nullptr); }

 private:
  const int signal_;
  struct sigaction previous_{};
};

__attribute__((noinline)) void InterruptedHostFunction() {
  raise(SIGUSR1);
  // The rest of the function still runs.
  depth = depth + 1;
}

GUEST_CODE void CallHost() {
  InterruptedHostFunction();
  depth = depth + 100;
}

GUEST_CODE int Overflow(int level) {
  depth = level;
  return depth < 0 ? 0 : Overflow(level + 1) + depth;
}

GUEST_CODE void Interrupt() { __builtin_trap(); }

#if defined(__aarch64__)
constexpr int kTrapSignal = SIGTRAP;
#else
constexpr int kTrapSignal = SIGILL;
#endif

class GuestReturnTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { RememberHostCode(); }

  void SetUp() override {
    stack = &stack_;
    host_tables = &HostTables;
    redirected = false;
    fault_address = 0;
    depth = 0;
  }

  /// Runs on a guest's stack.
  void Run(const std::function<void()>& body) {
    Thread thread(stack_, SIGUSR1, [&body] {
      if (sigsetjmp(left, 1) == 0) body();
    });
  }

  GuestStack stack_;
};

TEST_F(GuestReturnTest, LeavesWhenTheHostFunctionReturns) {
  const Handling interrupt(SIGUSR1, &Redirect);
  const Handling fault(SIGSEGV, &Leave);
  Run([] { CallHost(); });
  EXPECT_TRUE(redirected);
  EXPECT_EQ(fault_address, stack_.leave_address());
  EXPECT_EQ(depth, 1);
}

#if defined(__x86_64__)
const UnwindTable* NoTables(uintptr_t address) noexcept {
  static const UnwindTable none;
  return HostTables(address) == nullptr ? nullptr : &none;
}

TEST_F(GuestReturnTest, LeavesAloneWhatNoTablesTellOf) {
  host_tables = &NoTables;
  const Handling interrupt(SIGUSR1, &Redirect);
  Run([] { CallHost(); });
  EXPECT_FALSE(redirected);
  EXPECT_EQ(depth, 101);
}
#endif

TEST_F(GuestReturnTest, LeavesAloneWhatNoGuestHasCalled) {
  const Handling interrupt(SIGUSR1, &Redirect);
  Run([] { InterruptedHostFunction(); });
  EXPECT_FALSE(redirected);
  EXPECT_EQ(depth, 1);
}

// A handler of a fault has no caller and returns to no guest. What lies below the guest's stack
// pointer is not a return address, and may not be mapped at all.
TEST_F(GuestReturnTest, LeavesAloneAGuestThatWasInterrupted) {
  const Handling fault(kTrapSignal, &RedirectAndLeave);
  Run([] { Interrupt(); });
  EXPECT_FALSE(redirected);
}

TEST_F(GuestReturnTest, TouchesNothingBelowAGuestThatHasUsedUpItsStack) {
  const Handling fault(SIGSEGV, &RedirectAndLeave);
  Run([] { Overflow(0); });
  EXPECT_FALSE(redirected);
  EXPECT_GT(depth, 1000);
}

}  // namespace
}  // namespace wasmedge_embed
