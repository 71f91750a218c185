#pragma once

#include <cstddef>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/check/tensor.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/litert_api.h"

namespace wasmedge_embed {

/// A model as LiteRT has read it, with its inputs and outputs: those of its first signature (of its
/// main graph, where it has none), in the order of the graph. Immutable.
class LiteRtModel {
 public:
  struct Argument {
    /// As guests see it.
    TensorInfo info;
    litert::RankedTensorType type;
    /// Its place among the arguments of the signature, which may be in another order.
    size_t place;
    /// Whether its numbers are int8 for LiteRT and uint8 for guests, which differ in the highest
    /// bit.
    bool flipped;
    /// Channels of the last dimension that LiteRT wants once more behind the others.
    ChannelCopies copies;
    /// For LiteRT; larger than `info.byte_size` where there are copies.
    uint64_t byte_size;
  };

  /// Borrows the bytes, which must have passed `CheckModel`. Of a model that `RewriteModel` has
  /// made guests see the uint8 tensors that were. Throws `Error(kModel)`, `Error(kNativeLoad)` when
  /// LiteRT cannot be used, `std::bad_alloc`.
  LiteRtModel(const AlignedBuffer& bytes, const RewrittenModel* rewritten);
  ~LiteRtModel();
  LiteRtModel(const LiteRtModel&) = delete;
  LiteRtModel& operator=(const LiteRtModel&) = delete;

  litert::ModelT* handle() const noexcept { return handle_.get(); }
  const std::vector<Argument>& inputs() const noexcept { return inputs_; }
  const std::vector<Argument>& outputs() const noexcept { return outputs_; }

 private:
  void Parse(const AlignedBuffer& bytes);
  void ReadArguments(litert::SignatureT* signature);

  const RewrittenModel* rewritten_;
  litert::Owned<litert::ModelT> handle_;
  std::vector<Argument> inputs_;
  std::vector<Argument> outputs_;
};

}  // namespace wasmedge_embed
