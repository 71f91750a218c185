#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/guest_options.h"
#include "engine/handle.h"
#include "engine/interpreter_stop.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// WasmEdge's executor for one thread, with what counts and what stops the instructions of its
/// guests. It can execute any instance of the module, whichever executor created it.
class Executor {
 public:
  Executor(std::shared_ptr<const Module> module, const Limits& limits);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  const Module& module() const noexcept { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const noexcept { return module_; }
  wasmedge::ExecutorContext* get() const noexcept { return executor_.get(); }
  /// Absent if guests are compiled.
  InterpreterStop* interpreter_stop() noexcept {
    return interpreter_stop_ ? &*interpreter_stop_ : nullptr;
  }
  std::optional<uint64_t> fuel() const noexcept { return fuel_; }

  /// From now on, the guest may execute as many instructions as the limit allows.
  void Refuel() noexcept;

  /// From any thread, while a guest runs: stops an interpreted guest. A compiled one is stopped by
  /// its thread's interrupt signal.
  void Interrupt() noexcept;
  /// Must be called on the executor's thread after an interrupted invocation.
  void ClearInterrupt() noexcept;

 private:
  const std::shared_ptr<const Module> module_;
  const std::optional<uint64_t> fuel_;
  // Only with a fuel limit, for compiled modules.
  StatisticsHandle statistics_;
  ExecutorHandle executor_;
  // Only for interpreted modules.
  std::optional<InterpreterStop> interpreter_stop_;
};

}  // namespace wasmedge_embed
