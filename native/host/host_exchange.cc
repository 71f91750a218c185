#include "host/host_exchange.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

/// A call answered within this time still counts as running: most are, and another guest started in
/// the meantime would compete with this one.
constexpr std::chrono::milliseconds kShortWait{1};

/// Long enough for the event loop to wake and call a simple function.
constexpr std::chrono::microseconds kSpinTime{50};

Error HasEnded() { return Error(ErrorCode::kClosed, "The call of the host function has ended."); }

ReentryOutcome Abandoned() {
  ReentryOutcome outcome;
  outcome.error = HasEnded();
  return outcome;
}

}  // namespace

/// While one exists, the guest's thread waits: its memory is accessible, and after a moment it
/// counts as waiting. Created and destroyed without holding the lock.
class HostExchange::WaitScope {
 public:
  /// Without `memory`, the guest's memory is not accessible during the wait.
  explicit WaitScope(HostExchange& exchange, WaitingMemory* memory = nullptr)
      : exchange_(exchange), memory_(memory), counted_from_(Clock::now() + kShortWait) {
    if (memory != nullptr) SetMemory(memory);
  }
  ~WaitScope() {
    if (memory_ != nullptr) SetMemory(nullptr);
    if (is_counted_) exchange_.observer_->WaitEnds();
  }
  WaitScope(const WaitScope&) = delete;
  WaitScope& operator=(const WaitScope&) = delete;

  WaitingMemory& memory() const noexcept { return *memory_; }

  /// Until something changes, the deadline passes, or the thread starts to count as waiting.
  void WaitForChange(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
    const bool may_be_counted = exchange_.observer_ != nullptr && !is_counted_;
    const Clock::time_point until = may_be_counted ? std::min(deadline, counted_from_) : deadline;
    if (until == Clock::time_point::max()) {
      exchange_.changed_.wait(lock);
      return;
    }
    if (exchange_.changed_.wait_until(lock, until) == std::cv_status::no_timeout ||
        !may_be_counted || until != counted_from_) {
      return;
    }
    // The notified pool has its own lock, under which it wakes threads that wait here.
    lock.unlock();
    Count();
    lock.lock();
  }

  /// The time from which it counts as waiting, unless it already does.
  Clock::time_point counted_from() const noexcept {
    const bool may_be_counted = exchange_.observer_ != nullptr && !is_counted_;
    return may_be_counted ? counted_from_ : Clock::time_point::max();
  }

  void Count() {
    is_counted_ = true;
    exchange_.observer_->WaitBegins();
  }

 private:
  void SetMemory(WaitingMemory* memory) {
    const std::lock_guard<std::mutex> lock(exchange_.mutex_);
    exchange_.memory_ = memory;
  }

  HostExchange& exchange_;
  WaitingMemory* const memory_;
  const Clock::time_point counted_from_;
  bool is_counted_ = false;
};

std::optional<HostAnswer> HostExchange::Call(uint32_t function, std::vector<uint64_t> arguments,
                                             WaitingGuest& guest, Invocation& invocation) {
  calls_in_a_row_.store(Clock::now() - answered_ < kSpinTime, std::memory_order_relaxed);
  OpenCall& call = Open(function);
  struct Closing {
    HostExchange& exchange;
    ~Closing() {
      exchange.Close();
      exchange.answered_ = Clock::now();
    }
  } const closing{*this};

  std::shared_ptr<Reentry> reentry;
  ReentryOutcome outcome;
  while (true) {
    {
      WaitScope waiting(*this, &guest);
      // Notified only now: the receiver may access the memory at once.
      if (reentry) {
        reentry->Finished(std::move(outcome));
      } else {
        announce_(call.number, function, std::move(arguments));
      }
      reentry = Wait(call, waiting, invocation);
    }
    if (!reentry) return TakeAnswer(call, invocation);
    outcome = guest.Enter(*reentry);
    if (outcome.has_returned()) continue;
    reentry->Finished(std::move(outcome));
    return std::nullopt;
  }
}

std::optional<HostAnswer> HostExchange::TakeAnswer(OpenCall& call, const Invocation& invocation) {
  std::optional<HostAnswer> taken;
  // The embedder may answer while the invocation is being stopped; the answer is no longer needed.
  const std::lock_guard<std::mutex> lock(mutex_);
  if (invocation.stop_reason() == StopReason::kNone) taken = std::move(call.answer);
  return taken;
}

