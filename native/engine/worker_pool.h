#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/guest_stack.h"
#include "base/spin.h"
#include "base/thread.h"
#include "engine/instance_operation.h"
#include "engine/instance_queue.h"
#include "engine/slot.h"
#include "engine/waiting_line.h"
#include "host/host_exchange.h"

namespace wasmedge_embed {

/// An invocation on its way through a pool: plain data, owned by its current holder.
struct Job {
  Request request;
  /// Where the guest calls the embedder's functions; null if it has none.
  std::shared_ptr<HostExchange> exchange;
  /// Whether a guest waits for it, in this pool or another.
  bool is_nested = false;
  /// The longest time from `Submit` to completion; `duration::max()` for no limit.
  Invocation::Clock::duration timeout = Invocation::Clock::duration::max();
  Outcome outcome;
  Invocation::Clock::duration queue_time{0};
};

/// The threads of a loaded module, each with its own slot, and the work that waits for them: jobs
/// in a bounded queue, and kept instances with pending operations in another queue. An idle thread
/// takes from both alternately. Threads beyond the first are started when they are first needed.
///
/// A thread whose guest waits for the embedder (`HostExchange`) does not count towards the limit:
/// meanwhile another may take its place. It continues as soon as it gets an answer. Threads in
/// excess of the limit end when they have been idle for a while.
///
/// Work that such a guest waits for must not itself wait for a waiting thread: it is accepted only
/// if there is a thread for it and for all other such work, and goes first.
class WorkerPool {
 public:
  struct Options {
    /// The most simultaneous invocations, not counting those that wait for the embedder; at least
    /// 1.
    size_t concurrency = 1;
    /// The most invocations that may wait for a thread.
    size_t max_queue = 0;
    /// The most threads in addition to `concurrency`, for invocations that wait for the embedder.
    size_t max_waiting = 0;
    /// How long a thread in excess of the limit stays idle before it ends.
    std::chrono::milliseconds surplus_idle_time{10'000};
  };

  WorkerPool(std::shared_ptr<const Module> module, GuestOptions guest_options, Options options);

  /// Drops waiting work, stops running work and joins the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Receives a finished job, on any thread, and decides where it is destroyed.
  using Finished = std::function<void(std::unique_ptr<Job>)>;

  /// Takes the job and returns its ticket, or throws `Error`: `kQueueFull`, `kClosed`, `kLimit` if
  /// there is no thread to run it. `finished` is called once, unless the pool is destroyed before.
  uint64_t Submit(std::unique_ptr<Job> job, Finished finished);

  /// Ends a job early: immediately if it is waiting, otherwise as soon as its guest can be left.
  /// Does nothing if it has ended.
  void Stop(uint64_t ticket, StopReason reason);

  /// From now on, invocations run this module: the same one in another form, such as compiled.
  /// Running invocations continue unchanged, as do instances created before, until they end.
  void ChangeModule(std::shared_ptr<const Module> module);

  /// An instance that can be started; it has no thread until it has an operation.
  std::shared_ptr<InstanceQueue> MakeInstance();

  /// Appends an operation to those of the instance and returns its ticket. Throws `Error`:
  /// `kClosed`, `kLimit` if there is no thread, `kQueueFull` for a nested one.
  uint64_t Submit(const std::shared_ptr<InstanceQueue>& instance,
                  std::shared_ptr<InstanceOperation> operation);

  /// Ends an operation early, like `Stop` for a job.
  void Stop(InstanceQueue& instance, uint64_t ticket, StopReason reason);

  /// Ends everything that waits for the embedder, now or later; with an instance, only its
  /// operations.
  void EndWaits();
  void EndWaits(InstanceQueue& instance);

  /// Takes no more jobs. `closed` is called once on a worker thread, after the last job has
  /// finished. Jobs accepted before are executed, except for those that wait for the embedder now
  /// or later, which are ended. Further calls do nothing.
  void Close(std::function<void()> closed);

 private:
  /// A job that waits for a thread.
  struct Waiting {
    uint64_t ticket = 0;
    Invocation::Clock::time_point submitted;
    std::unique_ptr<Job> job;
    Finished finished;
  };

  /// A thread with its stack and its current work.
  struct Worker final : WaitObserver {
    explicit Worker(WorkerPool& owner) : pool(owner) {}

