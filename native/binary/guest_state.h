#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The state of an instance apart from the content of its memory: the part that a module's binary
/// determines for new instances.
struct GuestState {
  /// The null reference, in place of a function's index.
  static constexpr uint32_t kNull = UINT32_MAX;

  /// In pages of 64 KiB; absent if the module has no memory.
  std::optional<uint64_t> memory_pages;
  /// The raw bits of each mutable global, by index. For a function reference, the first four bytes
  /// are the function's index. Immutable globals are not read.
  std::vector<std::array<uint8_t, 16>> globals;
  /// The elements of each table: indices of functions.
  std::vector<std::vector<uint32_t>> tables;
  /// For each segment, whether it has been dropped.
  std::vector<bool> dropped_data;
  std::vector<bool> dropped_elements;
};

/// What a module's binary says about the state of its instances.
struct StateOutline {
  struct Global {
    uint8_t type = 0;
    bool is_mutable = false;
  };
  struct Segment {
    /// Whether an instance keeps it until it is dropped. Active segments are not kept: their
    /// content is copied into memory or a table when the instance is created.
    bool is_passive = false;
    /// In bytes, or elements.
    uint32_t size = 0;
  };

  /// Includes imported ones.
  uint32_t functions = 0;
  bool has_memory = false;
  std::vector<Global> globals;
  /// The types of their elements.
  std::vector<uint8_t> tables;
  std::vector<Segment> data;
  std::vector<Segment> elements;
  /// The number of exports.
  uint32_t exports = 0;
};

/// A module that exports its state, and the names of these exports: `prefix` followed by "m" (the
/// memory), or by "g", "t" or "f" and an index (a mutable global, a table, a function).
struct StateExports {
  std::string prefix;
  StateOutline outline;
};

/// Whether it imports only functions: the state of other modules is not read. Throws
/// `Error(kModuleInvalid)` if the imports are malformed; `name` begins the message.
bool ImportsFunctionsOnly(WasmBytes module, const std::string& name);

/// Reads what a `GuestState` of the module's instances consists of. Throws `Error(kModuleInvalid)`
/// if a section is malformed or the module imports anything but functions; `name` begins the
/// message.
StateOutline ReadStateOutline(WasmBytes module, const std::string& name);

/// The same module with its state exported, after its own exports: memory, mutable globals, tables,
/// and the functions that a table or global may refer to. No index changes, so code compiled from
/// the original fits.
///
/// `with_functions`: whether to export functions. Without them, it cannot be determined what a
/// reference refers to.
///
/// Throws like `ReadStateOutline`.
std::vector<uint8_t> ExportState(WasmBytes module, const std::string& name, bool with_functions,
                                 StateExports* exports);

/// The same module, but its instances start with `state`: sizes of memory and tables, values of
/// globals, elements. Its active segments, and those that were dropped, become passive and empty;
/// it has no start function. The content of memory is not included. No index changes.
///
/// Throws like `ReadStateOutline`, and if `state` does not fit the module.
std::vector<uint8_t> BeginWithState(WasmBytes module, const GuestState& state,
                                    const std::string& name);

}  // namespace wasmedge_embed
