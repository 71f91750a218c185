#include "engine/worker_pool.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/guest_interrupt.h"

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

/// How long an idle thread keeps the memory that its guests have touched.
constexpr auto kKeepTime = std::chrono::milliseconds(250);

/// How long it keeps a stack that one of them has used up.
constexpr auto kStackTime = std::chrono::milliseconds(5);

/// How long an idle thread spins before it sleeps: JavaScript often submits the next job as soon as
/// it learns of the end of the last one.
constexpr std::chrono::microseconds kIdleSpin{50};

// How long a kept instance keeps a thread that others wait for.
constexpr auto kTurn = std::chrono::milliseconds(1);

Clock::time_point DeadlineOf(Clock::time_point submitted, Clock::duration timeout) {
  return timeout == Clock::duration::max() ? Clock::time_point::max() : submitted + timeout;
}

}  // namespace

WorkerPool::WorkerPool(std::shared_ptr<const Module> module, GuestOptions guest_options,
                       Options options)
    : guest_options_(std::move(guest_options)), options_(options), module_(std::move(module)) {
  const std::lock_guard<std::mutex> lock(mutex_);
  StartWorker();
}

WorkerPool::~WorkerPool() {
  WaitingLine<Waiting> dropped;
  WaitingLine<std::shared_ptr<InstanceQueue>> dropped_instances;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    is_dropped_ = true;
    closed_ = nullptr;
    std::swap(dropped, queue_);
    std::swap(dropped_instances, line_);
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->ticket != 0) Interrupt(*worker, StopReason::kShutdown);
    }
  }
  wake_.notify_all();
  workers_.clear();
  retired_.clear();
}

uint64_t WorkerPool::Submit(std::unique_ptr<Job> job, Finished finished) {
  uint64_t ticket = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) throw Error(ErrorCode::kClosed, "closed");
    // Idle threads, and those that can be started, take a job immediately: it does not count as
    // waiting. Threads that serve an instance will take one soon.
    const size_t places = options_.concurrency - std::min(options_.concurrency, at_jobs_);
    const size_t free = std::min(places, threads_left());
    const bool is_nested = job->is_nested;
    const bool has_room =
        is_nested ? has_thread_for_nested() : queue_.size() < free + options_.max_queue;
    if (!has_room) throw Error(ErrorCode::kQueueFull, "full");
    StartWorkerIfNeeded();
    ticket = ++last_ticket_;
    queue_.Push({ticket, Clock::now(), std::move(job), std::move(finished)}, is_nested);
    CountWaiting();
  }
  wake_.notify_one();
  return ticket;
}

void WorkerPool::ChangeModule(std::shared_ptr<const Module> module) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    module_.swap(module);
  }
  // Idle threads recreate their slots now and release the previous module.
  wake_.notify_all();
}

std::shared_ptr<InstanceQueue> WorkerPool::MakeInstance() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::make_shared<InstanceQueue>(module_, guest_options_);
}

uint64_t WorkerPool::Submit(const std::shared_ptr<InstanceQueue>& instance,
                            std::shared_ptr<InstanceOperation> operation) {
  uint64_t ticket = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) throw Error(ErrorCode::kClosed, "closed");
    const bool is_nested = operation->is_nested;
    const auto is_it = [&](const auto& each) { return each == instance; };
    const bool is_in_line = instance->is_lined_up_ && line_.HasNotWaitedFor(is_it);
    // An instance that has a thread, or is already waited for, needs no further one.
    if (is_nested && (is_in_line || !instance->is_lined_up_) && !has_thread_for_nested()) {
      throw Error(ErrorCode::kQueueFull, "full");
    }
    if (!instance->is_lined_up_) StartWorkerIfNeeded();
    ticket = ++last_ticket_;
    operation->ticket_ = ticket;
    operation->submitted_ = Clock::now();
    instance->operations_.push_back(std::move(operation));
    if (is_nested) ++instance->nested_;
    if (is_nested && is_in_line) line_.Advance(is_it);
    if (instance->is_lined_up_) return ticket;
    line_.Push(instance, is_nested);
    instance->is_lined_up_ = true;
    CountWaiting();
  }
  wake_.notify_one();
  return ticket;
}

