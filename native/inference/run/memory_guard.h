#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/run/tflite_api.h"

namespace wasmedge_embed {

/// Limits the memory of a graph's results while it runs, if their shapes depend on values: a
/// guest's input may make a TILE or a RESHAPE of the host's model request any size. Before memory
/// is allocated, every kernel reports the size of its results to TensorFlow Lite through a function
/// of the context, which the guard replaces with its own.
///
/// Results that are placed before a run share memory as in the planner (`MemoryPlan`); those whose
/// size differs in each run have their own memory.
class MemoryGuard {
 public:
  /// The first and the last operator that use a tensor, by index.
  struct Use {
    size_t first = 0;
    size_t last = 0;
  };
  static std::vector<Use> UsesOf(const FileSubgraph& graph);

  /// `uses`: for each tensor of the graph; must outlive it.
  explicit MemoryGuard(const std::vector<Use>& uses) noexcept : uses_(uses) {}
  MemoryGuard(const MemoryGuard&) = delete;
  MemoryGuard& operator=(const MemoryGuard&) = delete;

  /// `is_graph`: whether the context is that of the graph, or of another graph of the model that it
  /// may call.
  void Watch(litert::tflite::Context* context, bool is_graph);

  /// Before a run: sets the limit for all results. If a kernel exceeds it, the kernel and the run
  /// fail.
  void Start(uint64_t byte_limit) noexcept;
  bool has_refused() const noexcept { return has_refused_; }
  /// Whether a result could not be resized, for this or another reason.
  bool has_failed() const noexcept { return has_failed_; }

  /// Whether TensorFlow Lite has given a tensor of the graph memory of its own for good.
  bool IsPersistent(int32_t tensor) const noexcept;

  /// While one exists, `guard` guards what this thread runs; null for nothing.
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
  /// A dynamic tensor that could not be resized has no elements: some kernels do not look at the
  /// status and write as many as its dimensions say, to memory that it does not have.
  void Empty(litert::tflite::Context* context, litert::tflite::Tensor* tensor, int rank) noexcept;
  bool Admits(const litert::tflite::Tensor& tensor, const litert::tflite::IntArray& dimensions);
  /// The total size of all results, with `bytes` for this one.
  uint64_t Measure(const litert::tflite::Tensor& tensor, uint64_t bytes) const;
  uint64_t Measure(const litert::tflite::Context& context, bool is_graph,
                   const litert::tflite::Tensor& tensor, uint64_t bytes) const;

  const std::vector<Use>& uses_;
  const litert::tflite::Context* graph_context_ = nullptr;
  std::vector<litert::tflite::Context*> contexts_;
  litert::tflite::Status (*resize_)(litert::tflite::Context*, litert::tflite::Tensor*,
                                    litert::tflite::IntArray*) = nullptr;
  uint64_t byte_limit_ = UINT64_MAX;
  /// An upper bound of their size: the last measured value plus all growth since then.
  uint64_t bound_ = 0;
  bool has_refused_ = false;
  bool has_failed_ = false;
};

}  // namespace wasmedge_embed