    void WaitBegins() noexcept override { pool.WaitBegins(*this); }
    void WaitEnds() noexcept override { pool.WaitEnds(*this); }

    WorkerPool& pool;
    GuestStack stack;
    // Guarded by the pool's mutex: the current job or operation, a stop request that came before
    // its invocation existed, and what stops it from then on.
    uint64_t ticket = 0;
    StopReason early_stop = StopReason::kNone;
    Invocation* invocation = nullptr;
    Slot* slot = nullptr;
    /// The instance whose turn it is.
    const InstanceQueue* instance = nullptr;
    bool is_at_job = false;
    bool is_waiting = false;
    /// Used by the thread alone.
    Spinner idle_spinner;
    // Last: it uses everything above.
    std::unique_ptr<Thread> thread;
  };

  size_t most_threads() const noexcept { return options_.concurrency + options_.max_waiting; }
  /// The threads that take work, now or later.
  size_t staying() const noexcept { return workers_.size() - leaving_; }
  /// How many more threads could be busy.
  size_t threads_left() const noexcept { return most_threads() - (staying() - idle_); }
  /// Whether an idle thread may start something.
  bool has_place() const noexcept { return staying() - idle_ - at_waits_ < options_.concurrency; }
  bool has_work() const noexcept { return !queue_.empty() || !line_.empty(); }
  /// Whether there is a thread for one more item that a guest waits for.
  bool has_thread_for_nested() const noexcept {
    return queue_.waited_for() + line_.waited_for() < threads_left();
  }
  /// Whether an instance is next to start.
  bool IsInstanceNext() noexcept;

  void StartWorker();
  /// Starts another thread if more work waits than the idle ones can take.
  void StartWorkerIfNeeded();
  void CountWaiting() noexcept;
  void Work(Worker& worker);
  /// Creates the slot for the current module, without holding the lock; a failure shows at the next
  /// use.
  void Renew(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  /// Returns whether there is something to start; otherwise the thread must end.
  bool AwaitWork(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  /// Removes an ending thread from the list. Its object remains until it is joined.
  void Retire(const Worker& worker);
  void WaitBegins(Worker& worker) noexcept;
  void WaitEnds(Worker& worker) noexcept;
  void WorkOnJob(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  void WorkOnInstance(Worker& worker, std::optional<Slot>& slot,
                      std::unique_lock<std::mutex>& lock);
  /// Creates the slot if it does not exist yet or belongs to another module. Returns why it cannot
  /// be created, if so.
  std::optional<Error> Prepare(Worker& worker, std::optional<Slot>& slot,
                               const std::shared_ptr<const Module>& module) const;
  void RunJob(Worker& worker, Slot& slot, Waiting& waiting);
  /// Returns whether it is complete.
  bool RunOperation(Worker& worker, InstanceTurn& turn, InstanceOperation& operation);
  /// Calls `run`, during which the invocation can be stopped.
  void Invoke(Worker& worker, Slot& slot, Invocation& invocation, const std::function<void()>& run);
  static void Interrupt(Worker& worker, StopReason reason);

  const GuestOptions guest_options_;
  const Options options_;

  std::mutex mutex_;
  std::shared_ptr<const Module> module_;
  std::condition_variable wake_;
  WaitingLine<Waiting> queue_;
  WaitingLine<std::shared_ptr<InstanceQueue>> line_;
  /// Whose turn it is if both queues have work.
  bool is_instances_turn_ = false;
  /// The number of waiting items in both queues, for threads that do not hold the lock.
  std::atomic<size_t> waiting_{0};
  /// Threads that have a job and do not wait for the embedder.
  size_t at_jobs_ = 0;
  /// Threads that wait for the embedder.
  size_t at_waits_ = 0;
  /// Whether nothing more may start.
  bool is_dropped_ = false;
  std::function<void()> closed_;
  uint64_t last_ticket_ = 0;
  size_t idle_ = 0;
  /// Threads that are ending or have ended, but are still among `workers_`.
  size_t leaving_ = 0;
  size_t live_ = 0;
  bool closing_ = false;
  bool ends_waits_ = false;
  // Last: destroying them joins the threads, which use everything above. Those that have ended, or
  // are about to, are joined when the next one is started.
  std::vector<std::unique_ptr<Worker>> retired_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace wasmedge_embed
