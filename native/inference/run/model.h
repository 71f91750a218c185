#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/check/model_limits.h"
#include "inference/check/tensor.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/inference_options.h"

namespace wasmedge_embed {

class CompiledModelPool;
class LiteRtModel;

/// A TensorFlow Lite model: its bytes, what it takes and gives, and the compiled models made of it.
/// Immutable but for its pools; may be used by any number of threads. Made through `LoadModel`.
///
/// Inputs and outputs are those of the model's first signature (of its main graph, where it has
/// none), in the order of the graph. A dimension that the file marks as free (a batch, say) has the
/// size that the file states beside the mark.
///
/// Where `RewriteModel` makes an int8 model of it, that is what is compiled, unless options ask for
/// the model as it is; this tells types and zero points of the model as it is always.
class Model {
 public:
  /// Checks the bytes (`CheckModel`) before LiteRT sees them, and copies them. Throws
  /// `Error(kModel)` with the reason when they are no model that can run here, `Error(kLimit)` when
  /// the model asks for more than the limits, `Error(kNativeLoad)` when LiteRT cannot be used,
  /// `std::bad_alloc`.
  Model(const uint8_t* bytes, size_t size, const ModelLimits& limits);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const AlignedBuffer& bytes() const noexcept { return bytes_; }
  const std::vector<TensorInfo>& inputs() const noexcept { return inputs_; }
  const std::vector<TensorInfo>& outputs() const noexcept { return outputs_; }
  /// Bytes of all inputs and outputs together.
  uint64_t tensor_bytes() const noexcept { return tensor_bytes_; }
  /// What it takes to run, as it is.
  const ModelSummary& summary() const noexcept { return summary_; }
  /// Whether it is rewritten, or why not.
  const RewrittenModel& rewritten() const noexcept { return rewritten_; }

  /// The pool for these options, made when it is first asked for; lives as long as the model.
  CompiledModelPool& Pool(InferenceOptions options) const;

 private:
  const LiteRtModel& Variant(bool rewritten) const;

  AlignedBuffer bytes_;
  ModelSummary summary_;
  RewrittenModel rewritten_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
  uint64_t tensor_bytes_ = 0;
  mutable std::mutex mutex_;
  // Made when they are first needed. They point into the bytes above.
  mutable std::unique_ptr<LiteRtModel> model_;
  mutable std::unique_ptr<LiteRtModel> rewritten_model_;
  // The compiled models use the models above, so they go first.
  mutable std::map<InferenceOptions, std::unique_ptr<CompiledModelPool>> pools_;
};

/// The models that the host lends to guests by name.
using ModelTable = std::map<std::string, std::shared_ptr<Model>, std::less<>>;

/// Gives the model of a name, or null where there is none. May load it only now, and throw what
/// `LoadModel` throws. Called on the thread of the guest that asks.
using ModelLender = std::function<std::shared_ptr<Model>(std::string_view name)>;

}  // namespace wasmedge_embed
