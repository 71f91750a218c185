#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/invocation.h"
#include "engine/executor.h"
#include "engine/handle.h"
#include "engine/host_module_set.h"
#include "engine/signature.h"

namespace wasmedge_embed {

/// How a guest's function ended if it did not return.
struct Ending {
  std::optional<Error> error;
  /// The argument of `proc_exit`; 0 if the guest returned.
  uint32_t exit_code = 0;
  /// Whether the guest called `proc_exit`, which called functions are not expected to do.
  bool exited = false;

  bool is_normal() const noexcept { return !error && !exited; }
};

/// The error for an invocation that was asked to stop.
Error MakeStopError(StopReason reason);

/// An exported function whose parameters and results are all numbers. Holds the values of one call,
/// so that repeated calls allocate nothing.
struct Callee {
  const wasmedge::FunctionInstanceContext* function = nullptr;
  std::vector<wasmedge::Value> params;
  std::vector<wasmedge::Value> results;
};

/// Throws `Error(kInvalidArgument)` if the instance does not export the function or it cannot be
/// called with this number of arguments.
Callee FindCallee(const Module& module, const wasmedge::ModuleInstanceContext* instance,
                  const std::string& name, size_t arguments);

/// Calls it on a guest's thread.
wasmedge::Result InvokeCallee(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                              Callee& callee);

/// The call stack of the guest that is being left, on its thread; if it failed in a host function,
/// the guest functions that led to it. Throws `std::bad_alloc`.
std::shared_ptr<const GuestTrace> TraceOf(const Invocation& invocation);

/// How a guest ended that did not return, according to the engine's result and the state of its
/// invocation. `fuel` is the limit in force.
Ending EndingOf(const wasmedge::Api& api, wasmedge::Result result, const Invocation& invocation,
                std::optional<uint64_t> fuel);

/// An instance of a module, linked to host modules.
///
/// Used by one thread at a time, within a `GuestScope`; the executor may differ each time.
class GuestInstance {
 public:
  /// Both must outlive it.
  GuestInstance(const Module& module, HostModuleSet& hosts) noexcept
      : module_(module), hosts_(hosts) {}
  GuestInstance(const GuestInstance&) = delete;
  GuestInstance& operator=(const GuestInstance&) = delete;

  /// Creates the instance and runs its start function. Throws `Error(kLimit)` if there is no memory
  /// for it.
  void Instantiate(Executor& executor, Invocation& invocation, Ending& ending);

  /// Runs a reactor's constructors, which must run before any of its other functions (WASI
  /// application ABI). In an instance that starts from a snapshot they have already run.
  void Construct(Executor& executor, Invocation& invocation, Ending& ending);

  /// Throws `Error(kInvalidArgument)` if the function cannot be called with this number of
  /// arguments.
  Callee Find(const std::string& name, size_t arguments) const {
    return FindCallee(module_, instance_.get(), name, arguments);
  }

  /// Calls a function with the raw bits in `callee.params`. After a normal ending, its results are
  /// in `callee.results`.
  void Call(Callee& callee, Executor& executor, Invocation& invocation, Ending& ending);

  const wasmedge::ModuleInstanceContext* get() const noexcept { return instance_.get(); }

 private:
  const Module& module_;
  HostModuleSet& hosts_;
  ModuleInstanceHandle instance_;
};

}  // namespace wasmedge_embed
