#include "workarounds/call_buffers.h"

#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

// Of LLVM's C API (llvm-c/Core.h), whose headers are not needed to build.
struct Builder;
struct Type;
struct Value;
struct Block;

struct Llvm {
  Value* (*build_array_alloca)(Builder*, Type*, Value*, const char*) = nullptr;
  Block* (*get_insert_block)(Builder*) = nullptr;
  Value* (*get_parent)(Block*) = nullptr;
  Block* (*get_entry_block)(Value*) = nullptr;
  Value* (*get_first_instruction)(Block*) = nullptr;
  void (*position_before)(Builder*, Value*) = nullptr;
  void (*position_at_end)(Builder*, Block*) = nullptr;
  Value* (*is_constant_integer)(Value*) = nullptr;
  unsigned long long (*integer_of)(Value*) = nullptr;
  void (*set_operand)(Value*, unsigned, Value*) = nullptr;
};

// Written once, before anything is compiled.
Llvm& Global() {
  static Llvm llvm;
  return llvm;
}

/// Room at the begin of a function.
struct Buffer {
  Value* place = nullptr;
  uint64_t bytes = 0;
};

/// What was given to the function that is being compiled: functions are compiled one by one.
struct State {
  Value* function = nullptr;
  /// The arguments' and the results'.
  std::array<Buffer, 2> buffers;
  /// Where the last was asked for, and how many were there.
  Block* block = nullptr;
  size_t used = 0;
};

thread_local State state;
thread_local bool is_compiling = false;

// Stands in for libwasmedge's `LLVMBuildArrayAlloca`.
Value* BuildBuffer(Builder* builder, Type* type, Value* size, const char* name) {
  const Llvm& llvm = Global();
  Block* const block = is_compiling ? llvm.get_insert_block(builder) : nullptr;
  Value* const function = block != nullptr ? llvm.get_parent(block) : nullptr;
  Block* const entry = function != nullptr ? llvm.get_entry_block(function) : nullptr;
  // What stands in the first block is taken once as it is.
  if (entry == nullptr || entry == block || llvm.is_constant_integer(size) == nullptr) {
    return llvm.build_array_alloca(builder, type, size, name);
  }
  if (state.function != function) state = {function, {}, nullptr, 0};
  if (state.block != block) {
    state.block = block;
    state.used = 0;
  }
  // The arguments and the results of a call are there at the same time, and in one block.
  if (state.used == state.buffers.size()) {
    return llvm.build_array_alloca(builder, type, size, name);
  }
  Buffer& buffer = state.buffers[state.used++];
  const uint64_t bytes = llvm.integer_of(size);
  if (buffer.place == nullptr) {
    Value* const first = llvm.get_first_instruction(entry);
    if (first != nullptr) {
      llvm.position_before(builder, first);
    } else {
      llvm.position_at_end(builder, entry);
    }
    buffer = {llvm.build_array_alloca(builder, type, size, name), bytes};
    llvm.position_at_end(builder, block);
  } else if (bytes > buffer.bytes) {
    llvm.set_operand(buffer.place, 0, size);
    buffer.bytes = bytes;
  }
  return buffer.place;
}

}  // namespace

void CallBuffers::Install(void* wasmedge_library) {
  Llvm& llvm = Global();
  bool is_complete = true;
  // Looked for in what the library needs as well.
  const auto find = [&](auto& function, const char* name) {
    void* const symbol = dlsym(wasmedge_library, name);
    is_complete = is_complete && symbol != nullptr;
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
  };
  find(llvm.build_array_alloca, "LLVMBuildArrayAlloca");
  find(llvm.get_insert_block, "LLVMGetInsertBlock");
  find(llvm.get_parent, "LLVMGetBasicBlockParent");
  find(llvm.get_entry_block, "LLVMGetEntryBasicBlock");
  find(llvm.get_first_instruction, "LLVMGetFirstInstruction");
  find(llvm.position_before, "LLVMPositionBuilderBefore");
  find(llvm.position_at_end, "LLVMPositionBuilderAtEnd");
  find(llvm.is_constant_integer, "LLVMIsAConstantInt");
  find(llvm.integer_of, "LLVMConstIntGetZExtValue");
  find(llvm.set_operand, "LLVMSetOperand");
  if (!is_complete) return;
  ElfSlots(wasmedge_library)
      .Redirect("LLVMBuildArrayAlloca", reinterpret_cast<void*>(&BuildBuffer));
}

CallBuffers::Scope::Scope() noexcept {
  state = {};
  is_compiling = true;
}

CallBuffers::Scope::~Scope() { is_compiling = false; }

}  // namespace wasmedge_embed
