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

/// The state of `wasi_ephemeral_nn` for one guest at a time: the graphs that it has loaded and its
/// execution contexts.
///
/// The binary interface is WasmEdge's (its plug-in wasi_nn): numbers of backends, targets and
/// tensor types as there, first handles 0, 1, 2, …, errors as results, never a trap. Only the
/// backend TensorFlow Lite on the processor exists. Why a guest is given an error is remembered in
/// the invocation.
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

  /// Frees what the guest has left behind. Before and after each invocation.
  void Reset() noexcept;

  /// Whether the guest has left nothing behind.
  bool is_empty() const noexcept { return graphs_.empty() && contexts_.empty(); }

  // The functions, with their parameters. A result is written only on success.

  /// (builders, builder_count, encoding, target, *graph). Copies the one builder's bytes.
  Errno Load(HostCall& call);
  /// (name, name_length, *graph). A name that is loaded already gives the same graph.
  Errno LoadByName(HostCall& call);
  /// (name, name_length, config, config_length, *graph). The configuration is JSON as
  /// `ModelSettings` has it, and goes before the host's settings; empty is none. A name with the
  /// same configuration that is loaded already gives the same graph.
  Errno LoadByNameWithConfig(HostCall& call);
  /// (graph, *context).
  Errno InitExecutionContext(HostCall& call);
  /// (context, index, tensor). The type must be the input's, and the size that of the dimensions.
  /// Other dimensions than the input's, but as many, resize it. A type may have the number of
  /// WasmEdge 0.13 and 0.14 (U8 2, I32 3), too.
  Errno SetInput(HostCall& call);
  /// (context). Refused until every input is set.
  Errno Compute(HostCall& call);
  /// (context, index, buffer, buffer_size, *bytes_written). Refused before `compute` and for a
  /// buffer that is too small; nothing is truncated.
  Errno GetOutput(HostCall& call);
  /// For backends that answer bit by bit, which this is not: kUnsupportedOperation.
  Errno GetOutputSingle(HostCall& call);
  Errno ComputeSingle(HostCall& call);
  Errno FinishSingle(HostCall& call);
  /// (graph). Contexts made of it stay usable.
  Errno Unload(HostCall& call);
  /// (context).
  Errno FinalizeExecutionContext(HostCall& call);

 private:
  struct Graph {
    std::shared_ptr<Model> model;
    ModelGraph graph;
    /// What it counts against the limit of bytes that the guest brought.
    uint64_t guest_bytes;
  };

  /// Of the name that is the first two arguments.
  Errno LoadGraph(HostCall& call, std::string_view config, uint32_t result);
  Errno RefuseSingle(HostCall& call) const;

  const ModelLender models_;
  const InferenceOptions options_;
  const InferenceLimits limits_;
  SessionBudget budget_;
  HandleTable<Graph> graphs_;
  HandleTable<Session> contexts_;
  // The graphs that were loaded by name and configuration; one that has been unloaded is found to
  // be stale.
  std::map<std::pair<std::string, std::string>, uint32_t> graphs_by_name_;
  uint64_t guest_model_bytes_ = 0;
};

/// `wasi_ephemeral_nn`.
const HostModule<WasiNnState>& WasiNnModule();

}  // namespace wasmedge_embed
