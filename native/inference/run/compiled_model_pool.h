#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "inference/run/compiled_model.h"
#include "inference/run/inference_options.h"

namespace wasmedge_embed {

/// The compiled models of one model and one set of options. Grows when all are in use, so it never
/// waits and never holds more than were once in use together. Thread-safe.
class CompiledModelPool {
 public:
  /// The right to use one compiled model, which goes back when the lease ends, in whatever way.
  /// Must not outlive the pool, that is, the model.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    CompiledModel& operator*() const noexcept { return *compiled_model_; }
    CompiledModel* operator->() const noexcept { return compiled_model_.get(); }

   private:
    friend class CompiledModelPool;
    Lease(CompiledModelPool& pool, std::unique_ptr<CompiledModel> compiled_model) noexcept
        : pool_(&pool), compiled_model_(std::move(compiled_model)) {}

    CompiledModelPool* pool_;
    std::unique_ptr<CompiledModel> compiled_model_;
  };

  /// Borrows the model. Throws `Error(kInvalidArgument)` when an option is out of range.
  CompiledModelPool(const LiteRtModel& model, const InferenceOptions& options);
  CompiledModelPool(const CompiledModelPool&) = delete;
  CompiledModelPool& operator=(const CompiledModelPool&) = delete;

  /// An idle compiled model, else a new one. Throws as `CompiledModel` does.
  Lease Acquire();

  /// How many are kept for the next `Acquire`.
  size_t idle() const;

 private:
  void Release(std::unique_ptr<CompiledModel> compiled_model) noexcept;

  const LiteRtModel& model_;
  const InferenceOptions options_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<CompiledModel>> idle_;
  size_t leased_ = 0;
};

}  // namespace wasmedge_embed
