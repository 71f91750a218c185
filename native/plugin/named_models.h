#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "inference/run/model.h"

namespace wasmedge_embed::plugin {

/// Models by name, each read from its file when a guest first asks for it: WasmEdge makes the host
/// modules for every guest, also for one that uses none of them. For one thread at a time.
class NamedModels {
 public:
  using Files = std::map<std::string, std::string, std::less<>>;
  using Settings = std::map<std::string, ModelSettings, std::less<>>;

  NamedModels(Files files, Settings settings)
      : files_(std::move(files)), settings_(std::move(settings)) {}

  /// The model of this name, nothing where there is none. Throws `Error(kModel)` when its file
  /// cannot be read or is no model, and as `LoadModel` does; the next call tries again.
  std::optional<LentModel> Find(std::string_view name);

 private:
  Files files_;
  Settings settings_;
  ModelTable models_;
};

}  // namespace wasmedge_embed::plugin
