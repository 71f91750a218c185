#include "plugin/named_models.h"

#include <utility>

#include "base/error.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed::plugin {

std::optional<LentModel> NamedModels::Find(std::string_view name) {
  if (const auto loaded = models_.find(name); loaded != models_.end()) return loaded->second;
  const auto named = files_.find(name);
  if (named == files_.end()) return std::nullopt;
  const auto& [known_name, path] = *named;
  try {
    LentModel model(LoadModelFile(path));
    const auto settings = settings_.find(name);
    if (settings != settings_.end()) model.settings = settings->second;
    return models_[known_name] = std::move(model);
  } catch (const Error& error) {
    // Here, a file that cannot be read is not a module.
    const bool unreadable = error.code() == ErrorCode::kModuleLoad;
    throw Error(unreadable ? ErrorCode::kModel : error.code(),
                "Model '" + known_name + "' (" + path + "): " + error.what(), error.detail());
  }
}

}  // namespace wasmedge_embed::plugin
