#include "engine/worker_pool.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/fault_guard.h"

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

Clock::time_point DeadlineOf(Clock::time_point submitted, Clock::duration timeout) {
  return timeout == Clock::duration::max() ? Clock::time_point::max() : submitted + timeout;
}

}  // namespace

WorkerPool::WorkerPool(std::shared_ptr<const Module> module, GuestOptions guest_options,
                       Options options)
    : module_(std::move(module)), guest_options_(std::move(guest_options)), options_(options) {
  const std::lock_guard<std::mutex> lock(mutex_);
  StartWorker();
}

WorkerPool::~WorkerPool() {
  std::deque<Waiting> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    closed_ = nullptr;
    dropped.swap(queue_);
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->ticket != 0) Interrupt(*worker, StopReason::kShutdown);
    }
  }
  wake_.notify_all();
  workers_.clear();
}

uint64_t WorkerPool::Submit(std::unique_ptr<Job> job, Finished finished) {
  uint64_t ticket = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) throw Error(ErrorCode::kClosed, "closed");
    // Threads that are idle, or can be started, take a job at once: it does not count as waiting.
    const size_t free = idle_ + (options_.concurrency - workers_.size());
    if (queue_.size() >= free + options_.max_queue) {
      throw Error(ErrorCode::kQueueFull, "full");
    }
    if (queue_.size() >= idle_ && workers_.size() < options_.concurrency) StartWorker();
    ticket = ++last_ticket_;
    queue_.push_back({ticket, Clock::now(), std::move(job), std::move(finished)});
  }
  wake_.notify_one();
  return ticket;
}

void WorkerPool::Stop(uint64_t ticket, StopReason reason) {
  Waiting stopped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->ticket == ticket) Interrupt(*worker, reason);
    }
    const auto waiting = std::find_if(queue_.begin(), queue_.end(),
                                      [ticket](const auto& each) { return each.ticket == ticket; });
    if (waiting == queue_.end()) return;
    stopped = std::move(*waiting);
    queue_.erase(waiting);
  }
  stopped.job->queue_time = Clock::now() - stopped.submitted;
  stopped.job->outcome.error = MakeStopError(reason);
  stopped.finished(std::move(stopped.job));
}

void WorkerPool::Interrupt(Worker& worker, StopReason reason) {
  if (worker.invocation == nullptr) {
    worker.early_stop = reason;
    return;
  }
  worker.invocation->RequestStop(reason);
  worker.slot->Interrupt();
}

void WorkerPool::Close(std::function<void()> closed) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) return;
    closing_ = true;
    closed_ = std::move(closed);
  }
  wake_.notify_all();
}

void WorkerPool::StartWorker() {
  auto worker = std::make_unique<Worker>();
  Worker& started = *worker;
  workers_.push_back(std::move(worker));
  try {
    started.thread = std::make_unique<Thread>(started.stack, FaultGuard::interrupt_signal(),
                                              [this, &started] { Work(started); });
  } catch (...) {
    workers_.pop_back();
    throw;
  }
  // Counted here and not by the thread: until it runs it is as good as idle.
  ++idle_;
  ++live_;
}

void WorkerPool::Work(Worker& worker) {
  std::optional<Slot> slot;
  const auto prepare = [&]() -> std::optional<Error> {
    try {
      if (!slot) slot.emplace(module_, guest_options_, worker.stack);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {
      return NotEnoughMemory(" to run the module");
    }
  };
  // Before the first job, so that it does not wait for this; a failure is told to the job.
  prepare();

  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) break;
    Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    worker.ticket = waiting.ticket;
    worker.early_stop = StopReason::kNone;
    --idle_;
    lock.unlock();

    if (std::optional<Error> failure = prepare()) {
      waiting.job->outcome.error = std::move(failure);
    } else {
      RunJob(worker, *slot, waiting);
    }
    // Free again before anybody hears of the end: who then submits the next must not be refused.
    lock.lock();
    worker.ticket = 0;
    ++idle_;
    lock.unlock();
    waiting.finished(std::move(waiting.job));
    lock.lock();
  }
  // The slot goes on its own thread, and before anybody is told that the module is closed.
  lock.unlock();
  slot.reset();
  lock.lock();
  --idle_;
  if (--live_ == 0 && closed_) {
    const std::function<void()> closed = std::exchange(closed_, nullptr);
    lock.unlock();
    closed();
  }
}

void WorkerPool::RunJob(Worker& worker, Slot& slot, Waiting& waiting) {
  Job& job = *waiting.job;
  Invocation invocation(DeadlineOf(waiting.submitted, job.timeout));
  job.queue_time = Clock::now() - waiting.submitted;
  Invoke(worker, slot, invocation, [&] {
    if (invocation.CheckStop() == StopReason::kNone) {
      job.outcome = slot.Run(std::move(job.request), invocation);
    } else {
      job.outcome.error = MakeStopError(invocation.stop_reason());
    }
  });
}

void WorkerPool::Invoke(Worker& worker, Slot& slot, Invocation& invocation,
                        const std::function<void()>& run) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    worker.slot = &slot;
    worker.invocation = &invocation;
    if (worker.early_stop != StopReason::kNone) invocation.RequestStop(worker.early_stop);
  }
  if (invocation.deadline() != Clock::time_point::max()) slot.ArmTimer(invocation.deadline());
  run();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    worker.invocation = nullptr;
  }
  // Whoever stopped it has armed the timer under the lock.
  if (invocation.deadline() != Clock::time_point::max() ||
      invocation.stop_reason() != StopReason::kNone) {
    slot.DisarmTimer();
  }
  if (invocation.stop_reason() != StopReason::kNone) slot.ClearInterrupt();
}

}  // namespace wasmedge_embed
