#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/page_buffer.h"
#include "inference/check/tensor.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/assembled_model.h"
#include "inference/run/litert_api.h"
#include "inference/run/memory_guard.h"
#include "inference/run/model_graph.h"

namespace wasmedge_embed {

/// One graph of a model as LiteRT has it. Immutable.
class LiteRtModel {
 public:
  struct Argument {
    /// As guests see it.
    TensorType guest_type;
    litert::RawElementType type;
    /// Its number in the graph.
    int32_t tensor;
    /// The shape in the file that LiteRT is given.
    std::vector<int32_t> file_shape;
    /// Whether its numbers are int8 for LiteRT and uint8 for guests, which differ in the highest
    /// bit.
    bool flipped = false;
    /// Channels of the last dimension that LiteRT wants once more behind the others.
    ChannelCopies copies;
  };

  /// Takes the file that `CheckModel` or `CheckHostModel` has passed, or that `RewriteModel` has
  /// made of it. `graph`: as guests see it, of the file before it was rewritten. `verify`: whether
  /// LiteRT is to look at all of it first, which it does for the models of guests. `lent`: as
  /// `AssembleModel` takes it. Throws `Error(kModel)`, `Error(kNativeLoad)` when LiteRT cannot be
  /// used, `std::bad_alloc`; what was lent may have been taken over then.
  LiteRtModel(const ModelFile& file, const ModelGraph& graph, OutputPath path, bool verify,
              const RewrittenModel* rewritten, PageBuffer* lent);
  ~LiteRtModel();
  LiteRtModel(const LiteRtModel&) = delete;
  LiteRtModel& operator=(const LiteRtModel&) = delete;

  litert::ModelT* handle() const noexcept { return handle_.get(); }
  const std::vector<Argument>& inputs() const noexcept { return inputs_; }
  const std::vector<Argument>& outputs() const noexcept { return outputs_; }
  OutputPath output_path() const noexcept { return path_; }
  /// The inputs that the first run of a compiled model would not see, by their tensors.
  const std::vector<int32_t>& inputs_taken_over() const noexcept { return inputs_taken_over_; }
  /// Of each tensor of the graph.
  const std::vector<MemoryGuard::Use>& tensor_uses() const noexcept { return tensor_uses_; }
  /// The file, as it was given, for as long as this lives.
  const uint8_t* file() const noexcept { return assembled_.bytes + assembled_.file_position; }

 private:
  void Make(bool verify);

  const OutputPath path_;
  const std::vector<int32_t> inputs_taken_over_;
  std::vector<MemoryGuard::Use> tensor_uses_;
  std::vector<Argument> inputs_;
  std::vector<Argument> outputs_;
  AssembledModel assembled_;
  litert::Owned<litert::ModelT> handle_;
};

}  // namespace wasmedge_embed
