#pragma once

#include <cstdint>

#include "base/wasmedge_types.h"

// What WasmEdge reads from a plug-in written against its C API. The same in every supported version
// line except for the number of the plug-in interface; native/test/wasmedge_abi_test.cc compares
// these declarations with the installed headers.

namespace wasmedge_embed::wasmedge {

enum class ProgramOptionType : int { kString = 12 };

/// An option of the command line program. When WasmEdge parses the command line, it copies
/// `default_value`, or the value given instead, to `storage`; it does not free strings.
struct ProgramOption {
  const char* name;
  const char* description;
  ProgramOptionType type;
  void* storage;
  const void* default_value;
};

struct ModuleDescriptor {
  const char* name;
  const char* description;
  /// Creates an instance that belongs to the caller; null if there is none.
  ModuleInstanceContext* (*create)(const ModuleDescriptor* self);
};

struct PluginVersion {
  uint32_t major;
  uint32_t minor;
  uint32_t patch;
  uint32_t build;
};

struct PluginDescriptor {
  const char* name;
  const char* description;
  /// WasmEdge ignores a plug-in with a number other than its own.
  uint32_t api_version;
  PluginVersion version;
  uint32_t module_count;
  uint32_t program_option_count;
  ModuleDescriptor* modules;
  ProgramOption* program_options;
};

/// The number of the plug-in interface: `WasmEdge_Plugin_CurrentAPIVersion`.
inline constexpr uint32_t kPluginApiVersion0_14 = 4;
inline constexpr uint32_t kPluginApiVersion0_17 = 5;

}  // namespace wasmedge_embed::wasmedge
