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

/// One graph of a model, loaded by LiteRT. Immutable.
class LiteRtModel {
 public:
  struct Argument {
    /// The type that guests see.
    TensorType guest_type;
    litert::RawElementType type;
    /// Its index in the graph.
    int32_t tensor;
    /// The shape in the file that LiteRT reads.
    std::vector<int32_t> file_shape;
    /// Whether its values are int8 for LiteRT and uint8 for guests, which differ in the highest
    /// bit.
    bool flipped = false;
    /// Channels of the last dimension that LiteRT expects again after the others.
    ChannelCopies copies;
  };

  /// `file` has passed `CheckModel` or `CheckHostModel`, or is the result of `RewriteModel`.
  /// `graph` is that of the original file, as guests see it. `verify`: whether LiteRT verifies the
  /// whole file first, for models that guests bring. `lent`: see `AssembleModel`; it may have been
  /// taken over even if the constructor throws. Throws `Error(kModel)`, `Error(kNativeLoad)` if
  /// LiteRT cannot be used, and `std::bad_alloc`.
  LiteRtModel(const ModelFile& file, const ModelGraph& graph, OutputPath path, bool verify,
              const RewrittenModel* rewritten, PageBuffer* lent);
  ~LiteRtModel();
  LiteRtModel(const LiteRtModel&) = delete;
  LiteRtModel& operator=(const LiteRtModel&) = delete;

  litert::ModelT* handle() const noexcept { return handle_.get(); }
  const std::vector<Argument>& inputs() const noexcept { return inputs_; }
  const std::vector<Argument>& outputs() const noexcept { return outputs_; }
  OutputPath output_path() const noexcept { return path_; }
  /// The inputs that the first run of a compiled model would ignore, by their tensors.
  const std::vector<int32_t>& inputs_taken_over() const noexcept { return inputs_taken_over_; }
  /// One for each tensor of the graph.
  const std::vector<MemoryGuard::Use>& tensor_uses() const noexcept { return tensor_uses_; }
  /// The file as it was given; valid as long as this object.
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
