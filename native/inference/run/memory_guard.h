#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/run/tflite_api.h"

namespace wasmedge_embed {

/// Bounds the memory that a graph's results take while it runs, where values tell their shapes: a
/// guest's input may ask a TILE or a RESHAPE of the host's model for any size. Every kernel tells
/// TensorFlow Lite the size of its results before there is memory for them, by a function of the
/// context, in whose place the guard puts its own.
///
/// Results that are placed before a run share memory as the planner shares it (`MemoryPlan`); those
/// of other sizes in each run have memory of their own.
class MemoryGuard {
 public:
  /// From which operator to which one a tensor is used, by their places.
  struct Use {
    size_t first = 0;
    size_t last = 0;
  };
  static std::vector<Use> UsesOf(const FileSubgraph& graph);

  /// `uses`: of each tensor of the graph; must outlive it.
  explicit MemoryGuard(const std::vector<Use>& uses) noexcept : uses_(uses) {}
  MemoryGuard(const MemoryGuard&) = delete;
  MemoryGuard& operator=(const MemoryGuard&) = delete;

  /// Whether the context is that of the graph, or of another one of the model that it may call.
  void Watch(litert::tflite::Context* context, bool is_graph);

  /// Before a run: what all results may take. A kernel that asks for more fails, and the run.
  void Start(uint64_t byte_limit) noexcept;
  bool has_refused() const noexcept { return has_refused_; }

  /// While it lives, what this thread runs is guarded by `guard`; null for nothing.
  class Guarding {
   public:
    explicit Guarding(MemoryGuard* guard) noexcept;
    ~Guarding();
    Guarding(const Guarding&) = delete;
    Guarding& operator=(const Guarding&) = delete;
  };

 private:
  static litert::tflite::Status Resize(litert::tflite::Context* context,
                                       litert::tflite::Tensor* tensor,
                                       litert::tflite::IntArray* dimensions) noexcept;
  bool Admits(const litert::tflite::Tensor& tensor, const litert::tflite::IntArray& dimensions);
  /// What all results take, with `bytes` for this one.
  uint64_t Measure(const litert::tflite::Tensor& tensor, uint64_t bytes) const;
  uint64_t Measure(const litert::tflite::Context& context, bool is_graph,
                   const litert::tflite::Tensor& tensor, uint64_t bytes) const;

  const std::vector<Use>& uses_;
  const litert::tflite::Context* graph_context_ = nullptr;
  std::vector<litert::tflite::Context*> contexts_;
  litert::tflite::Status (*resize_)(litert::tflite::Context*, litert::tflite::Tensor*,
                                    litert::tflite::IntArray*) = nullptr;
  uint64_t byte_limit_ = UINT64_MAX;
  /// What they take at most: what was measured last, and all that has grown since.
  uint64_t bound_ = 0;
  bool has_refused_ = false;
};

}  // namespace wasmedge_embed
