#pragma once

#include "plugin/plugin_types.h"

// The core of the plug-ins, in a shared library of its own, so that however many of them a program
// loads they share one LiteRT and one store of models.

extern "C" {

/// The descriptor of the plug-in `name`, for the libwasmedge whose code at `caller` asks for it.
/// Constant for the life of the process. Null for a name that is none, and where the library is of
/// an unknown version (`LogFailure` has the reason).
__attribute__((visibility("default"))) const wasmedge_embed::wasmedge::PluginDescriptor*
wasmedge_embed_plugin(const char* name, const void* caller);
}
