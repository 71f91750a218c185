#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/invocation.h"
#include "inference/run/inference_options.h"
#include "inference/run/model.h"
#include "inference/run/session_budget.h"

namespace wasmedge_embed {

/// One guest's use of one graph of a model: inputs that it has set and the outputs of its last run,
/// both copies that belong to the session. Used by one thread at a time.
///
/// A compiled model is borrowed for the length of a run only, so a session that is kept, or
/// forgotten, holds none. But where the model keeps state from run to run, a session has a compiled
/// model of its own, from its first run on: the state is the session's, begins anew with each, and
/// anew after a run that failed and when an input gets another shape.
class Session {
 public:
  /// `graph`: one of the model's; more threads than the options have are not given. `budget`, if
  /// there is one, must outlive the session. Throws `Error(kLimit)`, "sessionBytes",
  /// when there is not enough left in it.
  Session(std::shared_ptr<Model> model, ModelGraph graph, const InferenceOptions& options,
          SessionBudget* budget);
  /// The model's first graph, as its file has it.
  Session(std::shared_ptr<Model> model, const InferenceOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// With the shapes that the inputs have now, and the outputs had at the end of the last run.
  const std::vector<TensorInfo>& inputs() const noexcept { return graph_.inputs; }
  const std::vector<TensorInfo>& outputs() const noexcept { return graph_.outputs; }
  /// What the session takes: the bytes of all inputs and outputs, and what a compiled model takes
  /// that others cannot use, as far as the file's shapes tell.
  uint64_t byte_size() const noexcept { return byte_size_; }

  /// The first input or output of this name.
  std::optional<size_t> InputIndex(std::string_view name) const noexcept;
  std::optional<size_t> OutputIndex(std::string_view name) const noexcept;

  /// Copies an input; false, and no change, unless `index` is an input's and `size` its byte size.
  [[nodiscard]] bool SetInput(size_t index, const uint8_t* bytes, uint64_t size);
  /// The same of an input of another shape: of as many dimensions, each at least 1; where there are
  /// none, of any number of them. Whether the model can have it shows when it runs. False for other
  /// shapes of a model that a guest has brought: it was checked with those of its file. Throws
  /// `Error(kLimit)`, "sessionBytes".
  [[nodiscard]] bool SetInput(size_t index, const std::vector<int32_t>& shape, const uint8_t* bytes,
                              uint64_t size);

  /// The first input that has not been set. They stay set after a run.
  std::optional<size_t> MissingInput() const noexcept;
  /// Whether every input has been set.
  bool ready() const noexcept { return !MissingInput(); }

  /// Runs the model and adds the time that it takes, compiling included where there is no idle
  /// compiled model, to the invocation's. `ready` must hold. Throws `Error(kModel)`,
  /// `Error(kLimit)`, `std::bad_alloc`; the outputs of an earlier run are then gone.
  void Run(Invocation& invocation);

  /// The bytes of an output after a run, `byte_size` of its `TensorInfo`; null before, and when
  /// `index` is no output's.
  const uint8_t* Output(size_t index) const noexcept;

 private:
  void Run(CompiledModel& compiled, Invocation& invocation);
  void Charge();

  std::shared_ptr<Model> model_;
  ModelGraph graph_;
  InferenceOptions options_;
  SessionBudget* budget_;
  uint64_t byte_size_ = 0;
  // Made when they are first needed.
  std::vector<AlignedBuffer> inputs_;
  std::vector<AlignedBuffer> outputs_;
  // Of a model that keeps state.
  std::unique_ptr<CompiledModel> own_;
  bool has_run_ = false;
};

}  // namespace wasmedge_embed
