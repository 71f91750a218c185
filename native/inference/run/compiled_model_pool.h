#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "inference/run/compiled_model.h"
#include "inference/run/inference_options.h"

namespace wasmedge_embed {

/// The compiled models of one graph with one set of options and one set of shapes. Grows when all
/// are in use, so it never waits and never holds more than were in use at the same time.
/// Thread-safe.
class CompiledModelPool : public std::enable_shared_from_this<CompiledModelPool> {
 public:
  /// The right to use one compiled model, which is returned when the lease ends, however it ends.
  /// Must not outlive the model.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    CompiledModel& operator*() const noexcept { return *compiled_model_; }
    CompiledModel* operator->() const noexcept { return compiled_model_.get(); }

   private:
    friend class CompiledModelPool;
    Lease(std::shared_ptr<CompiledModelPool> pool,
          std::unique_ptr<CompiledModel> compiled_model) noexcept
        : pool_(std::move(pool)), compiled_model_(std::move(compiled_model)) {}

    // Stays alive while one of its models is in use, even if it is no longer requested.
    std::shared_ptr<CompiledModelPool> pool_;
    std::unique_ptr<CompiledModel> compiled_model_;
  };

  /// Borrows the model. `shapes` as for `CompiledModel`. Throws `Error(kInvalidArgument)` if an
  /// option is out of range.
  CompiledModelPool(const LiteRtModel& model, const InferenceOptions& options, InputShapes shapes);
  CompiledModelPool(const CompiledModelPool&) = delete;
  CompiledModelPool& operator=(const CompiledModelPool&) = delete;

  /// An idle compiled model, otherwise a new one. Throws like `CompiledModel`.
  Lease Acquire();

  /// The number kept for the next `Acquire`.
  size_t idle() const;

 private:
  void Release(std::unique_ptr<CompiledModel> compiled_model) noexcept;

  const LiteRtModel& model_;
  const InferenceOptions options_;
  const InputShapes shapes_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<CompiledModel>> idle_;
  size_t leased_ = 0;
};

}  // namespace wasmedge_embed
