#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "inference/run/model.h"

namespace wasmedge_embed::plugin {

/// Models by name, each read from its file when a guest first requests it: WasmEdge creates the
/// host modules for every guest, even if it uses none of them. For one thread at a time.
class NamedModels {
 public:
  using Files = std::map<std::string, std::string, std::less<>>;
  using Settings = std::map<std::string, ModelSettings, std::less<>>;

  NamedModels(Files files, Settings settings)
      : files_(std::move(files)), settings_(std::move(settings)) {}

  /// The model with this name; nothing if there is none. Throws `Error(kModel)` if its file cannot
  /// be read or is not a model, and like `LoadModel`; the next call tries again.
  std::optional<LentModel> Find(std::string_view name);

 private:
  Files files_;
  Settings settings_;
  ModelTable models_;
};

}  // namespace wasmedge_embed::plugin
