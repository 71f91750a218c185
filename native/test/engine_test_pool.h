#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "engine/worker_pool.h"

namespace wasmedge_embed::test {

/// Without files and models.
inline std::unique_ptr<WorkerPool> MakePool(std::shared_ptr<const Module> module,
                                            size_t concurrency, size_t max_queue = 10'000) {
  GuestOptions options;
  options.files = std::make_shared<const FileSystem>();
  options.models = std::make_shared<const ModelTable>();
  return std::make_unique<WorkerPool>(std::move(module), options,
                                      WorkerPool::Options{concurrency, max_queue});
}

/// The result, or the reason why there is none: the trap, or else the error's code.
inline std::string NameOf(const Outcome& outcome) {
  if (!outcome.error) {
    return outcome.results.empty() ? "nothing" : std::to_string(outcome.results[0]);
  }
  return outcome.error->detail().empty() ? ErrorCodeName(outcome.error->code())
                                         : outcome.error->detail();
}

inline std::future<Outcome> Start(
    WorkerPool& pool, const std::string& function, uint64_t* ticket = nullptr,
    Invocation::Clock::duration timeout = Invocation::Clock::duration::max()) {
  auto job = std::make_unique<Job>();
  job->timeout = timeout;
  job->request.function = function;
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  const uint64_t number = pool.Submit(std::move(job), [promise](std::unique_ptr<Job> finished) {
    promise->set_value(std::move(finished->outcome));
  });
  if (ticket != nullptr) *ticket = number;
  return future;
}

inline std::string Call(WorkerPool& pool, const std::string& function) {
  return NameOf(Start(pool, function).get());
}

}  // namespace wasmedge_embed::test
