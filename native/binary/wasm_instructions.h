#pragma once

#include <array>
#include <cstdint>

namespace wasmedge_embed {

/// What follows an instruction's opcode (core specification, "Binary Format, Instructions"), and
/// what it does to the nesting of blocks and to the values on the stack.
enum class WasmImmediates : uint8_t {
  /// None of WebAssembly 2.0, nor of tail calls and relaxed SIMD.
  kUnknown,
  kNone,
  /// One number, or two.
  kNumber,
  kTwoNumbers,
  /// A lane, or the memory of an instruction that has but one to choose.
  kByte,
  /// Alignment and offset of an access to memory.
  kAccess,
  kAccessAndLane,
  kFourBytes,
  kEightBytes,
  kSixteenBytes,
  /// The type of the references.
  kReferenceType,
  /// A vector of value types.
  kValueTypes,
  /// The type of the block that begins.
  kBlock,
  kLoop,
  kEnd,
  kReturn,
  /// A label.
  kBranch,
  kBranchTable,
  /// A function.
  kCall,
  kTailCall,
  /// A type and a table.
  kIndirectCall,
  kIndirectTailCall,
  /// A second opcode.
  kBulkPrefix,
  kVectorPrefix,
};

/// By an instruction's opcode, or its first byte.
using WasmImmediatesTable = std::array<WasmImmediates, 256>;
extern const WasmImmediatesTable kWasmImmediates;

/// Of what follows the prefixes 0xFC and 0xFD.
WasmImmediates ImmediatesOfBulk(uint32_t opcode);
WasmImmediates ImmediatesOfVector(uint32_t opcode);

}  // namespace wasmedge_embed