void WorkerPool::Stop(InstanceQueue& instance, uint64_t ticket, StopReason reason) {
  std::shared_ptr<InstanceOperation> stopped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->ticket != ticket) continue;
      Interrupt(*worker, reason);
      return;
    }
    auto& operations = instance.operations_;
    const auto waiting = std::find_if(operations.begin(), operations.end(),
                                      [&](const auto& each) { return each->ticket_ == ticket; });
    if (waiting == operations.end()) return;
    stopped = std::move(*waiting);
    operations.erase(waiting);
    if (stopped->is_nested) --instance.nested_;
  }
  stopped->Refuse(MakeStopError(reason));
}

void WorkerPool::Stop(uint64_t ticket, StopReason reason) {
  std::optional<Waiting> stopped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->ticket == ticket) Interrupt(*worker, reason);
    }
    stopped = queue_.Take([ticket](const auto& each) { return each.ticket == ticket; });
    if (!stopped) return;
    CountWaiting();
  }
  stopped->job->queue_time = Clock::now() - stopped->submitted;
  stopped->job->outcome.error = MakeStopError(reason);
  stopped->finished(std::move(stopped->job));
}

void WorkerPool::Interrupt(Worker& worker, StopReason reason) {
  if (worker.invocation == nullptr) {
    worker.early_stop = reason;
    return;
  }
  worker.invocation->RequestStop(reason);
  if (HostExchange* const exchange = worker.invocation->exchange()) exchange->Wake();
  worker.slot->Interrupt();
}

void WorkerPool::EndWaits() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ends_waits_ = true;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (worker->is_waiting) Interrupt(*worker, StopReason::kShutdown);
  }
}

void WorkerPool::EndWaits(InstanceQueue& instance) {
  const std::lock_guard<std::mutex> lock(mutex_);
  instance.ends_waits_ = true;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (worker->instance != &instance || !worker->is_waiting) continue;
    Interrupt(*worker, StopReason::kShutdown);
  }
}

void WorkerPool::Close(std::function<void()> closed) {
  EndWaits();
  {
    // At least one thread is alive, which will find this: it takes the last one to end.
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) return;
    closing_ = true;
    closed_ = std::move(closed);
  }
  wake_.notify_all();
}

void WorkerPool::StartWorker() {
  retired_.clear();
  auto worker = std::make_unique<Worker>(*this);
  Worker& started = *worker;
  workers_.push_back(std::move(worker));
  try {
    started.thread = std::make_unique<Thread>(started.stack, GuestInterrupt::signal(),
                                              [this, &started] { Work(started); });
  } catch (...) {
    workers_.pop_back();
    throw;
  }
  // Counted here and not by the thread: until it runs, it counts as idle.
  ++idle_;
  ++live_;
}

void WorkerPool::StartWorkerIfNeeded() {
  if (queue_.size() + line_.size() < idle_) return;
  if (staying() - at_waits_ < options_.concurrency && staying() < most_threads()) {
    StartWorker();
  }
}

void WorkerPool::CountWaiting() noexcept {
  waiting_.store(queue_.size() + line_.size(), std::memory_order_release);
}

std::optional<Error> WorkerPool::Prepare(Worker& worker, std::optional<Slot>& slot,
                                         const std::shared_ptr<const Module>& module) const {
  try {
    if (slot && &slot->executor().module() == module.get()) return std::nullopt;
    slot.reset();
    slot.emplace(module, guest_options_, worker.stack);
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return NotEnoughMemory(" to run the module");
  }
}

void WorkerPool::Work(Worker& worker) {
  std::optional<Slot> slot;
  std::unique_lock<std::mutex> lock(mutex_);
  // Before the first job, so that the job does not wait for this. The job reports a failure.
  Renew(worker, slot, lock);

  while (AwaitWork(worker, slot, lock)) {
    --idle_;
    if (IsInstanceNext()) {
      WorkOnInstance(worker, slot, lock);
    } else {
      WorkOnJob(worker, slot, lock);
    }
  }
  // Counted before the lock is released: otherwise, all idle threads could end, each because of the
  // others, and work could be left to one of them.
  --idle_;
  ++leaving_;
  // The slot is destroyed on its own thread, and before anybody learns that the module is closed.
  lock.unlock();
  slot.reset();
  lock.lock();
  if (closing_) {
    // It remains in the list, and counts as leaving. A thread that found work, but no place for it,
    // has nothing to wait for anymore.
    wake_.notify_all();
  } else {
    --leaving_;
    Retire(worker);
  }
  if (--live_ == 0 && closed_) {
    const std::function<void()> closed = std::exchange(closed_, nullptr);
    lock.unlock();
    closed();
  }
}

