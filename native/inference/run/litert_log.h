#pragma once

#include <string>

#include "inference/run/litert_api.h"
#include "workarounds/litert_output.h"

namespace wasmedge_embed::litert {

/// Captures LiteRT's messages on this thread while it exists, for `Check`.
using LogCapture = LitertOutput::Scope;

/// Throws `Error(kModel)` "LiteRT cannot `task` (status …): its reason" unless the status is
/// success.
void Check(Status status, const std::string& task, const LogCapture& log);

}  // namespace wasmedge_embed::litert
