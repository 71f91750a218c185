#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "inference/check/model_limits.h"
#include "inference/run/inference_options.h"

namespace wasmedge_embed::test {

/// The outcome of giving a model to LiteRT in a child process.
struct ModelTrial {
  enum class Outcome : uint8_t {
    /// The check refused it.
    kRefused,
    /// LiteRT refused it, at loading or compiling, or failed to run it.
    kFailed,
    kRan,
    /// The process died.
    kCrashed,
    kHung,
    /// The process died in the check itself.
    kCheckCrashed,
  };
  Outcome outcome = Outcome::kRefused;
  /// The signal that killed the process; 0 for none.
  int signal = 0;
  uint32_t milliseconds = 0;
};

struct ModelTrialOptions {
  ModelLimits limits = ModelLimits::Guest();
  /// The kernels with which each model is compiled, one after the other; with `in_turn` set, each
  /// model gets only the next one of them, in turn.
  std::vector<Kernels> kernels = {Kernels::kXnnpack};
  bool in_turn = false;
  /// Whether to change the inputs' shapes, as guests may do with those of the host's models.
  bool resize = false;
  /// Processor time for a model. One that takes longer, or twenty times as long by the wall clock,
  /// is considered hung.
  unsigned seconds = 20;
};

/// Checks the models `make(0)` … `make(count - 1)`. LiteRT loads, compiles and runs those that
/// pass, in child processes that are replaced when they die.
std::vector<ModelTrial> TryModels(size_t count,
                                  const std::function<std::vector<uint8_t>(size_t)>& make,
                                  const ModelTrialOptions& options);

/// "refused 1, failed 2, ran 3, crashed 0, hung 0".
std::string Summary(const std::vector<ModelTrial>& trials);

}  // namespace wasmedge_embed::test
