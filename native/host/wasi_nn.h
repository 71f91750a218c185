#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "host/handle_table.h"
#include "host/host_module.h"
#include "inference/run/inference_options.h"
#include "inference/run/model.h"
#include "inference/run/session.h"
#include "inference/run/session_budget.h"

namespace wasmedge_embed {

/// The state of `wasi_ephemeral_nn` for one guest at a time: its loaded graphs and its execution
/// contexts.
///
/// The binary interface is WasmEdge's (its plug-in wasi_nn): the same numbers for backends, targets
/// and tensor types, first handles 0, 1, 2, …, errors as results, never a trap. The only backend is
/// TensorFlow Lite on the CPU. The invocation records why a guest gets an error.
class WasiNnState {
 public:
  /// The witx enum `nn_errno`.
  enum class Errno : uint32_t {
    kSuccess = 0,
    kInvalidArgument = 1,
    kInvalidEncoding = 2,
    kMissingMemory = 3,
    kBusy = 4,
    kRuntimeError = 5,
    kUnsupportedOperation = 6,
    kTooLarge = 7,
    kNotFound = 8,
  };

  WasiNnState(ModelLender models, const InferenceOptions& options,
              const InferenceLimits& limits = {});
  WasiNnState(std::shared_ptr<const ModelTable> models, const InferenceOptions& options,
              const InferenceLimits& limits = {});

  /// Frees what the guest has left. Called before and after each invocation.
  void Reset() noexcept;

  /// Whether the guest has left nothing.
  bool is_empty() const noexcept { return graphs_.empty() && contexts_.empty(); }

  // The functions, with their parameters. Results are written only on success.

  /// (builders, builder_count, encoding, target, *graph). Copies the bytes of the only builder.
  Errno Load(HostCall& call);
  /// (name, name_length, *graph). The same graph for a name that is already loaded.
  Errno LoadByName(HostCall& call);
  /// (name, name_length, config, config_length, *graph). The configuration is JSON in the form of
  /// `ModelSettings` and takes precedence over the host's settings; empty means none. The same
  /// graph for a name already loaded with the same configuration.
  Errno LoadByNameWithConfig(HostCall& call);
  /// (graph, *context).
  Errno InitExecutionContext(HostCall& call);
  /// (context, index, tensor). The type must be the input's, and the size that of the dimensions.
  /// Dimensions that differ from the input's, but not in number, resize it. The type may also have
  /// the number of WasmEdge 0.13 and 0.14 (U8 2, I32 3).
  Errno SetInput(HostCall& call);
  /// (context). Fails until every input is set.
  Errno Compute(HostCall& call);
  /// (context, index, buffer, buffer_size, *bytes_written). Fails before `compute` and if the
  /// buffer is too small; nothing is truncated.
  Errno GetOutput(HostCall& call);
  /// For backends with incremental output, which this is not: kUnsupportedOperation.
  Errno GetOutputSingle(HostCall& call);
  Errno ComputeSingle(HostCall& call);
  Errno FinishSingle(HostCall& call);
  /// (graph). Contexts created from it remain usable.
  Errno Unload(HostCall& call);
  /// (context).
  Errno FinalizeExecutionContext(HostCall& call);

 private:
  struct Graph {
    std::shared_ptr<Model> model;
    ModelGraph graph;
    /// The bytes that count against the limit for models from the guest.
    uint64_t guest_bytes;
  };

  /// Loads the graph with the name in the first two arguments.
  Errno LoadGraph(HostCall& call, std::string_view config, uint32_t result);
  Errno RefuseSingle(HostCall& call) const;

  const ModelLender models_;
  const InferenceOptions options_;
  const InferenceLimits limits_;
  SessionBudget budget_;
  HandleTable<Graph> graphs_;
  HandleTable<Session> contexts_;
  // Graphs loaded by name and configuration. The handle of an unloaded one is stale.
  std::map<std::pair<std::string, std::string>, uint32_t> graphs_by_name_;
  uint64_t guest_model_bytes_ = 0;
};

/// `wasi_ephemeral_nn`.
const HostModule<WasiNnState>& WasiNnModule();

}  // namespace wasmedge_embed
