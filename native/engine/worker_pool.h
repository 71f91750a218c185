#pragma once

#include <atomic>
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

/// An invocation on its way through a pool: plain data, of whoever holds it.
struct Job {
  Request request;
  /// Where the guest's calls of the embedder's functions go; null where it has none.
  std::shared_ptr<HostExchange> exchange;
  /// Whether a guest waits for it, of this pool or of another one.
  bool is_nested = false;
  /// Longest time from `Submit` to the end; `duration::max()` for none.
  Invocation::Clock::duration timeout = Invocation::Clock::duration::max();
  Outcome outcome;
  Invocation::Clock::duration queue_time{0};
};

/// The threads of one loaded module, each with its own slot, and what waits for them: jobs in a
/// bounded queue, and kept instances that have operations, in a line of their own. A thread that
/// is free takes of both in turns. Threads beyond the first are started when they are first needed.
///
/// A thread whose guest waits for the embedder (`HostExchange`) does not count: while it does,
/// another may take its place. It goes on at once when it is answered. Threads for which no place
/// is left then end when they have been idle for a while.
///
/// What such a guest waits for itself must not wait for a thread that waits: it is taken only where
/// there is a thread for it and for all others that are waited for, and goes before the rest.
class WorkerPool {
 public:
  struct Options {
    /// Most invocations at a time, those that wait for the embedder left out; 1 or more.
    size_t concurrency = 1;
    /// Most invocations that may wait for a thread.
    size_t max_queue = 0;
    /// Most threads beside `concurrency`, for invocations that wait for the embedder.
    size_t max_waiting = 0;
  };

  WorkerPool(std::shared_ptr<const Module> module, GuestOptions guest_options, Options options);

  /// Drops what waits, stops what runs, joins the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Gets a job whose outcome is there, on whatever thread, and decides where it dies.
  using Finished = std::function<void(std::unique_ptr<Job>)>;

  /// Takes the job and returns its ticket, or throws `Error`: `kQueueFull`, `kClosed`, `kLimit`
  /// without a thread to run it. `finished` is called once, unless the pool is destroyed before.
  uint64_t Submit(std::unique_ptr<Job> job, Finished finished);

  /// Ends a job early: one that waits at once, one that runs as soon as its guest can be left. Does
  /// nothing when it has ended.
  void Stop(uint64_t ticket, StopReason reason);

  /// From here on invocations run this module: the same one in another form, such as compiled. What
  /// runs goes on as it began, and so do the instances that were made before, until they end.
  void ChangeModule(std::shared_ptr<const Module> module);

  /// An instance that can be made; it has no thread until it has an operation.
  std::shared_ptr<InstanceQueue> MakeInstance();

  /// Takes an operation, which follows those that the instance has, and returns its ticket. Throws
  /// `Error`: `kClosed`, `kLimit` without a thread, `kQueueFull` for a nested one.
  uint64_t Submit(const std::shared_ptr<InstanceQueue>& instance,
                  std::shared_ptr<InstanceOperation> operation);

  /// Ends an operation early, as `Stop` does a job.
  void Stop(InstanceQueue& instance, uint64_t ticket, StopReason reason);

  /// Ends what waits for the embedder, or comes to from now on. With an instance, what is done with
  /// that one.
  void EndWaits();
  void EndWaits(InstanceQueue& instance);

  /// Takes no more jobs. `closed` is called once on a worker thread, after the last
  /// job has finished: what was accepted before is carried out, but for what waits for the embedder
  /// or comes to, which ends. Calling it again does nothing.
  void Close(std::function<void()> closed);

 private:
  /// A job that waits for a thread.
  struct Waiting {
    uint64_t ticket = 0;
    Invocation::Clock::time_point submitted;
    std::unique_ptr<Job> job;
    Finished finished;
  };

  /// One thread with its stack and what it is at.
  struct Worker final : WaitObserver {
    explicit Worker(WorkerPool& owner) : pool(owner) {}

    void WaitBegins() noexcept override { pool.WaitBegins(*this); }
    void WaitEnds() noexcept override { pool.WaitEnds(*this); }

