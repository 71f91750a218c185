#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "engine/worker_pool.h"

namespace wasmedge_embed::test {

/// A job whose outcome the test waits for.
class TestJob : public Job {
 public:
  explicit TestJob(const std::string& function) { request.function = function; }

  std::future<Outcome> Future() { return promise_.get_future(); }

  void Finished(std::unique_ptr<Job>) override { promise_.set_value(std::move(outcome)); }

 private:
  std::promise<Outcome> promise_;
};

/// Without files and models.
inline std::unique_ptr<WorkerPool> MakePool(std::shared_ptr<const Module> module,
                                            size_t concurrency, size_t max_queue = 10'000) {
  SlotOptions options;
  options.files = std::make_shared<const FileSystem>();
  options.models = std::make_shared<const ModelTable>();
  return std::make_unique<WorkerPool>(std::move(module), options,
                                      WorkerPool::Options{concurrency, max_queue});
}

/// The result, or what kept the guest from one: the trap, else the error's code.
inline std::string NameOf(const Outcome& outcome) {
  if (!outcome.error) return outcome.result ? std::to_string(*outcome.result) : "nothing";
  return outcome.error->detail().empty() ? ErrorCodeName(outcome.error->code())
                                         : outcome.error->detail();
}

inline std::future<Outcome> Start(WorkerPool& pool, const std::string& function,
                                  uint64_t* ticket = nullptr) {
  auto job = std::make_unique<TestJob>(function);
  auto future = job->Future();
  const uint64_t number = pool.Submit(std::move(job));
  if (ticket != nullptr) *ticket = number;
  return future;
}

inline std::string Call(WorkerPool& pool, const std::string& function) {
  return NameOf(Start(pool, function).get());
}

}  // namespace wasmedge_embed::test
