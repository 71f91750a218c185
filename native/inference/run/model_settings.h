#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

/// How to use a model, in addition to what its file says: set by the host for the model, and by a
/// guest in the call that loads it.
struct ModelSettings {
  /// The key of the signature whose graph runs; otherwise the file's first graph.
  std::optional<std::string> signature;
  /// The shapes of inputs, by tensor name.
  std::map<std::string, std::vector<int32_t>> shapes;
  /// Threads for one inference.
  std::optional<int> threads;

  /// Parses JSON: `{"signature": "serving_default", "shapes": {"input": [1, 224, 224, 3]},
  /// "threads": 2}`, each optional, nothing else. Empty text means `{}`. Throws
  /// `Error(kInvalidArgument)` that says what is wrong and where.
  static ModelSettings Parse(std::string_view json);

  /// These settings, overridden by `others`.
  ModelSettings With(const ModelSettings& others) const;
};

}  // namespace wasmedge_embed
