#include "engine/worker_pool.h"

#include <optional>
#include <string>

#include "engine/error.h"

namespace wasmedge_embed {
namespace {

// Room for deep recursion in a guest; pages are only taken when they are touched.
constexpr size_t kStackBytes = size_t{16} << 20;

}  // namespace

WorkerPool::WorkerPool(std::shared_ptr<const Module> module, SlotOptions slot_options,
                       Options options)
    : module_(std::move(module)), slot_options_(std::move(slot_options)), options_(options) {
  const std::lock_guard<std::mutex> lock(mutex_);
  StartThread();
}

WorkerPool::~WorkerPool() {
  std::deque<std::unique_ptr<Job>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    closed_ = nullptr;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  threads_.clear();
}

void WorkerPool::Submit(std::unique_ptr<Job> job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) throw Error(ErrorCode::kClosed, "The module is closed. Load it again to run it.");
    // Threads that are idle, or can be started, take a job at once: it does not count as waiting.
    const size_t free = idle_ + (options_.concurrency - threads_.size());
    if (queue_.size() >= free + options_.max_queue) {
      throw Error(ErrorCode::kQueueFull,
                  "All " + std::to_string(options_.concurrency) +
                      " threads are busy and the queue is full (maxQueue is " +
                      std::to_string(options_.max_queue) + "). Try again later.");
    }
    if (queue_.size() >= idle_ && threads_.size() < options_.concurrency) StartThread();
    job->submitted_ = Invocation::Clock::now();
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
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

void WorkerPool::StartThread() {
  threads_.push_back(std::make_unique<Thread>(kStackBytes, [this] { Work(); }));
  // Counted here and not by the thread: until it runs it is as good as idle.
  ++idle_;
  ++live_;
}

void WorkerPool::Work() {
  std::optional<Slot> slot;
  const auto prepare = [this, &slot]() -> std::optional<Error> {
    if (slot) return std::nullopt;
    try {
      slot.emplace(module_, slot_options_);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {
      return Error(ErrorCode::kLimit, "There is not enough memory to run the module.",
                   "host-memory");
    }
  };
  // Before the first job, so that it does not wait for this; a failure is told to the job.
  prepare();

  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) break;
    std::unique_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    --idle_;
    lock.unlock();

    job->queue_time = Invocation::Clock::now() - job->submitted_;
    if (std::optional<Error> failure = prepare()) {
      job->outcome.error = std::move(failure);
    } else {
      job->outcome = slot->Run(std::move(job->request));
    }
    Job& finished = *job;
    finished.Finished(std::move(job));

    lock.lock();
    ++idle_;
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

}  // namespace wasmedge_embed
