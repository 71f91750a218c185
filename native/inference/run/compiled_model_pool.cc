#include "inference/run/compiled_model_pool.h"

#include <string>
#include <utility>

#include "base/error.h"

namespace wasmedge_embed {

CompiledModelPool::Lease::~Lease() {
  if (compiled_model_ != nullptr) pool_->Release(std::move(compiled_model_));
}

CompiledModelPool::CompiledModelPool(const LiteRtModel& model, const InferenceOptions& options,
                                     InputShapes shapes)
    : model_(model), options_(options), shapes_(std::move(shapes)) {
  constexpr int kMaximumThreads = 256;
  if (options.threads < 1 || options.threads > kMaximumThreads) {
    throw Error(ErrorCode::kInvalidArgument,
                "The number of inference threads must be 1 to 256, not " +
                    std::to_string(options.threads) + ".");
  }
}

CompiledModelPool::Lease CompiledModelPool::Acquire() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      // The last one used: its memory is the most likely to be in the processor's cache.
      std::unique_ptr<CompiledModel> compiled_model = std::move(idle_.back());
      idle_.pop_back();
      ++leased_;
      return Lease(shared_from_this(), std::move(compiled_model));
    }
  }
  // Compiling takes milliseconds, in which others may return theirs and take them again.
  auto compiled_model = std::make_unique<CompiledModel>(model_, options_, shapes_);
  const std::lock_guard<std::mutex> lock(mutex_);
  // Room for every existing one, so that returning one never allocates.
  idle_.reserve(idle_.size() + leased_ + 1);
  ++leased_;
  return Lease(shared_from_this(), std::move(compiled_model));
}

size_t CompiledModelPool::idle() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return idle_.size();
}

void CompiledModelPool::Release(std::unique_ptr<CompiledModel> compiled_model) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  --leased_;
  // The state after a failed run is unknown, so it is not used again.
  if (!compiled_model->failed()) idle_.push_back(std::move(compiled_model));
}

}  // namespace wasmedge_embed
