#pragma once

#include <cstdint>
#include <string>

namespace wasmedge_embed {

/// The proposal to which a feature belongs that guests may not use.
enum class WasmProposal : uint8_t {
  kUnknown,
  kExceptions,
  kGarbageCollection,
  kTypedReferences,
  kThreads,
  kMultipleMemories,
  kMemory64,
  kWideArithmetic,
  kMemoryControl,
  kStackSwitching,
  kStringReferences,
};

/// By an instruction's first byte; `second` is the number after the prefix 0xFC or 0xFD.
WasmProposal ProposalOfInstruction(uint8_t opcode, uint32_t second) noexcept;
/// By the byte that encodes a value type or the form of a type.
WasmProposal ProposalOfType(uint8_t byte) noexcept;
WasmProposal ProposalOfSection(uint8_t section) noexcept;
WasmProposal ProposalOfImport(uint8_t kind) noexcept;

/// The end of a sentence that says what was found: the proposal it belongs to, which WasmEdge has
/// it (its Changelog.md), and how to build without it.
std::string WhyNotForGuests(WasmProposal proposal);

}  // namespace wasmedge_embed
