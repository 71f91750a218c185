#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "inference/check/model_limits.h"
#include "inference/run/inference_options.h"

namespace wasmedge_embed::test {

/// What became of a model that was given to LiteRT in a child process.
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
    /// It was the check itself that killed the process.
    kCheckCrashed,
  };
  Outcome outcome = Outcome::kRefused;
  /// The signal that killed the process; 0 for none.
  int signal = 0;
  uint32_t milliseconds = 0;
};

struct ModelTrialOptions {
  ModelLimits limits = ModelLimits::Guest();
  /// What each model is compiled with, one after the other; with only the first of them that comes
  /// next in turn when `in_turn` is set.
  std::vector<Kernels> kernels = {Kernels::kXnnpack};
  bool in_turn = false;
  /// Whether the inputs get other shapes than the file's, as guests may give those of the host's
  /// models.
  bool resize = false;
  /// Processor time that a model may take; one that takes longer, or twenty times as long by the
  /// clock, is hung.
  unsigned seconds = 20;
};

/// Checks the models `make(0)` … `make(count - 1)` and has LiteRT load, compile and run those that
/// pass, in child processes that are replaced when they die.
std::vector<ModelTrial> TryModels(size_t count,
                                  const std::function<std::vector<uint8_t>(size_t)>& make,
                                  const ModelTrialOptions& options);

/// "refused 1, failed 2, ran 3, crashed 0, hung 0".
std::string Summary(const std::vector<ModelTrial>& trials);

}  // namespace wasmedge_embed::test