void WorkerPool::Renew(Worker& worker, std::optional<Slot>& slot,
                       std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<const Module> module = module_;
  lock.unlock();
  Prepare(worker, slot, module);
  lock.lock();
}

bool WorkerPool::IsInstanceNext() noexcept {
  const bool is_waited_for = queue_.waited_for() + line_.waited_for() > 0;
  const bool has_job = is_waited_for ? queue_.waited_for() > 0 : !queue_.empty();
  const bool has_instance = is_waited_for ? line_.waited_for() > 0 : !line_.empty();
  const bool is_it = has_instance && (is_instances_turn_ || !has_job);
  is_instances_turn_ = !is_it;
  return is_it;
}

bool WorkerPool::AwaitWork(Worker& worker, std::optional<Slot>& slot,
                           std::unique_lock<std::mutex>& lock) {
  bool may_prepare = true;
  bool may_spin = true;
  while (true) {
    if (slot && &slot->executor().module() != module_.get()) Renew(worker, slot, lock);
    if (has_work() && has_place()) return true;
    if (closing_ && !has_work()) return false;
    if (std::exchange(may_prepare, false) && slot) {
      lock.unlock();
      slot->Rest(true);
      lock.lock();
      continue;
    }
    if (std::exchange(may_spin, false)) {
      lock.unlock();
      worker.idle_spinner.Spin([this] { return waiting_.load(std::memory_order_acquire) > 0; },
                               kIdleSpin);
      lock.lock();
      continue;
    }
    if (slot && slot->HasUsedUpStack()) {
      if (wake_.wait_for(lock, kStackTime) == std::cv_status::no_timeout || has_work()) continue;
      lock.unlock();
      slot->ReleaseStack();
      lock.lock();
      continue;
    }
    if (slot && slot->HoldsTouchedMemory()) {
      if (wake_.wait_for(lock, kKeepTime) == std::cv_status::no_timeout || has_work()) continue;
      lock.unlock();
      slot->Relax();
      lock.lock();
    } else if (staying() <= options_.concurrency) {
      wake_.wait(lock);
    } else if (wake_.wait_for(lock, options_.surplus_idle_time) == std::cv_status::timeout &&
               !has_work() && staying() - at_waits_ > options_.concurrency) {
      return false;
    }
  }
}

void WorkerPool::Retire(const Worker& worker) {
  const auto place = std::find_if(workers_.begin(), workers_.end(),
                                  [&worker](const auto& each) { return each.get() == &worker; });
  retired_.push_back(std::move(*place));
  workers_.erase(place);
}

// On the guest's thread.
void WorkerPool::WaitBegins(Worker& worker) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  worker.is_waiting = true;
  ++at_waits_;
  if (worker.is_at_job) --at_jobs_;
  const bool is_to_end = worker.instance != nullptr && worker.instance->ends_waits_;
  if (ends_waits_ || is_to_end) Interrupt(worker, StopReason::kShutdown);
  if (!has_work() || !has_place()) return;
  try {
    StartWorkerIfNeeded();
  } catch (const Error&) {
    // Queued work waits for the existing threads.
  } catch (const std::bad_alloc&) {
  }
  wake_.notify_one();
}

void WorkerPool::WaitEnds(Worker& worker) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  worker.is_waiting = false;
  --at_waits_;
  if (worker.is_at_job) ++at_jobs_;
}

