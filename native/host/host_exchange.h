#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/guest_memory.h"
#include "base/invocation.h"
#include "base/spin.h"

namespace wasmedge_embed {

/// The answer to a call of an imported function: the raw bits of its results, or why it failed.
struct HostAnswer {
  std::vector<uint64_t> results;
  std::optional<Error> failure;
};

/// How a guest function ended that was called while the guest waited in a host function. Unless it
/// returned, the invocation ends as well.
struct ReentryOutcome {
  std::vector<uint64_t> results;
  std::optional<Error> error;
  /// The argument of `proc_exit`.
  std::optional<uint32_t> exit_code;

  bool has_returned() const noexcept { return !error && !exit_code; }
};

/// A request to a waiting guest: a call of one of its functions.
class Reentry {
 public:
  Reentry(std::string function, std::vector<uint64_t> arguments)
      : function(std::move(function)), arguments(std::move(arguments)) {}
  virtual ~Reentry() = default;
  Reentry(const Reentry&) = delete;
  Reentry& operator=(const Reentry&) = delete;

  /// Called once, on any thread.
  virtual void Finished(ReentryOutcome outcome) = 0;

  const std::string function;
  const std::vector<uint64_t> arguments;
};

/// A waiting guest's memory. Accessed only while holding the exchange's lock.
class WaitingMemory {
 public:
  virtual ~WaitingMemory() = default;
  virtual GuestMemory View() = 0;
  /// Grows it by this many pages of 64 KiB; false if it may not grow that much.
  virtual bool Grow(uint32_t pages) = 0;
};

/// A waiting guest, for its own thread.
class WaitingGuest : public WaitingMemory {
 public:
  /// Runs one of its functions, on the guest's thread and without the exchange's lock.
  virtual ReentryOutcome Enter(const Reentry& reentry) noexcept = 0;
};

/// An access by the embedder to a waiting guest's memory.
class MemoryOperation {
 public:
  MemoryOperation() = default;
  virtual ~MemoryOperation() = default;
  MemoryOperation(const MemoryOperation&) = delete;
  MemoryOperation& operator=(const MemoryOperation&) = delete;

  /// On any thread, which has exclusive access to the memory meanwhile; never throws.
  virtual void Perform(WaitingMemory& memory) noexcept = 0;
  /// Called once, on any thread, if `HostExchange::Access` has kept the operation: after it was
  /// performed, or with `is_abandoned` if the guest has ended.
  virtual void Finished(bool is_abandoned) = 0;
};

/// Notified on the guest's thread when it starts and stops waiting for the embedder, except for
/// calls answered within a moment. Never throws.
class WaitObserver {
 public:
  virtual ~WaitObserver() = default;
  virtual void WaitBegins() noexcept = 0;
  virtual void WaitEnds() noexcept = 0;

  /// How its thread spins at first.
  Spinner spinner;
};

/// Connects the thread of one invocation with the embedder: the guest calls an imported function
/// and waits here, and the embedder answers from another thread. In between, the embedder may
/// access the guest's memory and call its functions, which may in turn call imported functions.
///
/// While the guest's thread waits, its memory is accessible to whoever holds the lock, so an access
/// takes no round trip through that thread. Guest functions run on that thread only.
class HostExchange {
 public:
  /// The most calls of guest functions nested within host functions.
  static constexpr size_t kMostReentries = 16;

  /// Notifies the embedder of a call, on the guest's thread: the call's number within this
  /// exchange, the imported function, and the raw bits of the arguments.
  using Announce = std::function<void(uint64_t call, uint32_t function, std::vector<uint64_t>)>;

  explicit HostExchange(Announce announce) : announce_(std::move(announce)) {}
  HostExchange(const HostExchange&) = delete;
  HostExchange& operator=(const HostExchange&) = delete;

  // For the guest's thread:

  /// Calls an imported function and waits for the answer, or until the invocation is to end, in
  /// which case it returns nothing. It also returns nothing after a re-entry that did not return;
  /// the invocation then has the reason.
  std::optional<HostAnswer> Call(uint32_t function, std::vector<uint64_t> arguments,
                                 WaitingGuest& guest, Invocation& invocation);

