#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// What an instance has beside its memory's bytes: what a module's binary says of the instances
/// that are made of it.
struct GuestState {
  /// Stands for a null reference where a function's index stands for one to a function.
  static constexpr uint32_t kNull = UINT32_MAX;

  /// Pages of 64 KiB; absent of a module without a memory.
  std::optional<uint64_t> memory_pages;
  /// The raw bits of each global that is mutable, by its index; of a reference to a function that
  /// function's index in the first four bytes. Of the others nothing is read.
  std::vector<std::array<uint8_t, 16>> globals;
  /// Of each table its elements: functions' indices.
  std::vector<std::vector<uint32_t>> tables;
  /// Of each segment whether it has been dropped.
  std::vector<bool> dropped_data;
  std::vector<bool> dropped_elements;
};

/// What a module's binary says of the state of its instances.
struct StateOutline {
  struct Global {
    uint8_t type = 0;
    bool is_mutable = false;
  };
  struct Segment {
    /// Whether an instance has it until it is dropped: not so of one that is active, whose content
    /// is copied into memory or a table when the instance is made.
    bool is_passive = false;
    /// Bytes, or elements.
    uint32_t size = 0;
  };

  /// With those that are imported.
  uint32_t functions = 0;
  bool has_memory = false;
  std::vector<Global> globals;
  /// The types of their elements.
  std::vector<uint8_t> tables;
  std::vector<Segment> data;
  std::vector<Segment> elements;
  /// The number of its exports.
  uint32_t exports = 0;
};

/// A module that exports its state, and under which names: each is `prefix` and, after it, "m" (the
/// memory), "g" or "t" or "f" and an index (a mutable global, a table, a function).
struct StateExports {
  std::string prefix;
  StateOutline outline;
};

/// Whether it imports nothing else: of others no state is read. Throws `Error(kModuleInvalid)` when
/// the imports are malformed; `name` begins the message.
bool ImportsFunctionsOnly(WasmBytes module, const std::string& name);

/// Reads of a module what a `GuestState` says of its instances. Throws `Error(kModuleInvalid)` when
/// a section is malformed, and when the module imports anything but functions; `name` begins the
/// message.
StateOutline ReadStateOutline(WasmBytes module, const std::string& name);

/// The same module with its state exported beside what it exports itself, after it: memory, mutable
/// globals, tables, and, where a table or a global may refer to them, functions. No index changes,
/// so that code that was compiled of the one fits the other.
///
/// `with_functions`: those too; without them it cannot be told what a reference refers to.
///
/// Throws as `ReadStateOutline` does.
std::vector<uint8_t> ExportState(WasmBytes module, const std::string& name, bool with_functions,
                                 StateExports* exports);

/// The same module, whose instances begin with `state`: sizes of memory and tables, values of
/// globals, elements. Its active segments have become passive and empty, and those that were
/// dropped as well; it has no start function. What is in memory is not part of it. No index
/// changes.
///
/// Throws as `ReadStateOutline` does, and when `state` does not fit the module.
std::vector<uint8_t> BeginWithState(WasmBytes module, const GuestState& state,
                                    const std::string& name);

}  // namespace wasmedge_embed
