#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/picture.h"
#include "inference/run/inference_options.h"
#include "inference/run/model.h"
#include "inference/run/session.h"

namespace wasmedge_embed::bench {

/// The best class of a picture, and how long each part took.
struct Answer {
  using Duration = std::chrono::duration<double, std::milli>;

  size_t index = 0;
  uint8_t score = 0;
  Duration decode{0};
  Duration inference{0};
};

/// Classifies JPEG pictures: libjpeg-turbo's scaled decoding, a bilinear resize, LiteRT. Reuses its
/// buffers for every picture. Used by one thread at a time.
class Pipeline {
 public:
  /// The model must take one picture of uint8 RGB pixels and return one uint8 score per class.
  /// Throws `std::runtime_error` for any other model.
  Pipeline(std::shared_ptr<Model> model, const InferenceOptions& options);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Throws `std::runtime_error` when the picture cannot be decoded.
  Answer Classify(const std::vector<uint8_t>& jpeg);

  /// Runs the model on the input of the last picture (zeros before the first).
  Answer Infer();

 private:
  Answer Best() const;

  Session session_;
  int width_ = 0;
  int height_ = 0;
  Picture picture_;
  std::vector<uint8_t> input_;
};

}  // namespace wasmedge_embed::bench
