#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/invocation.h"
#include "engine/kept_instance.h"
#include "engine/slot.h"
#include "host/host_exchange.h"

namespace wasmedge_embed {

/// A thread's turn at an instance: what its operations are carried out with.
class InstanceTurn {
 public:
  using Clock = Invocation::Clock;

  /// `end` is when it is over where others wait for a thread of the pool; `others` is how many do.
  InstanceTurn(KeptInstance& instance, Slot& slot, Clock::time_point end,
               const std::atomic<size_t>& others) noexcept
      : instance_(instance), slot_(slot), end_(end), others_(others) {}
  InstanceTurn(const InstanceTurn&) = delete;
  InstanceTurn& operator=(const InstanceTurn&) = delete;

  KeptInstance& instance() const noexcept { return instance_; }
  Slot& slot() const noexcept { return slot_; }

  /// Whether others are to have the thread now.
  bool IsOver() const noexcept {
    return others_.load(std::memory_order_relaxed) > 0 && Clock::now() >= end_;
  }

 private:
  KeptInstance& instance_;
  Slot& slot_;
  const Clock::time_point end_;
  const std::atomic<size_t>& others_;
};

/// Something that is to be done with a kept instance when its turn has come. Held by the pool until
/// it is complete, and by whoever waits for it.
class InstanceOperation {
 public:
  InstanceOperation() = default;
  virtual ~InstanceOperation() = default;
  InstanceOperation(const InstanceOperation&) = delete;
  InstanceOperation& operator=(const InstanceOperation&) = delete;

  /// Whether it is for an instance that was made and has not ended.
  virtual bool NeedsLive() const noexcept { return true; }

  /// Carries it out on a thread of the pool, or a part of it. Gives whether it is complete;
  /// otherwise it is called again, at the instance's next turn.
  virtual bool Work(InstanceTurn& turn, Invocation& invocation) noexcept = 0;

  /// It is not carried out, or no further, for this reason. On whatever thread.
  virtual void Refuse(const Error& reason) noexcept = 0;

  /// Where its guest meets JavaScript, if it may. Such an operation has its thread until it is
  /// complete.
  std::shared_ptr<HostExchange> exchange;
  /// Whether a guest waits for it, of this pool or of another one.
  bool is_nested = false;
  /// Longest time from the submission to the end; `duration::max()` for none.
  Invocation::Clock::duration timeout = Invocation::Clock::duration::max();

 protected:
  Invocation::Clock::time_point submitted() const noexcept { return submitted_; }

 private:
  friend class WorkerPool;
  uint64_t ticket_ = 0;
  Invocation::Clock::time_point submitted_;
};

}  // namespace wasmedge_embed
