// A plug-in: this file is built into a shared object for each, with its name in
// WASMEDGE_EMBED_PLUGIN. WasmEdge accepts one descriptor per shared object.

#include "plugin/plugins.h"

extern "C" __attribute__((visibility("default"))) const wasmedge_embed::wasmedge::PluginDescriptor*
WasmEdge_Plugin_GetDescriptor() {
  return wasmedge_embed_plugin(WASMEDGE_EMBED_PLUGIN, __builtin_return_address(0));
}
