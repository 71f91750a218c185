#include "bench/pipeline.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/invocation.h"
#include "bench/jpeg.h"
#include "bench/resize.h"

namespace wasmedge_embed::bench {

using Clock = std::chrono::steady_clock;

Pipeline::Pipeline(std::shared_ptr<Model> model, const InferenceOptions& options)
    : session_(std::move(model), options) {
  const auto& inputs = session_.inputs();
  const auto& outputs = session_.outputs();
  if (inputs.size() != 1 || inputs[0].type != TensorType::kUint8 || inputs[0].shape.size() != 4 ||
      inputs[0].shape[3] != 3 || outputs.size() != 1 || outputs[0].type != TensorType::kUint8) {
    throw std::runtime_error(
        "The native pipeline takes a model with one input of uint8 [1, height, width, 3] and one "
        "uint8 output.");
  }
  height_ = static_cast<int>(inputs[0].shape[1]);
  width_ = static_cast<int>(inputs[0].shape[2]);
  input_.resize(inputs[0].byte_size);
}

Answer Pipeline::Classify(const std::vector<uint8_t>& jpeg) {
  const auto begin = Clock::now();
  DecodeScaled(jpeg, width_, height_, &picture_);
  ResizeBilinear(picture_, width_, height_, input_.data());
  const auto decoded = Clock::now();
  Answer answer = Infer();
  answer.decode = decoded - begin;
  return answer;
}

Answer Pipeline::Infer() {
  const auto begin = Clock::now();
  if (!session_.SetInput(0, input_.data(), input_.size())) {
    throw std::runtime_error("The input does not fit the model.");
  }
  Invocation invocation;
  session_.Run(invocation);
  Answer answer = Best();
  answer.inference = Clock::now() - begin;
  return answer;
}

Answer Pipeline::Best() const {
  const uint8_t* scores = session_.Output(0);
  const uint8_t* best = std::max_element(scores, scores + session_.outputs()[0].byte_size);
  Answer answer;
  answer.index = static_cast<size_t>(best - scores);
  answer.score = *best;
  return answer;
}

}  // namespace wasmedge_embed::bench