  /// Waits until `is_ready`, which is checked under the lock whenever the guest is notified, until
  /// `until`, or until the invocation is to end. Returns whether it is ready.
  bool Await(const std::function<bool()>& is_ready, Invocation::Clock::time_point until,
             Invocation& invocation);

  /// Waits with `wait_until`, which waits for something else, until it returns true, until `until`,
  /// or until the invocation is to end. Returns whether it is ready. `wait_until` must return when
  /// a signal interrupts it, which happens repeatedly if the invocation is to end.
  bool AwaitElsewhere(const std::function<bool(Invocation::Clock::time_point)>& wait_until,
                      Invocation::Clock::time_point until, Invocation& invocation);

  /// The invocation has ended: no more requests are possible.
  void End();

  /// Receives the notifications of waits; null for none. Not while a guest runs.
  void set_observer(WaitObserver* observer) noexcept { observer_ = observer; }

  // For the embedder, on any thread:

  /// The imported function of an open call; nothing if there is no such call.
  std::optional<uint32_t> FunctionOf(uint64_t call);

  /// Answers a call; does nothing if it has ended already.
  void Answer(uint64_t call, HostAnswer answer);

  /// Calls a guest function as soon as `call` is the innermost one that the guest waits in. Throws
  /// `Error`: `kClosed` if the call has ended, `kLimit` if it is nested too deeply.
  void Enter(uint64_t call, std::shared_ptr<Reentry> reentry);

  /// Performs the operation if the guest is waiting; otherwise returns false. Throws
  /// `Error(kClosed)` if the invocation has ended.
  bool TryAccess(MemoryOperation& operation);

  /// The same, but if the guest is not waiting, the operation is performed as soon as it waits, and
  /// `Finished` is called.
  bool Access(std::shared_ptr<MemoryOperation> operation);

  /// Makes a waiting guest check whether it is to end.
  void Wake();

  // For state shared by the embedder and the guest's thread (BufferedStreams), on both sides:

  /// Guards the shared state.
  std::unique_lock<std::mutex> Lock() { return std::unique_lock<std::mutex>(mutex_); }
  /// The shared state has been changed under the lock: a waiting guest checks again.
  void NotifyGuest() {
    changes_.fetch_add(1, std::memory_order_release);
    changed_.notify_one();
  }

  /// Whether the guest made another call soon after its last one was answered, and so is likely to
  /// do so again.
  bool calls_in_a_row() const noexcept { return calls_in_a_row_.load(std::memory_order_relaxed); }

 private:
  struct OpenCall {
    uint64_t number;
    uint32_t function;
    std::optional<HostAnswer> answer;
    std::deque<std::shared_ptr<Reentry>> reentries;
  };
  class WaitScope;

  using Calls = std::deque<OpenCall>;

  Calls::iterator Find(uint64_t call);
  bool TryAccessLocked(MemoryOperation& operation);
  OpenCall& Open(uint32_t function);
  void Close();
  std::optional<HostAnswer> TakeAnswer(OpenCall& call, const Invocation& invocation);
  /// Waits for something to do. Null if the call is answered or the invocation is to end.
  std::shared_ptr<Reentry> Wait(OpenCall& call, WaitScope& waiting, Invocation& invocation);
  /// Spins for a moment. The lock is held before and after.
  void Spin(std::unique_lock<std::mutex>& lock);

  const Announce announce_;
  WaitObserver* observer_ = nullptr;

  std::mutex mutex_;
  std::condition_variable changed_;
  /// The number of notifications, for a guest that spins.
  std::atomic<uint64_t> changes_{0};
  /// The calls that the guest waits in, each nested within the previous one. A deque keeps them in
  /// place.
  Calls calls_;
  uint64_t last_call_ = 0;
  /// Set while the guest's thread waits.
  WaitingMemory* memory_ = nullptr;
  std::deque<std::shared_ptr<MemoryOperation>> operations_;
  bool has_ended_ = false;

  // Used by the guest's thread: when its last call was answered.
  Invocation::Clock::time_point answered_;
  std::atomic<bool> calls_in_a_row_{false};
};

}  // namespace wasmedge_embed
