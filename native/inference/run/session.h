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

namespace wasmedge_embed {

/// One guest's use of a model: inputs that it has set and the outputs of its last run, both copies
/// that belong to the session. A compiled model is borrowed for the length of a run only, so a
/// session that is kept, or forgotten, holds none. Used by one thread at a time.
class Session {
 public:
  Session(std::shared_ptr<Model> model, const InferenceOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::vector<TensorInfo>& inputs() const noexcept { return model_->inputs(); }
  const std::vector<TensorInfo>& outputs() const noexcept { return model_->outputs(); }
  /// What the session may hold: the bytes of all inputs and outputs.
  uint64_t byte_size() const noexcept { return model_->tensor_bytes(); }

  /// The first input or output of this name.
  std::optional<size_t> InputIndex(std::string_view name) const noexcept;
  std::optional<size_t> OutputIndex(std::string_view name) const noexcept;

  /// Copies an input; false, and no change, unless `index` is an input's and `size` its byte size.
  [[nodiscard]] bool SetInput(size_t index, const uint8_t* bytes, uint64_t size);

  /// The first input that has not been set. They stay set after a run.
  std::optional<size_t> MissingInput() const noexcept;
  /// Whether every input has been set.
  bool ready() const noexcept { return !MissingInput(); }

  /// Runs the model and adds the time that it takes, compiling included where there is no idle
  /// compiled model, to the invocation's. `ready` must hold. Throws `Error(kModel)`,
  /// `std::bad_alloc`; the outputs of an earlier run are then gone.
  void Run(Invocation& invocation);

  /// The bytes of an output after a run, `byte_size` of its `TensorInfo`; null before, and when
  /// `index` is no output's.
  const uint8_t* Output(size_t index) const noexcept;

 private:
  std::shared_ptr<Model> model_;
  InferenceOptions options_;
  // Made when they are first needed.
  std::vector<AlignedBuffer> inputs_;
  std::vector<AlignedBuffer> outputs_;
  bool has_run_ = false;
};

}  // namespace wasmedge_embed
