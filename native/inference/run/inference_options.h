#pragma once

#include <cstdint>
#include <tuple>

#include "inference/check/model_limits.h"

namespace wasmedge_embed {

/// Which implementation of the operators LiteRT uses.
enum class Kernels {
  /// XNNPACK if it has the operator, otherwise the built-in one: the fastest.
  kXnnpack,
  /// TensorFlow Lite's own optimized ones. LiteRT 2.3 also uses them if its reference kernels are
  /// requested.
  kBuiltin,
};

/// How models are compiled. Compiled models are shared between users of the same options.
struct InferenceOptions {
  /// Threads for one inference, 1 to 256, including the calling one.
  int threads = 1;
  Kernels kernels = Kernels::kXnnpack;
  /// Whether a suitable uint8 model is rewritten to int8 for XNNPACK (`RewriteModel`). The built-in
  /// kernels run each model unchanged.
  bool rewrite = true;

  bool UsesRewrite() const noexcept { return rewrite && kernels == Kernels::kXnnpack; }

  friend bool operator<(const InferenceOptions& left, const InferenceOptions& right) noexcept {
    return std::tie(left.threads, left.kernels, left.rewrite) <
           std::tie(right.threads, right.kernels, right.rewrite);
  }
};

/// What one invocation may hold at a time through one host module. A guest that exceeds a limit is
/// ended with `kLimit` and its name.
struct InferenceLimits {
  /// Models (graphs) of `wasi_ephemeral_nn`.
  uint32_t models = 64;
  /// Sessions (execution contexts).
  uint32_t sessions = 64;
  /// Bytes of the models provided by the guest itself, counted each time one is loaded.
  uint64_t model_bytes = uint64_t{256} << 20;
  /// Bytes of the inputs and outputs of all sessions.
  uint64_t session_bytes = uint64_t{256} << 20;
  /// For each model provided by the guest itself: see `ModelLimits`.
  uint32_t model_subgraphs = static_cast<uint32_t>(ModelLimits::Guest().subgraphs);
  uint64_t model_arithmetic = ModelLimits::Guest().arithmetic;
  uint64_t model_activation_bytes = ModelLimits::Guest().activation_bytes;

  ModelLimits OfGuestsModels() const noexcept {
    ModelLimits limits = ModelLimits::Guest();
    limits.subgraphs = model_subgraphs;
    limits.arithmetic = model_arithmetic;
    limits.activation_bytes = model_activation_bytes;
    return limits;
  }
};

}  // namespace wasmedge_embed
