#include <ctime>

#include "wasi/functions.h"
#include "wasi/store.h"
#include "wasi/times.h"

namespace wasmedge_embed::wasi {

namespace {

/// The host's clock for a guest's clock. The guest's process is its invocation, which is one
/// thread, so both processor-time clocks are that thread's; the host's other threads do not count.
bool HostClock(uint32_t id, clockid_t* clock) noexcept {
  switch (static_cast<ClockId>(id)) {
    case ClockId::kRealtime:
      *clock = CLOCK_REALTIME;
      return true;
    case ClockId::kMonotonic:
      *clock = CLOCK_MONOTONIC;
      return true;
    case ClockId::kProcessCpuTime:
    case ClockId::kThreadCpuTime:
      *clock = CLOCK_THREAD_CPUTIME_ID;
      return true;
  }
  return false;
}

}  // namespace

Errno ClockResGet(WasiState& /*state*/, HostCall& call, uint32_t id, uint32_t resolution_out) {
  clockid_t clock;
  timespec resolution;
  if (!HostClock(id, &clock)) return Errno::kInval;
  if (clock_getres(clock, &resolution) != 0) return Errno::kNotSup;
  return Store(call.memory(), resolution_out, Nanoseconds(resolution));
}

Errno ClockTimeGet(WasiState& state, HostCall& call, uint32_t id, uint64_t /*precision*/,
                   uint32_t time_out) {
  clockid_t clock;
  timespec time;
  if (!HostClock(id, &clock)) return Errno::kInval;
  if (clock == CLOCK_THREAD_CPUTIME_ID) return Store(call.memory(), time_out, state.CpuTime());
  if (clock_gettime(clock, &time) != 0) return Errno::kNotSup;
  return Store(call.memory(), time_out, Nanoseconds(time));
}

}  // namespace wasmedge_embed::wasi
