#include "binary/wasm_proposals.h"

namespace wasmedge_embed {
namespace {

struct Words {
  const char* name;
  const char* wasmedge;
  const char* advice;
};

constexpr char kIn14[] = "WasmEdge has had it since 0.14";
constexpr char kInNone[] = "no WasmEdge up to 0.17 has it";

Words WordsOf(WasmProposal proposal) noexcept {
  switch (proposal) {
    case WasmProposal::kUnknown:
      break;
    case WasmProposal::kExceptions:
      return {"exception handling",
              "WasmEdge has interpreted it since 0.14, and no version compiles it",
              "Compile it without exceptions"};
    case WasmProposal::kGarbageCollection:
      return {"garbage collection",
              "WasmEdge has interpreted it since 0.14 and compiled it since 0.15",
              "Compile it without garbage-collected objects"};
    case WasmProposal::kTypedReferences:
      return {"typed function references", kIn14,
              "Compile it for a language without garbage-collected objects"};
    case WasmProposal::kThreads:
      return {"threads", "WasmEdge has had it since 0.10", "Compile it without threads"};
    case WasmProposal::kMultipleMemories:
      return {"multiple memories", "WasmEdge has had it since 0.9", "Compile it with one memory"};
    case WasmProposal::kMemory64:
      return {"memory64", "WasmEdge has had it since 0.17", "Compile it for wasm32"};
    case WasmProposal::kWideArithmetic:
      return {"wide arithmetic", kInNone, "Compile it without wide arithmetic"};
    case WasmProposal::kMemoryControl:
      return {"memory control", kInNone, "Compile it without memory control"};
    case WasmProposal::kStackSwitching:
      return {"stack switching", kInNone, "Compile it without stack switching"};
    case WasmProposal::kStringReferences:
      return {"reference-typed strings", kInNone, "Compile it without them"};
  }
  return {nullptr, nullptr, nullptr};
}

}  // namespace

WasmProposal ProposalOfInstruction(uint8_t opcode, uint32_t second) noexcept {
  switch (opcode) {
    case 0x06:  // try, catch, throw, rethrow, throw_ref, delegate, catch_all, try_table
    case 0x07:
    case 0x08:
    case 0x09:
    case 0x0A:
    case 0x18:
    case 0x19:
    case 0x1F:
      return WasmProposal::kExceptions;
    case 0x14:  // call_ref, return_call_ref, ref.as_non_null, br_on_null, br_on_non_null
    case 0x15:
    case 0xD4:
    case 0xD5:
    case 0xD6:
      return WasmProposal::kTypedReferences;
    case 0xD3:  // ref.eq
    case 0xFB:
      return WasmProposal::kGarbageCollection;
    case 0xE0:  // cont.new, cont.bind, suspend, resume, resume_throw, switch
    case 0xE1:
    case 0xE2:
    case 0xE3:
    case 0xE4:
    case 0xE5:
    case 0xE6:
      return WasmProposal::kStackSwitching;
    case 0xFC:
      if (second == 18) return WasmProposal::kMemoryControl;  // memory.discard
      return second >= 19 && second <= 22 ? WasmProposal::kWideArithmetic : WasmProposal::kUnknown;
    case 0xFE:
      return WasmProposal::kThreads;
    default:
      return WasmProposal::kUnknown;
  }
}

WasmProposal ProposalOfType(uint8_t byte) noexcept {
  switch (byte) {
    case 0x69:  // exnref
    case 0x74:  // its bottom type
      return WasmProposal::kExceptions;
    case 0x63:  // (ref null …), (ref …)
    case 0x64:
      return WasmProposal::kTypedReferences;
    case 0x4E:  // rec, sub final, sub
    case 0x4F:
    case 0x50:
    case 0x5E:  // array, struct
    case 0x5F:
    case 0x6A:  // arrayref, structref, i31ref, eqref, anyref, and the bottom types
    case 0x6B:
    case 0x6C:
    case 0x6D:
    case 0x6E:
    case 0x71:
    case 0x72:
    case 0x73:
    case 0x77:  // i16, i8 in structs
    case 0x78:
      return WasmProposal::kGarbageCollection;
    case 0x5D:  // cont
    case 0x68:  // contref
    case 0x75:
      return WasmProposal::kStackSwitching;
    case 0x67:  // stringref
      return WasmProposal::kStringReferences;
    default:
      return WasmProposal::kUnknown;
  }
}

WasmProposal ProposalOfSection(uint8_t section) noexcept {
  switch (section) {
    case 13:  // tags
      return WasmProposal::kExceptions;
    case 14:  // string literals
      return WasmProposal::kStringReferences;
    default:
      return WasmProposal::kUnknown;
  }
}

WasmProposal ProposalOfImport(uint8_t kind) noexcept {
  return kind == 4 ? WasmProposal::kExceptions : WasmProposal::kUnknown;  // a tag
}

std::string WhyNotForGuests(WasmProposal proposal) {
  const Words words = WordsOf(proposal);
  if (words.name == nullptr) return ", which guests may not use.";
  return std::string(", of the proposal '") + words.name + "', which guests may not use (" +
         words.wasmedge + "). " + words.advice + ".";
}

}  // namespace wasmedge_embed
