#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/invocation.h"
#include "inference/run/inference_options.h"
#include "inference/run/litert_api.h"
#include "inference/run/litert_model.h"

namespace wasmedge_embed {

/// A model ready to run, with memory of its own for inputs and outputs, in the order of the
/// model's. Used by one thread at a time; borrows the model.
class CompiledModel {
 public:
  /// Throws `Error(kModel)` when LiteRT cannot compile the model, `std::bad_alloc`.
  CompiledModel(const LiteRtModel& model, const InferenceOptions& options);
  ~CompiledModel();
  CompiledModel(const CompiledModel&) = delete;
  CompiledModel& operator=(const CompiledModel&) = delete;

  /// To be filled before `Run`; holds the tensor's `byte_size`.
  uint8_t* input(size_t index) const noexcept { return inputs_[index].data(); }
  /// To be read after `Run`; holds the tensor's `byte_size`.
  const uint8_t* output(size_t index) const noexcept { return outputs_[index].data(); }

  /// The same with the bytes as guests have them.
  void SetInput(size_t index, const uint8_t* bytes) noexcept;
  void GetOutput(size_t index, uint8_t* bytes) const noexcept;

  /// Throws `Error(kModel)` when LiteRT fails, after which this must not be run again. LiteRT asks
  /// `invocation`, if there is one, between the nodes of the graph whether to go on: one that is to
  /// stop ends in the same way.
  void Run(Invocation* invocation = nullptr);
  bool failed() const noexcept { return failed_; }

 private:
  void MakeBuffers(const std::vector<LiteRtModel::Argument>& tensors,
                   std::vector<AlignedBuffer>* memory,
                   std::vector<litert::TensorBufferT*>* arguments);
  static bool IsStopped(void* compiled_model) noexcept;
  void Compile(const InferenceOptions& options);

  using Buffer = litert::Owned<litert::TensorBufferT>;

  const LiteRtModel& model_;
  // The buffers point into the memory and the compiled model may hold on to the buffers: the order
  // of these members is the order of need.
  std::vector<AlignedBuffer> inputs_;
  std::vector<AlignedBuffer> outputs_;
  std::vector<Buffer> buffers_;
  // In the order of the signature's arguments.
  std::vector<litert::TensorBufferT*> arguments_;
  std::vector<litert::TensorBufferT*> results_;
  litert::Owned<litert::CompiledModelT> handle_;
  // While it runs: whose run this is.
  Invocation* invocation_ = nullptr;
  bool failed_ = false;
};

}  // namespace wasmedge_embed
