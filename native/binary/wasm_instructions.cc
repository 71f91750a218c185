#include "binary/wasm_instructions.h"

namespace wasmedge_embed {
namespace {

using Immediates = WasmImmediates;

struct Table {
  WasmImmediatesTable opcodes{};

  constexpr void Set(uint8_t opcode, Immediates immediates) { opcodes[opcode] = immediates; }
  constexpr void Set(uint8_t first, uint8_t last, Immediates immediates) {
    for (unsigned opcode = first; opcode <= last; ++opcode) opcodes[opcode] = immediates;
  }
};

constexpr Table MakeTable() {
  Table table;
  table.Set(0x00, 0x01, Immediates::kNone);  // unreachable, nop
  table.Set(0x02, Immediates::kBlock);
  table.Set(0x03, Immediates::kLoop);
  table.Set(0x04, Immediates::kBlock);  // if
  table.Set(0x05, Immediates::kNone);   // else
  table.Set(0x0B, Immediates::kEnd);
  table.Set(0x0C, 0x0D, Immediates::kBranch);
  table.Set(0x0E, Immediates::kBranchTable);
  table.Set(0x0F, Immediates::kReturn);
  table.Set(0x10, Immediates::kCall);
  table.Set(0x11, Immediates::kIndirectCall);
  table.Set(0x12, Immediates::kTailCall);
  table.Set(0x13, Immediates::kIndirectTailCall);
  table.Set(0x1A, 0x1B, Immediates::kNone);    // drop, select
  table.Set(0x1C, Immediates::kValueTypes);    // select
  table.Set(0x20, 0x26, Immediates::kNumber);  // local, global, table
  table.Set(0x28, 0x3E, Immediates::kAccess);
  table.Set(0x3F, 0x40, Immediates::kByte);    // memory.size, memory.grow
  table.Set(0x41, 0x42, Immediates::kNumber);  // i32.const, i64.const
  table.Set(0x43, Immediates::kFourBytes);
  table.Set(0x44, Immediates::kEightBytes);
  table.Set(0x45, 0xC4, Immediates::kNone);  // numeric
  table.Set(0xD0, Immediates::kReferenceType);
  table.Set(0xD1, Immediates::kNone);    // ref.is_null
  table.Set(0xD2, Immediates::kNumber);  // ref.func
  table.Set(0xFC, Immediates::kBulkPrefix);
  table.Set(0xFD, Immediates::kVectorPrefix);
  return table;
}

}  // namespace

constexpr WasmImmediatesTable kWasmImmediates = MakeTable().opcodes;

WasmImmediates ImmediatesOfBulk(uint32_t opcode) {
  switch (opcode) {
    case 8:   // memory.init
    case 10:  // memory.copy
    case 12:  // table.init
    case 14:  // table.copy
      return Immediates::kTwoNumbers;
    case 9:   // data.drop
    case 11:  // memory.fill
    case 13:  // elem.drop
    case 15:  // table.grow
    case 16:  // table.size
    case 17:  // table.fill
      return Immediates::kNumber;
    default:  // saturating conversions
      return opcode < 8 ? Immediates::kNone : Immediates::kUnknown;
  }
}

WasmImmediates ImmediatesOfVector(uint32_t opcode) {
  constexpr uint32_t kLastRelaxed = 275;
  if (opcode <= 11 || opcode == 92 || opcode == 93) return Immediates::kAccess;
  if (opcode == 12 || opcode == 13) return Immediates::kSixteenBytes;  // v128.const, i8x16.shuffle
  if (opcode >= 21 && opcode <= 34) return Immediates::kByte;
  if (opcode >= 84 && opcode <= 91) return Immediates::kAccessAndLane;
  // WasmEdge rejects the few unassigned ones.
  return opcode <= kLastRelaxed ? Immediates::kNone : Immediates::kUnknown;
}

}  // namespace wasmedge_embed
