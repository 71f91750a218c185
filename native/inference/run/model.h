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

#include "base/page_buffer.h"
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

/// The bytes of a model, valid as long as the model exists.
class ModelBytes {
 public:
  ModelBytes(const uint8_t* data, size_t size) noexcept : data_(data), size_(size) {}
  const uint8_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }

 private:
  const uint8_t* data_;
  size_t size_;
};

/// A TensorFlow Lite model: its bytes, its graphs, and the compiled models made from it. Immutable
/// except for its pools; may be used by any number of threads. Created through `LoadModel`.
///
/// If `RewriteModel` can convert it to int8, the result is what is compiled, unless options request
/// the unchanged model; types and zero points reported here are always those of the unchanged
/// model.
class Model {
 public:
  /// Checks the bytes before LiteRT sees them, and keeps them: with `CheckModel` and these limits
  /// and, if that rejects a model of the host (`limits.unchecked_operators`), with
  /// `CheckHostModel`. Throws `Error(kModel)` with the reason if they are not a model that can run
  /// here, `Error(kLimit)` if the model exceeds the limits, `Error(kNativeLoad)` if LiteRT cannot
  /// be used, `std::bad_alloc`.
  Model(PageBuffer bytes, const ModelLimits& limits);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// The original bytes.
  ModelBytes bytes() const noexcept { return {file_->bytes(), file_->size()}; }
  const ModelFile& file() const noexcept { return *file_; }
  const ModelSummary& summary() const noexcept { return summary_; }
  /// Whether it was checked as a model of the host.
  bool is_hosts() const noexcept { return is_hosts_; }
  /// Whether it keeps state between runs, which must not reach another session.
  bool keeps_state() const noexcept { return keeps_state_; }
  /// Whether it is rewritten, or why not.
  const RewrittenModel& rewritten() const noexcept { return rewritten_; }

  /// The graph selected by settings. Throws like `DescribeGraph`.
  ModelGraph graph(const ModelSettings& hosts = {}, const ModelSettings& guests = {}) const {
    return DescribeGraph(*file_, hosts, guests);
  }
  /// Those of the file's first graph, as in the file; without byte sizes if a size is free.
  const std::vector<TensorInfo>& inputs() const noexcept { return first_graph_.inputs; }
  const std::vector<TensorInfo>& outputs() const noexcept { return first_graph_.outputs; }
  /// Bytes of all inputs and outputs together.
  uint64_t tensor_bytes() const noexcept { return first_graph_.tensor_bytes(); }

  /// The pool for these options and the graph's shapes, created on first use. Pools for shapes
  /// other than the file's are dropped after others have been requested.
  std::shared_ptr<CompiledModelPool> Pool(const InferenceOptions& options,
                                          const ModelGraph& graph) const;
  /// The same for the file's first graph, as in the file. Exists as long as the model.
  CompiledModelPool& Pool(const InferenceOptions& options) const;
  /// A compiled model that nobody else uses. Must not outlive the model.
  std::unique_ptr<CompiledModel> Compile(const InferenceOptions& options,
                                         const ModelGraph& graph) const;

  /// The memory of a compiled model that others cannot use, as far as the file's shapes determine
  /// it: nothing, unless it keeps state or has shapes that differ from those it was lent with.
  /// Memory grows with the first dimension, and with others as it does if each point attends to
  /// every other.
  uint64_t PrivateBytes(const ModelGraph& graph) const;

 private:
  /// The graph's index, and whether it is rewritten.
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
  /// Copies the file unless it is lent.
  const LiteRtModel& Variant(size_t graph, bool rewritten, PageBuffer* lent = nullptr) const;
  /// A pool that is still in use is destroyed when it no longer is.
  void ForgetPools() const;

  // Empty if a variant below has them.
  PageBuffer bytes_;
  std::unique_ptr<const ModelFile> file_;
  ModelGraph first_graph_;
  ModelSummary summary_;
  bool is_hosts_ = false;
  bool keeps_state_ = false;
  mutable RewrittenModel rewritten_;
  mutable std::mutex mutex_;
  // Created on first use.
  mutable std::map<VariantKey, std::unique_ptr<LiteRtModel>> variants_;
  // The compiled models use the models above, so they are destroyed first.
  mutable std::map<PoolKey, PoolEntry> pools_;
  mutable uint64_t uses_ = 0;
};

/// A model that the host lends to guests, and how to use it.
struct LentModel {
  LentModel() = default;
  LentModel(std::shared_ptr<Model> lent, ModelSettings use = {}) noexcept
      : model(std::move(lent)), settings(std::move(use)) {}

  std::shared_ptr<Model> model;
  ModelSettings settings;
};

/// The models that the host lends to guests, by name.
using ModelTable = std::map<std::string, LentModel, std::less<>>;

/// Returns the model with this name, or nothing if there is none. May load it only then, and throw
/// what `LoadModel` throws. Called on the thread of the requesting guest.
using ModelLender = std::function<std::optional<LentModel>(std::string_view name)>;

}  // namespace wasmedge_embed
