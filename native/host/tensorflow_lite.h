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
/// The module contains two binary interfaces, whose names differ: that of WasmEdge's plug-in since
/// 0.13, called by the crate wasmedge_tensorflow_interface 0.3, and that of WasmEdge 0.8 to 0.12,
/// called by the crate up to 0.2. Inputs and outputs are identified by the names of the model's
/// tensors; since 0.13 a tensor's number is its index among the outputs. The invocation records why
/// a guest gets an error.
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

  /// Frees what the guest has left. Called before and after each invocation.
  void Reset() noexcept;

  /// Whether the guest has left nothing.
  bool is_empty() const noexcept { return sessions_.empty(); }

  // The functions, with their parameters. Ranges outside the guest's memory give kMissingMemory, as
  // in WasmEdge. Results are written only on success, except for the last one of `GetTensorData`.

  /// (model, model_length, *session). Copies the model.
  Errno CreateSession(HostCall& call);
  /// (session).
  Errno DeleteSession(HostCall& call);
  /// (session). Fails until every input is set.
  Errno RunSession(HostCall& call);
  /// (session, name, name_length, *tensor).
  Errno GetOutputTensor(HostCall& call);
  /// (session, tensor, *length): bytes.
  Errno GetTensorLength(HostCall& call);
  /// (session, tensor, buffer, buffer_length, *bytes_written). Fails before a run; the buffer must
  /// have exactly the tensor's size, otherwise bytes_written is set to 0.
  Errno GetTensorData(HostCall& call);
  /// (session, name, name_length, bytes, byte_length): exactly the tensor's size.
  Errno AppendInput(HostCall& call);

  // The functions of 0.8 to 0.12 (tensorflow_lite_legacy.cc). Former host pointers are 64-bit
  // numbers that identify sessions and tensors and are never 0; a tensor ends with its session.
  // Results: 0 for a session or tensor that is unavailable and for the length of an invalid tensor,
  // 1 for a failed run. The three functions without a result throw `Error(kTrap)`.

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
  /// (tensor, buffer): the buffer has the tensor's size. Fails before a run.
  HostOutcome LegacyGetTensorData(HostCall& call);
  /// (session, name, name_length, bytes, byte_length): an input's name and exactly its size.
  HostOutcome LegacyAppendInput(HostCall& call);

 private:
  struct Entry {
    Entry(std::shared_ptr<Model> model, const InferenceOptions& options, SessionBudget* budget,
          uint64_t bytes)
        : session(model, model->graph(), options, budget), model_bytes(bytes) {}

    Session session;
    /// The bytes that count against the limit for models from the guest.
    uint64_t model_bytes;
  };

  /// The new session's handle; nothing if the bytes are not a model.
  std::optional<uint32_t> MakeSession(HostCall& call, const ByteSpan& bytes);
  bool EraseSession(uint32_t handle) noexcept;
  /// False if the run failed, including for a missing input.
  static bool Run(HostCall& call, Entry& entry);
  Entry* FindLegacySession(uint64_t handle) const noexcept;
  /// A legacy tensor's session and its index among the outputs; null if it is not a tensor.
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
