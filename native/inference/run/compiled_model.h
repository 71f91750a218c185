#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/invocation.h"
#include "inference/run/inference_options.h"
#include "inference/run/litert_api.h"
#include "inference/run/litert_log.h"
#include "inference/run/litert_model.h"
#include "inference/run/model_graph.h"
#include "inference/run/output_reader.h"

namespace wasmedge_embed {

/// A model ready to run on inputs of certain shapes, with its own memory for inputs and outputs, in
/// the model's order. Used by one thread at a time; borrows the model.
class CompiledModel {
 public:
  /// `shapes`: one per input, every dimension at least 1. Throws `Error(kModel)` if LiteRT cannot
  /// compile the model or the model does not support these shapes, or `std::bad_alloc`.
  CompiledModel(const LiteRtModel& model, const InferenceOptions& options,
                const InputShapes& shapes);
  ~CompiledModel();
  CompiledModel(const CompiledModel&) = delete;
  CompiledModel& operator=(const CompiledModel&) = delete;

  /// Changes the inputs' shapes; what the model keeps in resources stays, as in TensorFlow Lite.
  /// Inputs must be filled again. Throws like the constructor; this must not be run again then.
  void ChangeShapes(const InputShapes& shapes);

  /// To be filled before `Run`: the tensor's bytes in LiteRT's format.
  uint8_t* input(size_t index) const noexcept { return inputs_[index].memory.data(); }
  /// To be read after `Run`, `output_size` bytes.
  const uint8_t* output(size_t index) const noexcept;
  /// Of the last run; before the first one, as far as it is known.
  std::vector<int32_t> output_shape(size_t index) const;
  uint64_t output_size(size_t index) const noexcept;

  /// The same in the guests' format.
  void SetInput(size_t index, const uint8_t* bytes) noexcept;
  void GetOutput(size_t index, uint8_t* bytes) const noexcept;

  /// Throws `Error(kModel)` if LiteRT fails; this must not be run again then. Between the nodes of
  /// the graph, LiteRT asks `invocation`, if there is one, whether to continue. A run that is to
  /// stop fails in the same way, and so does one whose outputs or intermediate results exceed these
  /// numbers of bytes.
  struct Limits {
    uint64_t output_bytes = UINT64_MAX;
    uint64_t activation_bytes = UINT64_MAX;
  };
  void Run(Invocation* invocation, const Limits& limits);
  void Run(Invocation* invocation = nullptr) { Run(invocation, {}); }
  /// Whether the last run failed because of one of its limits.
  bool outputs_too_large() const noexcept { return reads_outputs() && reader_->was_too_large(); }
  bool asked_for_too_much() const noexcept {
    return reads_outputs() && reader_->memory().has_refused();
  }
  bool failed() const noexcept { return failed_; }

 private:
  struct Tensor {
    std::vector<int32_t> shape;
    /// In the guests' format.
    uint64_t byte_size = 0;
    AlignedBuffer memory;
  };

  void Compile(const InferenceOptions& options, const litert::LogCapture& log);
  void MakeTensors(const InputShapes& shapes, const litert::LogCapture& log);
  void Resize(const InputShapes& shapes, const litert::LogCapture& log);
  void SizeOutputs(const litert::LogCapture& log);
  void MakeBuffers(const std::vector<LiteRtModel::Argument>& arguments,
                   const std::vector<Tensor>& tensors, const litert::LogCapture& log,
                   std::vector<litert::TensorBufferT*>* buffers);
  litert::Status RunOnce();
  void Place(const Limits& limits);
  void RequireWithin(const Limits& limits) const;
  bool reads_outputs() const noexcept { return reader_ != nullptr; }
  static bool IsStopped(void* compiled_model) noexcept;

  using Buffer = litert::Owned<litert::TensorBufferT>;

  const LiteRtModel& model_;
  std::unique_ptr<OutputReader> reader_;
  // The buffers point into the memory, and the compiled model may refer to the buffers: the order
  // of these members is the order of these dependencies.
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
  // Of the inputs, as LiteRT has them.
  std::vector<std::vector<int32_t>> litert_shapes_;
  std::vector<Buffer> buffers_;
  std::vector<litert::TensorBufferT*> arguments_;
  std::vector<litert::TensorBufferT*> results_;
  litert::Owned<litert::CompiledModelT> handle_;
  // While it runs: the invocation that runs it.
  Invocation* invocation_ = nullptr;
  bool is_placed_;
  bool is_placing_ = false;
  bool was_asked_while_placing_ = false;
  bool failed_ = false;
};

}  // namespace wasmedge_embed