std::shared_ptr<Reentry> HostExchange::Wait(OpenCall& call, WaitScope& waiting,
                                            Invocation& invocation) {
  bool may_spin = observer_ != nullptr;
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    while (!operations_.empty()) {
      const std::shared_ptr<MemoryOperation> operation = std::move(operations_.front());
      operations_.pop_front();
      operation->Perform(waiting.memory());
      lock.unlock();
      operation->Finished(false);
      lock.lock();
    }
    if (invocation.CheckStop() != StopReason::kNone) return nullptr;
    if (!call.reentries.empty()) {
      std::shared_ptr<Reentry> next = std::move(call.reentries.front());
      call.reentries.pop_front();
      return next;
    }
    if (call.answer) return nullptr;
    if (std::exchange(may_spin, false)) {
      Spin(lock);
      continue;
    }
    waiting.WaitForChange(lock, invocation.deadline());
  }
}

void HostExchange::Spin(std::unique_lock<std::mutex>& lock) {
  const uint64_t before = changes_.load(std::memory_order_acquire);
  lock.unlock();
  observer_->spinner.Spin([&] { return changes_.load(std::memory_order_acquire) != before; },
                          kSpinTime);
  lock.lock();
}

bool HostExchange::Await(const std::function<bool()>& is_ready, Clock::time_point until,
                         Invocation& invocation) {
  WaitScope waiting(*this);
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_ready()) {
    if (invocation.CheckStop() != StopReason::kNone || Clock::now() >= until) return false;
    waiting.WaitForChange(lock, std::min(until, invocation.deadline()));
  }
  return true;
}

bool HostExchange::AwaitElsewhere(const std::function<bool(Clock::time_point)>& wait_until,
                                  Clock::time_point until, Invocation& invocation) {
  WaitScope waiting(*this);
  while (invocation.CheckStop() == StopReason::kNone) {
    if (wait_until(std::min({until, invocation.deadline(), waiting.counted_from()}))) return true;
    const Clock::time_point now = Clock::now();
    if (now >= until) return false;
    if (now >= waiting.counted_from()) waiting.Count();
  }
  return false;
}

HostExchange::OpenCall& HostExchange::Open(uint32_t function) {
  const std::lock_guard<std::mutex> lock(mutex_);
  OpenCall& call = calls_.emplace_back();
  call.number = ++last_call_;
  call.function = function;
  return call;
}

void HostExchange::Close() {
  std::deque<std::shared_ptr<Reentry>> left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left.swap(calls_.back().reentries);
    calls_.pop_back();
  }
  for (const std::shared_ptr<Reentry>& each : left) each->Finished(Abandoned());
}

void HostExchange::End() {
  std::deque<std::shared_ptr<MemoryOperation>> left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_ended_ = true;
    left.swap(operations_);
  }
  for (const std::shared_ptr<MemoryOperation>& each : left) each->Finished(true);
}

HostExchange::Calls::iterator HostExchange::Find(uint64_t call) {
  return std::find_if(calls_.begin(), calls_.end(),
                      [call](const OpenCall& each) { return each.number == call; });
}

std::optional<uint32_t> HostExchange::FunctionOf(uint64_t call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = Find(call);
  if (found == calls_.end() || found->answer) return std::nullopt;
  return found->function;
}

void HostExchange::Answer(uint64_t call, HostAnswer answer) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = Find(call);
    if (found == calls_.end() || found->answer) return;
    found->answer = std::move(answer);
  }
  NotifyGuest();
}

void HostExchange::Enter(uint64_t call, std::shared_ptr<Reentry> reentry) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = Find(call);
    if (found == calls_.end() || found->answer) throw HasEnded();
    // Each but the first was made by the guest within a re-entry of the previous one.
    if (static_cast<size_t>(found - calls_.begin()) >= kMostReentries) {
      throw Error(ErrorCode::kLimit,
                  "Calls between host functions and the guest are nested " +
                      std::to_string(kMostReentries) + " levels deep, which is the limit.",
                  "call-depth");
    }
    found->reentries.push_back(std::move(reentry));
  }
  NotifyGuest();
}

bool HostExchange::TryAccessLocked(MemoryOperation& operation) {
  if (has_ended_) throw HasEnded();
  if (memory_ == nullptr || !operations_.empty()) return false;
  operation.Perform(*memory_);
  return true;
}

bool HostExchange::TryAccess(MemoryOperation& operation) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return TryAccessLocked(operation);
}

bool HostExchange::Access(std::shared_ptr<MemoryOperation> operation) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (TryAccessLocked(*operation)) return true;
  operations_.push_back(std::move(operation));
  return false;
}

void HostExchange::Wake() {
  // A waiting thread that checked before the request was made has begun its wait by now.
  {
    const std::lock_guard<std::mutex> lock(mutex_);
  }
  NotifyGuest();
}

}  // namespace wasmedge_embed
