#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "host/handle_table.h"
#include "host/host_module.h"
#include "inference/run/inference_options.h"
#include "inference/run/session.h"
#include "inference/run/session_budget.h"

namespace wasmedge_embed {

/// The state of `wasmedge_tensorflowlite` for one guest at a time: its sessions.
///
/// There are two binary interfaces in the one module, whose names differ: that of WasmEdge's
/// plug-in from 0.13 on, which the crate wasmedge_tensorflow_interface 0.3 calls, and that of
/// WasmEdge 0.8 to 0.12, which the crate calls up to 0.2. Inputs and outputs are found by the names
/// of the model's tensors; from 0.13 on a tensor's number is its place among the outputs. Why a
/// guest is given an error is remembered in the invocation.
class TensorFlowLiteState {
 public:
  /// The plug-in's `ErrNo`.
  enum class Errno : uint32_t {
    kSuccess = 0,
    kInvalidArgument = 1,
    kInvalidEncoding = 2,
    kMissingMemory = 3,
    kBusy = 4,
    kRuntimeError = 5,
  };

  explicit TensorFlowLiteState(const InferenceOptions& options, const InferenceLimits& limits = {});

  /// Frees what the guest has left behind. Before and after each invocation.
  void Reset() noexcept;

  /// Whether the guest has left nothing behind.
  bool is_empty() const noexcept { return sessions_.empty(); }

  // The functions, with their parameters. What lies outside the guest's memory is kMissingMemory,
  // as in WasmEdge. A result is written only on success, but for the last one of `GetTensorData`.

  /// (model, model_length, *session). Copies the model.
  Errno CreateSession(HostCall& call);
  /// (session).
  Errno DeleteSession(HostCall& call);
  /// (session). Refused until every input is set.
  Errno RunSession(HostCall& call);
  /// (session, name, name_length, *tensor).
  Errno GetOutputTensor(HostCall& call);
  /// (session, tensor, *length): bytes.
  Errno GetTensorLength(HostCall& call);
  /// (session, tensor, buffer, buffer_length, *bytes_written). Refused before a run; the buffer
  /// must have exactly the tensor's size, else 0 is written as the last.
  Errno GetTensorData(HostCall& call);
  /// (session, name, name_length, bytes, byte_length): exactly the tensor's size.
  Errno AppendInput(HostCall& call);

  // The functions of 0.8 to 0.12 (tensorflow_lite_legacy.cc). What was a pointer of the host's is
  // 64 bits that tell sessions and tensors apart and are never 0; a tensor ends with its session.
  // Results: 0 for a session or tensor that cannot be had and for the length of what is no tensor,
  // 1 for a run that failed. The three that have no result throw `Error(kTrap)`.

  /// (model, model_length) -> session.
  HostOutcome LegacyCreateSession(HostCall& call);
  /// (session).
  HostOutcome LegacyDeleteSession(HostCall& call);
  /// (session) -> 0 or 1.
  HostOutcome LegacyRunSession(HostCall& call);
  /// (session, name, name_length) -> tensor.
  HostOutcome LegacyGetOutputTensor(HostCall& call);
  /// (tensor) -> bytes.
  HostOutcome LegacyGetTensorLength(HostCall& call);
  /// (tensor, buffer): the buffer has the tensor's size. Refused before a run.
  HostOutcome LegacyGetTensorData(HostCall& call);
  /// (session, name, name_length, bytes, byte_length): an input's name and exactly its size.
  HostOutcome LegacyAppendInput(HostCall& call);

 private:
  struct Entry {
    Entry(std::shared_ptr<Model> model, const InferenceOptions& options, SessionBudget* budget,
          uint64_t bytes)
        : session(model, model->graph(), options, budget), model_bytes(bytes) {}

    Session session;
    /// What it counts against the limit of bytes that the guest brought.
    uint64_t model_bytes;
  };

  /// The new session's handle; nothing when the bytes are no model.
  std::optional<uint32_t> MakeSession(HostCall& call, const ByteSpan& bytes);
  bool EraseSession(uint32_t handle) noexcept;
  /// False when the run failed, also for want of an input.
  static bool Run(HostCall& call, Entry& entry);
  Entry* FindLegacySession(uint64_t handle) const noexcept;
  /// A legacy tensor's session and its place among the outputs; null for what is no tensor.
  std::pair<Entry*, size_t> FindLegacyTensor(uint64_t handle) const noexcept;

  const InferenceOptions options_;
  const InferenceLimits limits_;
  SessionBudget budget_;
  HandleTable<Entry> sessions_;
  uint64_t model_bytes_ = 0;
};

/// `wasmedge_tensorflowlite`.
const HostModule<TensorFlowLiteState>& TensorFlowLiteModule();

}  // namespace wasmedge_embed
