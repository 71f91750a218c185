#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "wasi/functions.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

using Clock = Invocation::Clock;

/// More than a guest can use: reading, writing and a timeout for each descriptor.
constexpr uint32_t kMaxSubscriptions = 4 * DescriptorTable::kMaxDescriptors;

/// One reading of the clocks, on which all deadlines of a call are based.
struct Start {
  Clock::time_point monotonic = Clock::now();
  std::chrono::system_clock::time_point realtime = std::chrono::system_clock::now();
};

/// `time` + `nanoseconds`, or the latest representable time.
Clock::time_point After(Clock::time_point time, uint64_t nanoseconds) noexcept {
  const auto room =
      static_cast<uint64_t>(std::chrono::nanoseconds(Clock::time_point::max() - time).count());
  return time + std::chrono::nanoseconds(std::min(nanoseconds, room));
}

/// When a clock subscription is due. The guest's monotonic clock is `Clock`. Changing the real time
/// later does not move a deadline that was given in it.
Errno Deadline(const Subscription& subscription, const Start& start,
               Clock::time_point* out) noexcept {
  if ((subscription.flags & ~kSubscriptionClockAbstime) != 0) return Errno::kInval;
  const bool is_absolute = (subscription.flags & kSubscriptionClockAbstime) != 0;
  const uint64_t timeout = subscription.timeout;
  switch (static_cast<ClockId>(subscription.id)) {
    case ClockId::kRealtime: {
      const auto now = static_cast<uint64_t>(
          std::chrono::nanoseconds(start.realtime.time_since_epoch()).count());
      const uint64_t wait = is_absolute ? timeout - std::min(timeout, now) : timeout;
      *out = After(start.monotonic, wait);
      return Errno::kSuccess;
    }
    case ClockId::kMonotonic:
      *out = After(is_absolute ? Clock::time_point() : start.monotonic, timeout);
      return Errno::kSuccess;
    case ClockId::kProcessCpuTime:
    case ClockId::kThreadCpuTime:
      // It stands still while the guest waits.
      return Errno::kNotSup;
  }
  return Errno::kInval;
}

StandardStreams* StreamsOf(const WasiState& state, const Descriptor& descriptor) noexcept {
  return descriptor.is_stdio() ? state.StreamsOf(descriptor.kind) : nullptr;
}

/// The event of a descriptor subscription; nothing if it is a stream of the embedder that is not
/// ready. All other descriptors are in memory and always ready.
std::optional<Event> DescriptorEvent(WasiState& state, const Subscription& subscription) {
  Event event;
  const Descriptor* descriptor = state.descriptors().Find(subscription.id);
  const bool reads = static_cast<EventType>(subscription.type) == EventType::kFdRead;
  if (descriptor == nullptr || !descriptor->Has(reads ? rights::kFdRead : rights::kFdWrite)) {
    event.error = static_cast<uint16_t>(Errno::kBadf);
  } else if (!descriptor->Has(rights::kPollFdReadwrite)) {
    event.error = static_cast<uint16_t>(Errno::kNotCapable);
  } else if (StandardStreams* const streams = StreamsOf(state, *descriptor)) {
    const StandardStreams::Readiness readiness = streams->Look(StreamOf(descriptor->kind));
    if (!readiness.is_ready()) return std::nullopt;
    event.byte_count = readiness.bytes;
    if (readiness.bytes == 0) event.flags = kEventHangup;
  } else if (!reads && descriptor->is_file()) {
    event.byte_count = std::numeric_limits<int32_t>::max();
  } else if (!reads) {
    // Limited to what a guest's 32-bit ssize_t can hold.
    event.byte_count = std::min<uint64_t>(state.remaining_output(descriptor->kind),
                                          std::numeric_limits<int32_t>::max());
  } else if (descriptor->is_file()) {
    Filestat filestat;
    event.error = static_cast<uint16_t>(descriptor->file->Stat(&filestat));
    event.byte_count = filestat.size - std::min(filestat.size, descriptor->offset);
  } else {
    event.byte_count = state.unread_input_size();
    if (event.byte_count == 0) event.flags = kEventHangup;
  }
  return event;
}

}  // namespace

Errno PollOneoff(WasiState& state, HostCall& call, uint32_t in, uint32_t out, uint32_t count,
                 uint32_t event_count_out) {
  const GuestMemory& memory = call.memory();
  if (count == 0) return Errno::kInval;
  if (!memory.Contains(in, uint64_t{count} * sizeof(Subscription)) ||
      !memory.Contains(out, uint64_t{count} * sizeof(Event)) ||
      !memory.Contains(event_count_out, sizeof(uint32_t))) {
    return Errno::kFault;
  }
  if (count > kMaxSubscriptions) return Errno::kInval;

  const Start start;
  bool must_wait = true;
  StreamSet awaited;
  StandardStreams* streams = nullptr;
  Clock::time_point earliest = Clock::time_point::max();
  for (uint32_t i = 0; i < count; ++i) {
    Subscription subscription;
    if (!memory.Read(in + i * uint32_t{sizeof(Subscription)}, &subscription)) return Errno::kFault;
    Clock::time_point deadline;
    if (subscription.type > static_cast<uint8_t>(EventType::kFdWrite)) return Errno::kInval;
    if (static_cast<EventType>(subscription.type) == EventType::kClock &&
        Deadline(subscription, start, &deadline) == Errno::kSuccess) {
      earliest = std::min(earliest, deadline);
    } else if (static_cast<EventType>(subscription.type) != EventType::kClock &&
               !DescriptorEvent(state, subscription)) {
      const Descriptor& descriptor = *state.descriptors().Find(subscription.id);
      streams = StreamsOf(state, descriptor);
      awaited.Add(StreamOf(descriptor.kind));
    } else {
      must_wait = false;
    }
  }

  Clock::time_point now = start.monotonic;
  if (must_wait && earliest > now) {
    bool is_ready = false;
    if (streams != nullptr) {
      is_ready = streams->Await(awaited, earliest, call.invocation());
    } else {
      call.invocation().WaitUntil(earliest);
    }
    now = is_ready ? Clock::now() : std::max(Clock::now(), earliest);
  }

  // If the guest makes both arrays overlap, it only destroys its own subscriptions: each is read
  // again and checked.
  uint32_t event_count = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Subscription subscription;
    if (!memory.Read(in + i * uint32_t{sizeof(Subscription)}, &subscription)) return Errno::kFault;
    Event event;
    if (static_cast<EventType>(subscription.type) == EventType::kClock) {
      Clock::time_point deadline = now;
      event.error = static_cast<uint16_t>(Deadline(subscription, start, &deadline));
      if (deadline > now) continue;
    } else {
      const std::optional<Event> of_descriptor = DescriptorEvent(state, subscription);
      if (!of_descriptor) continue;
      event = *of_descriptor;
    }
    event.userdata = subscription.userdata;
    event.type = subscription.type;
    const Errno error = Store(memory, out + event_count * uint32_t{sizeof(Event)}, event);
    if (error != Errno::kSuccess) return error;
    ++event_count;
  }
  return Store(memory, event_count_out, event_count);
}

}  // namespace wasmedge_embed::wasi