    WorkerPool& pool;
    GuestStack stack;
    // Guarded by the pool's mutex: the job or operation at hand, a request to stop it that came
    // before its invocation was there, and what to stop it with from then on.
    uint64_t ticket = 0;
    StopReason early_stop = StopReason::kNone;
    Invocation* invocation = nullptr;
    Slot* slot = nullptr;
    /// Whose turn it has.
    const InstanceQueue* instance = nullptr;
    bool is_at_job = false;
    bool is_waiting = false;
    /// Of the thread alone.
    Spinner idle_spinner;
    // Last: it uses everything above.
    std::unique_ptr<Thread> thread;
  };

  size_t most_threads() const noexcept { return options_.concurrency + options_.max_waiting; }
  /// Threads that could be busy beside those that are.
  size_t threads_left() const noexcept { return most_threads() - (workers_.size() - idle_); }
  /// Whether an idle thread may begin something.
  bool has_place() const noexcept {
    return workers_.size() - idle_ - at_waits_ < options_.concurrency;
  }
  bool has_work() const noexcept { return !queue_.empty() || !line_.empty(); }
  /// Whether there is a thread for one more that is waited for.
  bool has_thread_for_nested() const noexcept {
    return queue_.waited_for() + line_.waited_for() < threads_left();
  }
  /// Whether the next to begin is an instance.
  bool IsInstanceNext() noexcept;

  void StartWorker();
  /// Another thread, where what waits is more than those that are idle can take.
  void StartWorkerIfNeeded();
  void CountWaiting() noexcept;
  void Work(Worker& worker);
  /// Makes the slot for the module as it is now, without the lock; a failure shows with the next
  /// use.
  void Renew(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  /// Gives whether there is something to begin; otherwise the thread is to end.
  bool AwaitWork(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  /// Takes a thread that ends out of those that there are. Its object stays until it is joined.
  void Retire(const Worker& worker);
  void WaitBegins(Worker& worker) noexcept;
  void WaitEnds(Worker& worker) noexcept;
  void WorkOnJob(Worker& worker, std::optional<Slot>& slot, std::unique_lock<std::mutex>& lock);
  void WorkOnInstance(Worker& worker, std::optional<Slot>& slot,
                      std::unique_lock<std::mutex>& lock);
  /// Makes the slot where it is not there yet, or is another module's; why it cannot be made,
  /// otherwise.
  std::optional<Error> Prepare(Worker& worker, std::optional<Slot>& slot,
                               const std::shared_ptr<const Module>& module) const;
  void RunJob(Worker& worker, Slot& slot, Waiting& waiting);
  /// Gives whether it is complete.
  bool RunOperation(Worker& worker, InstanceTurn& turn, InstanceOperation& operation);
  /// Calls `run`, while which the invocation can be stopped.
  void Invoke(Worker& worker, Slot& slot, Invocation& invocation, const std::function<void()>& run);
  static void Interrupt(Worker& worker, StopReason reason);

  const GuestOptions guest_options_;
  const Options options_;

  std::mutex mutex_;
  std::shared_ptr<const Module> module_;
  std::condition_variable wake_;
  WaitingLine<Waiting> queue_;
  WaitingLine<std::shared_ptr<InstanceQueue>> line_;
  /// Whose turn it is where both wait.
  bool is_instances_turn_ = false;
  /// How many wait in both, for threads that do not hold the lock.
  std::atomic<size_t> waiting_{0};
  /// Threads that are at a job and do not wait for the embedder.
  size_t at_jobs_ = 0;
  /// Threads that wait for the embedder.
  size_t at_waits_ = 0;
  /// Whether nothing more is begun.
  bool is_dropped_ = false;
  std::function<void()> closed_;
  uint64_t last_ticket_ = 0;
  size_t idle_ = 0;
  size_t live_ = 0;
  bool closing_ = false;
  bool ends_waits_ = false;
  // Last: their destruction joins the threads, which use everything above. Those that have ended,
  // or are about to, are joined when the next is started.
  std::vector<std::unique_ptr<Worker>> retired_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace wasmedge_embed
