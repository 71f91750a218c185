#pragma once

#include <array>
#include <cstdint>

namespace wasmedge_embed {

/// What follows an instruction's opcode (core specification, "Binary Format, Instructions"), and
/// its effect on the nesting of blocks and on the stack.
enum class WasmImmediates : uint8_t {
  /// Not an instruction of WebAssembly 2.0, tail calls or relaxed SIMD.
  kUnknown,
  kNone,
  /// One or two numbers.
  kNumber,
  kTwoNumbers,
  /// A lane, or the memory index of an instruction that has only one choice.
  kByte,
  /// Alignment and offset of a memory access.
  kAccess,
  kAccessAndLane,
  kFourBytes,
  kEightBytes,
  kSixteenBytes,
  /// The type of the references.
  kReferenceType,
  /// A vector of value types.
  kValueTypes,
  /// A block type.
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

/// By opcode, or by first byte.
using WasmImmediatesTable = std::array<WasmImmediates, 256>;
extern const WasmImmediatesTable kWasmImmediates;

/// For the instructions with the prefixes 0xFC and 0xFD.
WasmImmediates ImmediatesOfBulk(uint32_t opcode);
WasmImmediates ImmediatesOfVector(uint32_t opcode);

}  // namespace wasmedge_embed
