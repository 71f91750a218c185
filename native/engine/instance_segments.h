#pragma once

#include <vector>

#include "binary/guest_state.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// Which of an instance's passive segments `data.drop` and `elem.drop` have dropped.
struct DroppedSegments {
  std::vector<bool> data;
  std::vector<bool> elements;
};

/// Looks at the instance itself, since WasmEdge's C API tells nothing of segments, and dropping one
/// calls nothing that could be redirected. Where an instance has them is not known beforehand but
/// found in one whose segments are known.
///
/// Of a module without passive segments nothing is looked at. Throws `Error(kSnapshot)` where they
/// cannot be found.
DroppedSegments FindDroppedSegments(const wasmedge::Api& api,
                                    const wasmedge::ModuleInstanceContext* instance,
                                    const StateOutline& outline);

}  // namespace wasmedge_embed
