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

/// How a call of an imported function was answered: the raw bits of its results, or why it failed.
struct HostAnswer {
  std::vector<uint64_t> results;
  std::optional<Error> failure;
};

/// How a function of the guest ended that was called while the guest waited in a host function.
/// Unless it returned, the invocation ends with it.
struct ReentryOutcome {
  std::vector<uint64_t> results;
  std::optional<Error> error;
  /// What the guest gave to `proc_exit`.
  std::optional<uint32_t> exit_code;

  bool has_returned() const noexcept { return !error && !exit_code; }
};

/// What the embedder asks of a guest that waits: a call of one of its functions.
class Reentry {
 public:
  Reentry(std::string function, std::vector<uint64_t> arguments)
      : function(std::move(function)), arguments(std::move(arguments)) {}
  virtual ~Reentry() = default;
  Reentry(const Reentry&) = delete;
  Reentry& operator=(const Reentry&) = delete;

  /// Called once, on whatever thread.
  virtual void Finished(ReentryOutcome outcome) = 0;

  const std::string function;
  const std::vector<uint64_t> arguments;
};

/// A waiting guest's memory, touched by whoever holds the exchange's lock.
class WaitingMemory {
 public:
  virtual ~WaitingMemory() = default;
  virtual GuestMemory View() = 0;
  /// Grows it by so many pages of 64 KiB; false where it may not have them.
  virtual bool Grow(uint32_t pages) = 0;
};

/// A guest that waits, as its own thread sees it.
class WaitingGuest : public WaitingMemory {
 public:
  /// Runs one of its functions, on the guest's thread and without the exchange's lock.
  virtual ReentryOutcome Enter(const Reentry& reentry) noexcept = 0;
};

/// What the embedder does with the memory of a guest that waits.
class MemoryOperation {
 public:
  MemoryOperation() = default;
  virtual ~MemoryOperation() = default;
  MemoryOperation(const MemoryOperation&) = delete;
  MemoryOperation& operator=(const MemoryOperation&) = delete;

  /// On whatever thread, which has the memory for itself meanwhile; never throws.
  virtual void Perform(WaitingMemory& memory) noexcept = 0;
  /// Called once, on whatever thread, where `HostExchange::Access` has kept it: after it was
  /// performed, or with `is_abandoned` when the guest has ended.
  virtual void Finished(bool is_abandoned) = 0;
};

/// Told, on the guest's thread, when it begins and ends to wait for the embedder; of what is
/// answered within a moment it is told nothing. Never throws.
class WaitObserver {
 public:
  virtual ~WaitObserver() = default;
  virtual void WaitBegins() noexcept = 0;
  virtual void WaitEnds() noexcept = 0;

  /// How its thread waits at first.
  Spinner spinner;
};

/// Where one invocation's thread and the embedder meet: the guest calls an imported function and
/// waits here, the embedder answers from another thread, and in between may look into the guest's
/// memory and call its functions, during which the guest may call imported functions again.
///
/// While the guest's thread waits, its memory belongs to whoever holds the lock: so a look into it
/// takes no round trip through that thread. Functions of the guest run on that thread alone.
class HostExchange {
 public:
  /// Calls of guest functions from within host functions, each within the one before.
  static constexpr size_t kMostReentries = 16;

  /// Tells the embedder of a call, on the guest's thread: its number within this exchange, which
  /// imported function it is of, and the raw bits of its arguments.
  using Announce = std::function<void(uint64_t call, uint32_t function, std::vector<uint64_t>)>;

  explicit HostExchange(Announce announce) : announce_(std::move(announce)) {}
  HostExchange(const HostExchange&) = delete;
  HostExchange& operator=(const HostExchange&) = delete;

  // The guest's thread:

  /// Calls an imported function and waits for its answer, or until the invocation is to end:
  /// nothing then. A re-entry that does not return ends the call with nothing as well; what it has
  /// left in the invocation tells why.
  std::optional<HostAnswer> Call(uint32_t function, std::vector<uint64_t> arguments,
                                 WaitingGuest& guest, Invocation& invocation);

  /// Waits until `is_ready`, which is asked under the lock whenever the guest was notified, until
  /// `until`, or until the invocation is to end. Gives whether it is ready.
  bool Await(const std::function<bool()>& is_ready, Invocation::Clock::time_point until,
             Invocation& invocation);

  /// Waits by `wait_until`, which waits for something else, until it gives that it is ready, until
  /// `until`, or until the invocation is to end. Gives whether it is ready. `wait_until` must give
  /// up when a signal interrupts it, as it does again and again where the invocation is to end.
  bool AwaitElsewhere(const std::function<bool(Invocation::Clock::time_point)>& wait_until,
                      Invocation::Clock::time_point until, Invocation& invocation);

  /// The invocation has ended: nothing more can be asked of it.
  void End();

  /// For whoever counts the threads that wait; null for nobody. Not while a guest runs.
  void set_observer(WaitObserver* observer) noexcept { observer_ = observer; }

  // The embedder, on any thread:

  /// Which imported function an open call is of; nothing when there is no such call.
  std::optional<uint32_t> FunctionOf(uint64_t call);

  /// Answers a call; does nothing when it has ended already.
  void Answer(uint64_t call, HostAnswer answer);

  /// Has a function of the guest called, as soon as `call` is the last one that it waits in. Throws
  /// `Error`: `kClosed` when the call has ended, `kLimit` when it lies too deep.
  void Enter(uint64_t call, std::shared_ptr<Reentry> reentry);

  /// Performs the operation where the guest waits; false where it does not. Throws
  /// `Error(kClosed)` when the invocation has ended.
  bool TryAccess(MemoryOperation& operation);

  /// The same; where the guest does not wait, the operation is performed as soon as it does, which
  /// is told by its `Finished`.
  bool Access(std::shared_ptr<MemoryOperation> operation);

  /// Has a waiting guest look whether it is to end.
  void Wake();

  // What else the embedder and the guest's thread share (BufferedStreams), on both:

  /// Guards it.
  std::unique_lock<std::mutex> Lock() { return std::unique_lock<std::mutex>(mutex_); }
  /// It has changed, under the lock before: a guest that waits for it looks again.
  void NotifyGuest() {
    changes_.fetch_add(1, std::memory_order_release);
    changed_.notify_one();
  }

  /// Whether the guest has called soon after the answer to its last call, and so may do again.
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
  /// Waits for something to do. Null when the call is answered or the invocation is to end.
  std::shared_ptr<Reentry> Wait(OpenCall& call, WaitScope& waiting, Invocation& invocation);
  /// Waits in place for a moment, with the lock before and after.
  void Spin(std::unique_lock<std::mutex>& lock);

  const Announce announce_;
  WaitObserver* observer_ = nullptr;

  std::mutex mutex_;
  std::condition_variable changed_;
  /// How often it was notified, for a guest that waits in place.
  std::atomic<uint64_t> changes_{0};
  /// Those that the guest waits in, each within the one before. A deque keeps them in place.
  Calls calls_;
  uint64_t last_call_ = 0;
  /// Present while the guest's thread waits.
  WaitingMemory* memory_ = nullptr;
  std::deque<std::shared_ptr<MemoryOperation>> operations_;
  bool has_ended_ = false;

  // Of the guest's thread: when its last call was answered.
  Invocation::Clock::time_point answered_;
  std::atomic<bool> calls_in_a_row_{false};
};

}  // namespace wasmedge_embed
