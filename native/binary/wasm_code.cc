#include "binary/wasm_code.h"

#include <vector>

#include "binary/module_refusal.h"
#include "binary/wasm_instructions.h"
#include "binary/wasm_limits.h"
#include "binary/wasm_proposals.h"

namespace wasmedge_embed {
namespace {

/// Parameters and results together, which have 32 bits each.
uint64_t Values(const WasmFunctionType& type) { return uint64_t{type.parameters} + type.results; }

class CodeReader {
 public:
  CodeReader(const WasmOutline& module, CodeReading reading, const std::string& name)
      : module_(module), reading_(reading), name_(name) {}

  CodeFacts Read() {
    if (module_.code.size == 0) return facts_;
    WasmReader reader(module_.code);
    const uint32_t count = Need(reader.U32());
    function_ = module_.imported_functions;
    for (uint32_t index = 0; index < count; ++index, ++function_) {
      const uint32_t size = Need(reader.U32());
      Bound(size, wasm_limits::kBodyBytes, "bytes in a function");
      ReadFunction(Need(reader.Part(size)));
    }
    const uint64_t bytes = module_.code.size;
    Bound(locals_, wasm_limits::kLocalsInAll + wasm_limits::kLocalsPerCodeByte * bytes,
          "locals in all functions together");
    Bound(values_, wasm_limits::kValuesInAll + wasm_limits::kValuesPerCodeByte * bytes,
          "parameters and results of its calls, blocks and branches");
    return facts_;
  }

 private:
  void ReadFunction(WasmBytes bytes) {
    WasmReader reader(bytes);
    type_ = module_.TypeOfFunction(function_);
    ReadLocals(reader);
    if (reading_ == CodeReading::kLocals) return;
    labels_.assign(1, type_.results);
    while (!labels_.empty()) ReadInstruction(reader);
    if (!reader.AtEnd()) Refuse("is malformed: bytes follow the end of a function.");
  }

  void ReadLocals(WasmReader& reader) {
    uint64_t locals = 0;
    for (uint32_t groups = Need(reader.U32()); groups > 0; --groups) {
      // At most 32 bits each, and no more declarations than the body has bytes.
      locals += Need(reader.U32());
      const uint8_t type = Need(reader.Byte());
      if (!IsValueType(type)) RefuseType("a local of the type", type);
    }
    Bound(type_.parameters + locals, wasm_limits::kLocals, "locals in a function");
    locals_ += locals;
  }

  /// Skips instructions that do not matter here, which are most, and the opcode of the next one
  /// that does.
  uint8_t NextOpcode(WasmReader& reader) const {
    // A copy, which can be kept in registers.
    WasmReader ahead = reader;
    while (true) {
      const uint8_t opcode = Need(ahead.Byte());
      switch (kWasmImmediates[opcode]) {
        case WasmImmediates::kNone:
          break;
        case WasmImmediates::kTwoNumbers:
        case WasmImmediates::kAccess:
          Require(ahead.SkipNumber());
          [[fallthrough]];
        case WasmImmediates::kNumber:
          Require(ahead.SkipNumber());
          break;
        default:
          reader = ahead;
          return opcode;
      }
    }
  }

