#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

/// How a model is to be used, beyond what its file says: by the host with the model, by a guest
/// with the call that loads it.
struct ModelSettings {
  /// The signature, by its key, whose graph runs; otherwise the file's first graph.
  std::optional<std::string> signature;
  /// The shapes of inputs, by the names of their tensors.
  std::map<std::string, std::vector<int32_t>> shapes;
  /// Threads of one inference.
  std::optional<int> threads;

  /// Reads JSON: `{"signature": "serving_default", "shapes": {"input": [1, 224, 224, 3]},
  /// "threads": 2}`, each optional, nothing else. Empty text is `{}`. Throws
  /// `Error(kInvalidArgument)` that says what is wrong and where.
  static ModelSettings Parse(std::string_view json);

  /// These, and `others` where they say something.
  ModelSettings With(const ModelSettings& others) const;
};

}  // namespace wasmedge_embed
