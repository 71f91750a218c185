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

/// WasmEdge's executor of one thread, with what counts and what stops the instructions of the
/// guests that it executes. Any instance of the module may be executed by it, whichever made it.
class Executor {
 public:
  Executor(std::shared_ptr<const Module> module, const Limits& limits);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  const Module& module() const noexcept { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const noexcept { return module_; }
  wasmedge::ExecutorContext* get() const noexcept { return executor_.get(); }
  /// Absent where guests are compiled.
  InterpreterStop* interpreter_stop() noexcept {
    return interpreter_stop_ ? &*interpreter_stop_ : nullptr;
  }
  std::optional<uint64_t> fuel() const noexcept { return fuel_; }

  /// From here on the guest may execute as many instructions as the limit allows.
  void Refuel() noexcept;

  /// From any thread, while a guest runs: ends one that is interpreted. One that is compiled is
  /// ended by its thread's interrupt signal.
  void Interrupt() noexcept;
  /// To be called on the executor's thread after an invocation that was interrupted.
  void ClearInterrupt() noexcept;

 private:
  const std::shared_ptr<const Module> module_;
  const std::optional<uint64_t> fuel_;
  // Only with a fuel limit and for compiled modules.
  StatisticsHandle statistics_;
  ExecutorHandle executor_;
  // Only for interpreted modules.
  std::optional<InterpreterStop> interpreter_stop_;
};

}  // namespace wasmedge_embed
