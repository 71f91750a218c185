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

/// An instance's turn on a thread: what its operations need to run.
class InstanceTurn {
 public:
  using Clock = Invocation::Clock;

  /// `end` is when the turn ends if others wait for a thread of the pool; `others` is their number.
  InstanceTurn(KeptInstance& instance, Slot& slot, Clock::time_point end,
               const std::atomic<size_t>& others) noexcept
      : instance_(instance), slot_(slot), end_(end), others_(others) {}
  InstanceTurn(const InstanceTurn&) = delete;
  InstanceTurn& operator=(const InstanceTurn&) = delete;

  KeptInstance& instance() const noexcept { return instance_; }
  Slot& slot() const noexcept { return slot_; }

  /// Whether the thread must be released to others now.
  bool IsOver() const noexcept {
    return others_.load(std::memory_order_relaxed) > 0 && Clock::now() >= end_;
  }

 private:
  KeptInstance& instance_;
  Slot& slot_;
  const Clock::time_point end_;
  const std::atomic<size_t>& others_;
};

/// An operation on a kept instance, executed when the instance has its turn. Held by the pool until
/// it is complete, and by those who wait for it.
class InstanceOperation {
 public:
  InstanceOperation() = default;
  virtual ~InstanceOperation() = default;
  InstanceOperation(const InstanceOperation&) = delete;
  InstanceOperation& operator=(const InstanceOperation&) = delete;

  /// Whether it needs an instance that has been created and has not ended.
  virtual bool NeedsLive() const noexcept { return true; }

  /// Executes it, or a part of it, on a thread of the pool. Returns whether it is complete;
  /// otherwise it is called again in the instance's next turn.
  virtual bool Work(InstanceTurn& turn, Invocation& invocation) noexcept = 0;

  /// It will not be executed (further), for this reason. Called on any thread.
  virtual void Refuse(const Error& reason) noexcept = 0;

  /// The guest's connection to JavaScript, if any. Such an operation keeps its thread until it is
  /// complete.
  std::shared_ptr<HostExchange> exchange;
  /// Whether a guest waits for it, in this pool or another.
  bool is_nested = false;
  /// The longest time from submission to completion; `duration::max()` for no limit.
  Invocation::Clock::duration timeout = Invocation::Clock::duration::max();

 protected:
  Invocation::Clock::time_point submitted() const noexcept { return submitted_; }

 private:
  friend class WorkerPool;
  uint64_t ticket_ = 0;
  Invocation::Clock::time_point submitted_;
};

}  // namespace wasmedge_embed
