#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "inference/run/model.h"

namespace wasmedge_embed {

/// The model of these bytes: the one that exists in this process already, found by content (a hash
/// of some bytes, then every byte), else a new one made of a copy. It lives as long as somebody
/// holds it. Thread-safe. Throws as `Model` does. The limits are `ModelLimits::Own`.
std::shared_ptr<Model> LoadModel(const uint8_t* bytes, size_t size);

/// The same for a model that a guest brought, with that guest's limits, whichever guest it was; one
/// of the host's is not found, since the host's models are checked for less. A guest that embeds
/// its model brings it in every invocation and lets go of it at the end, so the process holds on to
/// those that were used last: four at most, of 64 MiB together, until `ForgetGuestModels`.
std::shared_ptr<Model> LoadGuestModel(const uint8_t* bytes, size_t size,
                                      const ModelLimits& limits = ModelLimits::Guest());

/// Lets go of the models that guests brought and nobody uses now. For when a module closes: those
/// that the guests of another bring are read anew.
void ForgetGuestModels() noexcept;

}  // namespace wasmedge_embed
