#include "inference/run/model.h"

#include <cstring>

#include "inference/check/model_check.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/litert_model.h"

namespace wasmedge_embed {

Model::Model(const uint8_t* bytes, size_t size, const ModelLimits& limits) {
  summary_ = CheckModel(bytes, size, limits);
  rewritten_ = RewriteModel(bytes, size);
  bytes_ = AlignedBuffer(size);
  std::memcpy(bytes_.data(), bytes, size);
  const LiteRtModel& model = Variant(rewritten_.rewritten());
  for (const LiteRtModel::Argument& input : model.inputs()) {
    inputs_.push_back(input.info);
    tensor_bytes_ += input.info.byte_size;
  }
  for (const LiteRtModel::Argument& output : model.outputs()) {
    outputs_.push_back(output.info);
    tensor_bytes_ += output.info.byte_size;
  }
}

Model::~Model() = default;

const LiteRtModel& Model::Variant(bool rewritten) const {
  std::unique_ptr<LiteRtModel>& model = rewritten ? rewritten_model_ : model_;
  if (model == nullptr) {
    model = std::make_unique<LiteRtModel>(rewritten ? rewritten_.bytes : bytes_,
                                          rewritten ? &rewritten_ : nullptr);
  }
  return *model;
}

CompiledModelPool& Model::Pool(InferenceOptions options) const {
  options.rewrite = options.UsesRewrite() && rewritten_.rewritten();
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<CompiledModelPool>& pool = pools_[options];
  if (pool == nullptr) {
    pool = std::make_unique<CompiledModelPool>(Variant(options.rewrite), options);
  }
  return *pool;
}

}  // namespace wasmedge_embed