void WorkerPool::WorkOnJob(Worker& worker, std::optional<Slot>& slot,
                           std::unique_lock<std::mutex>& lock) {
  Waiting waiting = queue_.Pop();
  CountWaiting();
  worker.ticket = waiting.ticket;
  worker.early_stop = StopReason::kNone;
  worker.is_at_job = true;
  ++at_jobs_;
  std::shared_ptr<const Module> module = module_;
  lock.unlock();

  if (std::optional<Error> failure = Prepare(worker, slot, module)) {
    waiting.job->outcome.error = std::move(failure);
  } else {
    RunJob(worker, *slot, waiting);
  }
  module.reset();
  // Free again before anybody learns of the end: the next job they submit must not be refused.
  lock.lock();
  worker.ticket = 0;
  worker.is_at_job = false;
  --at_jobs_;
  ++idle_;
  lock.unlock();
  waiting.finished(std::move(waiting.job));
  // Not before: nobody needs to wait until the instance is gone.
  if (slot) slot->Rest(false);
  lock.lock();
}

void WorkerPool::WorkOnInstance(Worker& worker, std::optional<Slot>& slot,
                                std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<InstanceQueue> taken = line_.Pop();
  CountWaiting();
  worker.instance = taken.get();
  // An instance created from another form of the module keeps it, with its own slot for this turn:
  // executors of compiled and of interpreted instances differ.
  const std::shared_ptr<const Module> module = taken->instance_.shared_module();
  std::optional<Slot> earlier;
  std::optional<Slot>& used = module == module_ ? slot : earlier;
  const auto end = Clock::now() + kTurn;
  while (!taken->operations_.empty() && !is_dropped_) {
    const std::shared_ptr<InstanceOperation> operation = taken->operations_.front();
    worker.ticket = operation->ticket_;
    worker.early_stop = StopReason::kNone;
    lock.unlock();
    bool is_complete = true;
    if (std::optional<Error> failure = Prepare(worker, used, module)) {
      operation->Refuse(*failure);
    } else {
      InstanceTurn turn(taken->instance_, *used,
                        operation->exchange ? Clock::time_point::max() : end, waiting_);
      is_complete = RunOperation(worker, turn, *operation);
    }
    lock.lock();
    worker.ticket = 0;
    if (is_complete) {
      taken->operations_.pop_front();
      if (operation->is_nested) --taken->nested_;
    }
    if (Clock::now() >= end && !(queue_.empty() && line_.empty())) break;
  }
  if (earlier) {
    lock.unlock();
    earlier.reset();
    lock.lock();
  }
  worker.instance = nullptr;
  ++idle_;
  taken->is_lined_up_ = !taken->operations_.empty();
  if (!taken->is_lined_up_ || is_dropped_) return;
  // Behind those that are already waiting.
  line_.Push(taken, taken->nested_ > 0);
  CountWaiting();
}

bool WorkerPool::RunOperation(Worker& worker, InstanceTurn& turn, InstanceOperation& operation) {
  if (operation.NeedsLive() && !turn.instance().is_live()) {
    operation.Refuse(MakeStopError(StopReason::kShutdown));
    return true;
  }
  Invocation invocation(DeadlineOf(operation.submitted_, operation.timeout),
                        operation.exchange.get());
  bool is_complete = true;
  Invoke(worker, turn.slot(), invocation, [&] {
    if (invocation.CheckStop() == StopReason::kNone) {
      is_complete = operation.Work(turn, invocation);
    } else {
      operation.Refuse(MakeStopError(invocation.stop_reason()));
    }
  });
  return is_complete;
}

void WorkerPool::RunJob(Worker& worker, Slot& slot, Waiting& waiting) {
  Job& job = *waiting.job;
  Invocation invocation(DeadlineOf(waiting.submitted, job.timeout), job.exchange.get());
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
  HostExchange* const exchange = invocation.exchange();
  if (exchange != nullptr) exchange->set_observer(&worker);
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
  if (exchange != nullptr) exchange->End();
  // Whoever stopped it has armed the timer while holding the lock.
  if (invocation.deadline() != Clock::time_point::max() ||
      invocation.stop_reason() != StopReason::kNone) {
    slot.DisarmTimer();
  }
  if (invocation.stop_reason() != StopReason::kNone) slot.ClearInterrupt();
}

}  // namespace wasmedge_embed
