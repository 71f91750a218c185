#pragma once

#include <vector>

#include "binary/guest_state.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// Which of an instance's passive segments have been dropped by `data.drop` and `elem.drop`.
struct DroppedSegments {
  std::vector<bool> data;
  std::vector<bool> elements;
};

/// Reads the instance object itself, since WasmEdge's C API says nothing about segments, and
/// dropping one calls nothing that could be redirected. Where an instance stores them is not known
/// in advance; it is determined from an instance whose segments are known.
///
/// Nothing is read if the module has no passive segments. Throws `Error(kSnapshot)` if they cannot
/// be found.
DroppedSegments FindDroppedSegments(const wasmedge::Api& api,
                                    const wasmedge::ModuleInstanceContext* instance,
                                    const StateOutline& outline);

}  // namespace wasmedge_embed
