#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "inference/run/model.h"

namespace wasmedge_embed {

/// The model with these bytes: the existing one in this process, found by content (a hash of some
/// bytes, then every byte), otherwise a new one made from a copy. It exists as long as somebody
/// holds it. Thread-safe. Throws like `Model`. The limits are `ModelLimits::Own`.
std::shared_ptr<Model> LoadModel(const uint8_t* bytes, size_t size);
/// The same for a file, without another copy. Also throws like `ReadFileIntoPages`.
std::shared_ptr<Model> LoadModelFile(const std::string& path);

/// The same for a model provided by a guest, with that guest's limits. It is shared between guests,
/// but not with the host's models, which are checked for less. A guest with an embedded model
/// provides it in every invocation and releases it at the end, so the process keeps the last ones
/// used: at most four, with 64 MiB in total, until `ForgetGuestModels`.
std::shared_ptr<Model> LoadGuestModel(const uint8_t* bytes, size_t size,
                                      const ModelLimits& limits = ModelLimits::Guest());

/// Releases the models that were provided by guests and are not in use now. For when a module
/// closes: models of another module's guests must be read again.
void ForgetGuestModels() noexcept;

}  // namespace wasmedge_embed
