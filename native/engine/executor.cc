#include "engine/executor.h"

#include <utility>

namespace wasmedge_embed {
namespace {

// Room for some hundred thousand calls of an interpreted guest, as many as a compiled one has on
// its stack: the engine keeps frames and values in two vectors.
constexpr size_t kInterpreterStackBytes = size_t{16} << 20;
// The memory of an element in a table that has just doubled in size.
constexpr size_t kElementBytes = 32;
// The memory of a segment's instance for each byte of the module: a reference for the index of an
// element.
constexpr size_t kSegmentBytes = 16;

}  // namespace

Executor::Executor(std::shared_ptr<const Module> module, const Limits& limits)
    : module_(std::move(module)), fuel_(limits.fuel) {
  const wasmedge::Api& api = module_->api();
  const ConfigureHandle configure = module_->MakeConfigure();
  api.SetMaxMemoryPages(configure.get(), limits.memory_pages);
  // Even without a limit: code compiled to count instructions always counts.
  if (fuel_ || module_->is_aot()) {
    api.ConfigureStatisticsSetCostMeasuring(configure.get(), true);
    statistics_ = Own<StatisticsHandle>(api, api.StatisticsCreate());
  }
  executor_ = Own<ExecutorHandle>(api, api.ExecutorCreate(configure.get(), statistics_.get()));
  if (!module_->is_aot()) {
    interpreter_stop_.emplace(api, executor_.get(),
                              kInterpreterStackBytes + kElementBytes * module_->table_elements() +
                                  kSegmentBytes * module_->size());
  }
}

void Executor::Refuel() noexcept {
  if (!statistics_) return;
  const wasmedge::Api& api = module_->api();
  api.StatisticsClear(statistics_.get());
  api.StatisticsSetCostLimit(statistics_.get(), fuel_.value_or(UINT64_MAX));
}

void Executor::Interrupt() noexcept {
  if (interpreter_stop_) interpreter_stop_->Request();
}

void Executor::ClearInterrupt() noexcept {
  if (interpreter_stop_) interpreter_stop_->Clear();
}

}  // namespace wasmedge_embed