  void ReadInstruction(WasmReader& reader) {
    const uint8_t opcode = NextOpcode(reader);
    WasmImmediates immediates = kWasmImmediates[opcode];
    uint32_t second = 0;
    if (immediates == WasmImmediates::kBulkPrefix) {
      second = Need(reader.U32());
      immediates = ImmediatesOfBulk(second);
    } else if (immediates == WasmImmediates::kVectorPrefix) {
      second = Need(reader.U32());
      immediates = ImmediatesOfVector(second);
    }
    switch (immediates) {
      case WasmImmediates::kNone:
        return;
      case WasmImmediates::kNumber:
        return Require(reader.SkipNumber());
      case WasmImmediates::kTwoNumbers:
      case WasmImmediates::kAccess:
        return Require(reader.SkipNumber() && reader.SkipNumber());
      case WasmImmediates::kAccessAndLane:
        return Require(reader.SkipNumber() && reader.SkipNumber() && reader.Skip(1));
      case WasmImmediates::kByte:
        return Require(reader.Skip(1));
      case WasmImmediates::kFourBytes:
        return Require(reader.Skip(4));
      case WasmImmediates::kEightBytes:
        return Require(reader.Skip(8));
      case WasmImmediates::kSixteenBytes:
        return Require(reader.Skip(16));
      case WasmImmediates::kReferenceType:
        return ReadValueType(reader);
      case WasmImmediates::kValueTypes:
        if (Need(reader.U32()) != 1)
          Refuse("is malformed: a 'select' does not have exactly one type.");
        return ReadValueType(reader);
      case WasmImmediates::kBlock:
      case WasmImmediates::kLoop: {
        const WasmFunctionType type = ReadBlockType(reader);
        values_ += Values(type);
        labels_.push_back(immediates == WasmImmediates::kLoop ? type.parameters : type.results);
        return;
      }
      case WasmImmediates::kEnd:
        labels_.pop_back();
        return;
      case WasmImmediates::kReturn:
        values_ += type_.results;
        return;
      case WasmImmediates::kBranch:
        return ReadLabel(reader);
      case WasmImmediates::kBranchTable: {
        const uint32_t count = Need(reader.U32());
        Bound(count, wasm_limits::kBranchTargets, "targets of a 'br_table'");
        for (uint32_t index = 0; index <= count; ++index) ReadLabel(reader);
        return;
      }
      case WasmImmediates::kTailCall:
        facts_.makes_tail_calls = true;
        [[fallthrough]];
      case WasmImmediates::kCall:
        values_ += Values(module_.TypeOfFunction(Need(reader.U32())));
        return;
      case WasmImmediates::kIndirectTailCall:
        facts_.makes_tail_calls = true;
        [[fallthrough]];
      case WasmImmediates::kIndirectCall:
        values_ += Values(module_.Type(Need(reader.U32())));
        return Require(reader.SkipNumber());
      case WasmImmediates::kUnknown:
      case WasmImmediates::kBulkPrefix:
      case WasmImmediates::kVectorPrefix:
        RefuseCode("the instruction", opcode, ProposalOfInstruction(opcode, second));
    }
  }

  WasmFunctionType ReadBlockType(WasmReader& reader) {
    constexpr int64_t kEmpty = -0x40;
    const size_t begin = reader.position();
    const int64_t type = Need(reader.S33());
    if (type >= 0) return module_.Type(static_cast<uint64_t>(type));
    // WasmEdge accepts any number whose last seven bits are those of the empty type.
    if (reader.position() - begin != 1) {
      Refuse("is malformed: in function " + std::to_string(function_) +
             " a block type is encoded in more than one byte.");
    }
    const auto byte = static_cast<uint8_t>(type & 0x7F);
    if (type != kEmpty && !IsValueType(byte)) RefuseType("a block of the type", byte);
    return {0, type == kEmpty ? 0U : 1U};
  }

  void ReadValueType(WasmReader& reader) {
    const uint8_t type = Need(reader.Byte());
    if (!IsValueType(type)) RefuseType("a value of the type", type);
  }

  void ReadLabel(WasmReader& reader) {
    const uint32_t label = Need(reader.U32());
    if (label < labels_.size()) values_ += labels_[labels_.size() - 1 - label];
  }

  template <typename T>
  T Need(std::optional<T> value) const {
    if (!value) FailCutOff();
    return *value;
  }

  void Require(bool complete) const {
    if (!complete) FailCutOff();
  }

  void Bound(uint64_t count, uint64_t most, const char* what) const {
    BoundModule(name_, count, most, what);
  }

  [[noreturn]] void FailCutOff() const {
    Refuse("is truncated or malformed: function " + std::to_string(function_) + " is cut off.");
  }

  [[noreturn]] void RefuseType(const char* what, uint8_t type) const {
    RefuseCode(what, type, ProposalOfType(type));
  }

  [[noreturn]] void RefuseCode(const char* what, uint8_t code, WasmProposal proposal) const {
    Refuse("has " + std::string(what) + " " + ToHex(code) + " in function " +
           std::to_string(function_) + WhyNotForGuests(proposal));
  }

  [[noreturn]] void Refuse(const std::string& reason) const { RefuseModule(name_, reason); }

  const WasmOutline& module_;
  const CodeReading reading_;
  const std::string& name_;
  /// The function being read: its index and its type.
  size_t function_ = 0;
  WasmFunctionType type_;
  /// For each open block, the number of values that a branch to it takes.
  std::vector<uint32_t> labels_;
  uint64_t locals_ = 0;
  uint64_t values_ = 0;
  CodeFacts facts_;
};

}  // namespace

CodeFacts CheckCode(const WasmOutline& module, CodeReading reading, const std::string& name) {
  return CodeReader(module, reading, name).Read();
}

}  // namespace wasmedge_embed
