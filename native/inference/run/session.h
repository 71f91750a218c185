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

/// One guest's use of one graph of a model: the inputs that it has set and the outputs of its last
/// run, both copies that belong to the session. Used by one thread at a time.
///
/// A compiled model is only borrowed during a run, so a session that is kept, or forgotten, holds
/// none. But if the model keeps state between runs, a session has its own compiled model from its
/// first run on: the state belongs to the session, starts fresh in each session, and is reset after
/// a failed run and when an input gets another shape.
class Session {
 public:
  /// `graph`: one of the model's; it cannot have more threads than the options. `budget`, if given,
  /// must outlive the session. Throws `Error(kLimit)`, "sessionBytes", if there is not enough left
  /// in it.
  Session(std::shared_ptr<Model> model, ModelGraph graph, const InferenceOptions& options,
          SessionBudget* budget);
  /// The model's first graph, as in its file.
  Session(std::shared_ptr<Model> model, const InferenceOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// With the current shapes of the inputs, and those of the outputs at the end of the last run.
  const std::vector<TensorInfo>& inputs() const noexcept { return graph_.inputs; }
  const std::vector<TensorInfo>& outputs() const noexcept { return graph_.outputs; }
  /// The memory of the session: the bytes of all inputs and outputs, and the memory of a compiled
  /// model that others cannot use, as far as the file's shapes determine it.
  uint64_t byte_size() const noexcept { return byte_size_; }

  /// The first input or output with this name.
  std::optional<size_t> InputIndex(std::string_view name) const noexcept;
  std::optional<size_t> OutputIndex(std::string_view name) const noexcept;

  /// Copies an input; false, and no change, unless `index` is that of an input and `size` its byte
  /// size.
  [[nodiscard]] bool SetInput(size_t index, const uint8_t* bytes, uint64_t size);
  /// The same for an input with another shape: with the same number of dimensions, each at least 1;
  /// if it has none, with any number of them. Whether the model supports it only shows when it
  /// runs. False for other shapes of a model provided by a guest: it was checked with those of its
  /// file. Throws `Error(kLimit)`, "sessionBytes".
  [[nodiscard]] bool SetInput(size_t index, const std::vector<int32_t>& shape, const uint8_t* bytes,
                              uint64_t size);

  /// The first input that has not been set. Inputs stay set after a run.
  std::optional<size_t> MissingInput() const noexcept;
  /// Whether every input has been set.
  bool ready() const noexcept { return !MissingInput(); }

  /// Runs the model and adds the time to that of the invocation, including compiling if there is no
  /// idle compiled model. `ready` must hold. Throws `Error(kModel)`, `Error(kLimit)`,
  /// `std::bad_alloc`; the outputs of an earlier run are lost then.
  void Run(Invocation& invocation);

  /// The bytes of an output after a run, `byte_size` of its `TensorInfo`; null before, and if
  /// `index` is not that of an output.
  const uint8_t* Output(size_t index) const noexcept;

 private:
  void Run(CompiledModel& compiled, Invocation& invocation);
  void Charge();

  std::shared_ptr<Model> model_;
  ModelGraph graph_;
  InferenceOptions options_;
  SessionBudget* budget_;
  uint64_t byte_size_ = 0;
  // Created on first use.
  std::vector<AlignedBuffer> inputs_;
  std::vector<AlignedBuffer> outputs_;
  // For a model that keeps state.
  std::unique_ptr<CompiledModel> own_;
  bool has_run_ = false;
};

}  // namespace wasmedge_embed
