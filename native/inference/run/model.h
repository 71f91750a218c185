#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"
#include "inference/check/tensor.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/inference_options.h"
#include "inference/run/model_graph.h"

namespace wasmedge_embed {

class CompiledModel;
class CompiledModelPool;
class LiteRtModel;

/// The bytes of a model, for as long as the model lives.
class ModelBytes {
 public:
  ModelBytes(const uint8_t* data, size_t size) noexcept : data_(data), size_(size) {}
  const uint8_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }

 private:
  const uint8_t* data_;
  size_t size_;
};

/// A TensorFlow Lite model: its bytes, its graphs, and the compiled models made of it. Immutable
/// but for its pools; may be used by any number of threads. Made through `LoadModel`.
///
/// Where `RewriteModel` makes an int8 model of it, that is what is compiled, unless options ask for
/// the model as it is; this tells types and zero points of the model as it is always.
class Model {
 public:
  /// Checks the bytes before LiteRT sees them, and copies them: by `CheckModel` with these limits,
  /// and where that refuses a model of the host's (`limits.unchecked_operators`), by
  /// `CheckHostModel`. Throws `Error(kModel)` with the reason when they are no model that can run
  /// here, `Error(kLimit)` when the model asks for more than the limits, `Error(kNativeLoad)` when
  /// LiteRT cannot be used, `std::bad_alloc`.
  Model(const uint8_t* bytes, size_t size, const ModelLimits& limits);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// As it was given.
  ModelBytes bytes() const noexcept { return {file_->bytes(), file_->size()}; }
  const ModelFile& file() const noexcept { return *file_; }
  const ModelSummary& summary() const noexcept { return summary_; }
  /// Whether it was checked as the host's.
  bool is_hosts() const noexcept { return is_hosts_; }
  /// Whether it keeps something from run to run, which must not reach another session.
  bool keeps_state() const noexcept { return keeps_state_; }
  /// Whether it is rewritten, or why not.
  const RewrittenModel& rewritten() const noexcept { return rewritten_; }

  /// The graph that settings choose. Throws as `DescribeGraph` does.
  ModelGraph graph(const ModelSettings& hosts = {}, const ModelSettings& guests = {}) const {
    return DescribeGraph(*file_, hosts, guests);
  }
  /// Of the file's first graph, as the file has it; of a size that must be stated, without byte
  /// sizes.
  const std::vector<TensorInfo>& inputs() const noexcept { return first_graph_.inputs; }
  const std::vector<TensorInfo>& outputs() const noexcept { return first_graph_.outputs; }
  /// Bytes of all inputs and outputs together.
  uint64_t tensor_bytes() const noexcept { return first_graph_.tensor_bytes(); }

  /// The pool for these options and the graph's shapes, made when it is first asked for. Pools of
  /// shapes other than the file's are forgotten when others have been asked for since.
  std::shared_ptr<CompiledModelPool> Pool(const InferenceOptions& options,
                                          const ModelGraph& graph) const;
  /// The same of the file's first graph, as the file has it. Lives as long as the model.
  CompiledModelPool& Pool(const InferenceOptions& options) const;
  /// A compiled model that nobody else uses. Must not outlive the model.
  std::unique_ptr<CompiledModel> Compile(const InferenceOptions& options,
                                         const ModelGraph& graph) const;

  /// What a compiled model takes that others cannot use, as far as the file's shapes tell: nothing,
  /// unless it keeps state or has other shapes than it was lent with. Memory grows with the first
  /// dimension, and with others as it does where each point looks at each.
  uint64_t PrivateBytes(const ModelGraph& graph) const;

 private:
  /// The graph's place, and whether it is rewritten.
  using VariantKey = std::pair<size_t, bool>;
  struct PoolKey {
    size_t graph;
    InferenceOptions options;
    InputShapes shapes;

    friend bool operator<(const PoolKey& left, const PoolKey& right) noexcept {
      return std::tie(left.graph, left.options, left.shapes) <
             std::tie(right.graph, right.options, right.shapes);
    }
  };
  struct PoolEntry {
    std::shared_ptr<CompiledModelPool> pool;
    uint64_t last_use = 0;
  };

  InferenceOptions Decide(InferenceOptions options) const noexcept;
  const LiteRtModel& Variant(size_t graph, bool rewritten) const;
  /// A pool that may still be in use goes when it no longer is.
  void ForgetPools() const;

  // Empty where a variant below has them.
  AlignedBuffer bytes_;
  std::unique_ptr<const ModelFile> file_;
  ModelGraph first_graph_;
  ModelSummary summary_;
  bool is_hosts_ = false;
  bool keeps_state_ = false;
  mutable RewrittenModel rewritten_;
  mutable std::mutex mutex_;
  // Made when they are first needed.
  mutable std::map<VariantKey, std::unique_ptr<LiteRtModel>> variants_;
  // The compiled models use the models above, so they go first.
  mutable std::map<PoolKey, PoolEntry> pools_;
  mutable uint64_t uses_ = 0;
};

/// A model that the host lends to guests, and how it is to be used.
struct LentModel {
  LentModel() = default;
  LentModel(std::shared_ptr<Model> lent, ModelSettings use = {}) noexcept
      : model(std::move(lent)), settings(std::move(use)) {}

  std::shared_ptr<Model> model;
  ModelSettings settings;
};

/// The models that the host lends to guests by name.
using ModelTable = std::map<std::string, LentModel, std::less<>>;

/// Gives the model of a name, or nothing where there is none. May load it only now, and throw what
/// `LoadModel` throws. Called on the thread of the guest that asks.
using ModelLender = std::function<std::optional<LentModel>(std::string_view name)>;

}  // namespace wasmedge_embed
