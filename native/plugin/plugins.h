#pragma once

#include "plugin/plugin_types.h"

// The core of the plug-ins, in a separate shared library, so that all plug-ins loaded by a program
// share one LiteRT and one store of models.

extern "C" {

/// The descriptor of the plug-in `name`, for the libwasmedge whose code at `caller` requests it.
/// Constant for the life of the process. Null if there is no plug-in with this name, and if the
/// version of the library is unknown (`LogFailure` reports the reason).
__attribute__((visibility("default"))) const wasmedge_embed::wasmedge::PluginDescriptor*
wasmedge_embed_plugin(const char* name, const void* caller);
}
