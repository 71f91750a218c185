#pragma once

#include <cstdint>
#include <tuple>

#include "inference/check/model_limits.h"

namespace wasmedge_embed {

/// Which implementation of the operators LiteRT runs.
enum class Kernels {
  /// XNNPACK where it has the operator, else the built-in one: the fastest.
  kXnnpack,
  /// TensorFlow Lite's own optimized ones.
  /// LiteRT 2.3 runs them where its reference kernels are asked for, too.
  kBuiltin,
};

/// How models are compiled. Compiled models are shared by those who ask for the same.
struct InferenceOptions {
  /// Threads of one inference, 1 to 256, the calling one included.
  int threads = 1;
  Kernels kernels = Kernels::kXnnpack;
  /// Whether a uint8 model that can be is rewritten to int8 for XNNPACK (`RewriteModel`). The
  /// built-in kernels run each model as it is.
  bool rewrite = true;

  bool UsesRewrite() const noexcept { return rewrite && kernels == Kernels::kXnnpack; }

  friend bool operator<(const InferenceOptions& left, const InferenceOptions& right) noexcept {
    return std::tie(left.threads, left.kernels, left.rewrite) <
           std::tie(right.threads, right.kernels, right.rewrite);
  }
};

/// What one invocation may hold at a time through one host module. A guest that asks for more is
/// ended with `kLimit`, which names the limit.
struct InferenceLimits {
  /// Models (graphs) of `wasi_ephemeral_nn`.
  uint32_t models = 64;
  /// Sessions (execution contexts).
  uint32_t sessions = 64;
  /// Bytes of the models that the guest itself brought, each counted as often as it was loaded.
  uint64_t model_bytes = uint64_t{256} << 20;
  /// Bytes of the inputs and outputs of all sessions.
  uint64_t session_bytes = uint64_t{256} << 20;
  /// Of each model that the guest itself brings: see `ModelLimits`.
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
