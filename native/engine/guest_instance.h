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

/// How a guest's function ended, where it did not return.
struct Ending {
  std::optional<Error> error;
  /// What the guest gave to `proc_exit`; 0 when it returned by itself.
  uint32_t exit_code = 0;
  /// Whether the guest called `proc_exit`, which a called function is not expected to do.
  bool exited = false;

  bool is_normal() const noexcept { return !error && !exited; }
};

/// The error of an invocation that was asked to stop.
Error MakeStopError(StopReason reason);

/// A function of an instance that can be called from outside: all of its values are numbers. Has
/// room for the values of one call, so that a further one allocates nothing.
struct Callee {
  const wasmedge::FunctionInstanceContext* function = nullptr;
  std::vector<wasmedge::Value> params;
  std::vector<wasmedge::Value> results;
};

/// Throws `Error(kInvalidArgument)` for a function that the instance does not export or that cannot
/// be called with so many arguments.
Callee FindCallee(const Module& module, const wasmedge::ModuleInstanceContext* instance,
                  const std::string& name, size_t arguments);

/// Calls it, on a guest's thread.
wasmedge::Result InvokeCallee(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                              Callee& callee);

/// Where the guest was that is left now, on its thread; with the guest's functions that had called
/// the host function in which it failed. Throws `std::bad_alloc`.
std::shared_ptr<const GuestTrace> TraceOf(const Invocation& invocation);

/// How the guest ended that did not return, by what the engine tells of it and what is known of its
/// invocation. `fuel` is the limit in force.
Ending EndingOf(const wasmedge::Api& api, wasmedge::Result result, const Invocation& invocation,
                std::optional<uint64_t> fuel);

/// An instance of a module, linked to host modules.
///
/// Used by one thread at a time, within a `GuestScope`; its executor may be another each time.
class GuestInstance {
 public:
  /// Both must outlive it.
  GuestInstance(const Module& module, HostModuleSet& hosts) noexcept
      : module_(module), hosts_(hosts) {}
  GuestInstance(const GuestInstance&) = delete;
  GuestInstance& operator=(const GuestInstance&) = delete;

  /// Makes it; its start function runs. Throws `Error(kLimit)` without a memory for it.
  void Instantiate(Executor& executor, Invocation& invocation, Ending& ending);

  /// Runs a reactor's constructors, which go before any other of its functions (WASI application
  /// ABI). An instance that begins with a snapshot has that behind it.
  void Construct(Executor& executor, Invocation& invocation, Ending& ending);

  /// Throws `Error(kInvalidArgument)` for a function that cannot be called with so many arguments.
  Callee Find(const std::string& name, size_t arguments) const {
    return FindCallee(module_, instance_.get(), name, arguments);
  }

  /// Calls a function with the raw bits in `callee.params`; those of its results are in
  /// `callee.results` when the ending is normal.
  void Call(Callee& callee, Executor& executor, Invocation& invocation, Ending& ending);

  const wasmedge::ModuleInstanceContext* get() const noexcept { return instance_.get(); }

 private:
  const Module& module_;
  HostModuleSet& hosts_;
  ModuleInstanceHandle instance_;
};

}  // namespace wasmedge_embed
