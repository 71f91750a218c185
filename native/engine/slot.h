#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/fault_guard.h"
#include "engine/host_instance.h"
#include "engine/host_modules.h"
#include "engine/interpreter_stop.h"
#include "engine/interrupt_timer.h"
#include "engine/module.h"
#include "host/image.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "inference/run/model.h"
#include "wasi/file_system.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed {

/// What one invocation may use.
struct Limits {
  /// Pages of 64 KiB that the guest's memory may have.
  uint32_t memory_pages = 65536;
  /// Bytes of stdout and stderr together.
  uint64_t output_bytes = WasiInput::kUnlimited;
  /// Instructions, by WasmEdge's cost measuring (one each); the module must be compiled for it.
  std::optional<uint64_t> fuel;
  InferenceLimits inference;
  ImageLimits image;
};

/// What all slots of a loaded module share.
struct SlotOptions {
  std::shared_ptr<const FileSystem> files;
  std::shared_ptr<const ModelTable> models;
  InferenceOptions inference;
  Limits limits;
  OptionalHostModules host_modules;
};

/// One invocation as it was asked for. Plain data: made on the main thread, run on another.
struct Request {
  /// The exported function to call; absent for a run of `_start`.
  std::optional<std::string> function;
  /// Raw bits of the function's arguments, as many as it takes.
  std::vector<uint64_t> arguments;

  std::vector<std::string> args;
  /// "NAME=value"
  std::vector<std::string> env;
  std::vector<uint8_t> stdin_bytes;
};

/// How an invocation ended. Whatever the guest wrote is here, also when it failed.
struct Outcome {
  std::optional<Error> error;
  /// What the guest gave to `proc_exit`; 0 when it returned by itself.
  uint32_t exit_code = 0;
  /// Whether the guest called `proc_exit`, which a called function is not expected to do.
  bool exited = false;
  /// Raw bits of a called function's result, where it has one.
  std::optional<uint64_t> result;
  std::vector<uint8_t> stdout_bytes;
  std::vector<uint8_t> stderr_bytes;
  Invocation::Clock::duration instantiate_time{0};
  Invocation::Clock::duration execute_time{0};
  Invocation::Clock::duration inference_time{0};
};

/// The error of an invocation that was asked to stop.
Error MakeStopError(StopReason reason);

/// All that one thread needs to run a module again and again: an executor, a store with the host
/// modules, their states. Each run gets a fresh instance of the guest. Not thread-safe: a slot
/// belongs to its thread.
class Slot {
 public:
  Slot(std::shared_ptr<const Module> module, const SlotOptions& options);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  /// Runs on the calling thread, whose stack and timer these are. Never throws what a guest or a
  /// request can cause: it is in the outcome.
  Outcome Run(Request request, Invocation& invocation, GuestStack& stack, InterruptTimer& timer);

  /// From any thread, while a guest runs: ends one that is interpreted. One that is compiled is
  /// ended by its thread's interrupt signal.
  void InterruptInterpreter() noexcept;
  /// To be called on the slot's thread after an invocation that was interrupted.
  void ClearInterrupt() noexcept;

 private:
  void Execute(const Request& request, Outcome& outcome);
  /// The raw bits of the function's first result, where it has one and returns.
  std::optional<uint64_t> Invoke(const wasmedge::ModuleInstanceContext* instance,
                                 const std::string& name, const std::vector<uint64_t>& arguments,
                                 Outcome& outcome);
  wasmedge::Result CallGuest(const wasmedge::FunctionInstanceContext* function,
                             const std::vector<wasmedge::Value>& params,
                             std::vector<wasmedge::Value>& results);
  void Fail(wasmedge::Result result, Outcome& outcome) const;

  // In the order of construction: the host instances refer to the context and the states, the store
  // to the host instances.
  std::shared_ptr<const Module> module_;
  std::shared_ptr<const FileSystem> files_;
  Limits limits_;
  HostContext context_;
  WasiState wasi_;
  WasiNnState wasi_nn_;
  TensorFlowLiteState tensorflow_lite_;
  ImageState image_;
  HostInstance<WasiState> wasi_instance_;
  HostInstance<WasiNnState> wasi_nn_instance_;
  HostInstance<TensorFlowLiteState> tensorflow_lite_instance_;
  std::optional<HostInstance<ImageState>> image_instance_;
  StoreHandle store_;
  // Only with a fuel limit and for compiled modules.
  StatisticsHandle statistics_;
  ExecutorHandle executor_;
  // Only for interpreted modules.
  std::optional<InterpreterStop> interpreter_stop_;
};

}  // namespace wasmedge_embed
