#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/invocation.h"
#include "inference/aligned_buffer.h"
#include "inference/inference_options.h"
#include "inference/litert_api.h"
#include "inference/tensor.h"

namespace wasmedge_embed {

class Model;

/// An input or output as LiteRT sees it.
struct RawTensor {
  litert::RankedTensorType type;
  /// Its place among the arguments of the signature, which may be in another order.
  size_t argument;
};

/// A model ready to run, with memory of its own for inputs and outputs, in the order of
/// `Model::inputs` and `Model::outputs`. Used by one thread at a time; borrows the model.
class CompiledModel {
 public:
  /// Throws `Error(kModel)` when LiteRT cannot compile the model, `std::bad_alloc`.
  CompiledModel(const Model& model, const InferenceOptions& options);
  ~CompiledModel();
  CompiledModel(const CompiledModel&) = delete;
  CompiledModel& operator=(const CompiledModel&) = delete;

  /// To be filled before `Run`; holds the tensor's `byte_size`.
  uint8_t* input(size_t index) const noexcept { return inputs_[index].data(); }
  /// To be read after `Run`; holds the tensor's `byte_size`.
  const uint8_t* output(size_t index) const noexcept { return outputs_[index].data(); }

  /// Throws `Error(kModel)` when LiteRT fails, after which this must not be run again. LiteRT asks
  /// `invocation`, if there is one, between the nodes of the graph whether to go on: one that is to
  /// stop ends in the same way.
  void Run(Invocation* invocation = nullptr);
  bool failed() const noexcept { return failed_; }

 private:
  void MakeBuffers(const std::vector<TensorInfo>& infos, const std::vector<RawTensor>& raw,
                   std::vector<AlignedBuffer>* memory,
                   std::vector<litert::TensorBufferT*>* arguments);
  static bool IsStopped(void* compiled_model) noexcept;
  void Compile(litert::ModelT* model, const InferenceOptions& options);

  using Buffer = litert::Owned<litert::TensorBufferT>;

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
