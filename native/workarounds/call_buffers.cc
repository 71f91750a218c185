#include "workarounds/call_buffers.h"

#include <dlfcn.h>

#include <type_traits>

#include "workarounds/redirected_function.h"

namespace wasmedge_embed {
namespace {

/// The functions used of LLVM's C API (llvm-c/Core.h).
struct Llvm {
  LlvmBlock* (*get_insert_block)(LlvmBuilder*) = nullptr;
  LlvmValue* (*get_parent)(LlvmBlock*) = nullptr;
  LlvmBlock* (*get_entry_block)(LlvmValue*) = nullptr;
  LlvmValue* (*get_first_instruction)(LlvmBlock*) = nullptr;
  void (*position_before)(LlvmBuilder*, LlvmValue*) = nullptr;
  void (*position_at_end)(LlvmBuilder*, LlvmBlock*) = nullptr;
  LlvmValue* (*is_constant_integer)(LlvmValue*) = nullptr;
  unsigned long long (*integer_of)(LlvmValue*) = nullptr;
  void (*set_operand)(LlvmValue*, unsigned, LlvmValue*) = nullptr;
};

// Both are written once, before anything is compiled.
Llvm llvm;
RedirectedFunction<LlvmValue* (*)(LlvmBuilder*, LlvmType*, LlvmValue*, const char*)>
    build_array_alloca("LLVMBuildArrayAlloca");

}  // namespace

CallBuffers::Scope::Buffer* CallBuffers::Scope::Next(LlvmValue* function,
                                                     LlvmBlock* block) noexcept {
  if (function_ != function) {
    function_ = function;
    buffers_ = {};
    block_ = nullptr;
  }
  if (block_ != block) {
    block_ = block;
    used_ = 0;
  }
  // The arguments and the results of a call exist at the same time, and in one block.
  return used_ == buffers_.size() ? nullptr : &buffers_[used_++];
}

LlvmValue* CallBuffers::Build(LlvmBuilder* builder, LlvmType* type, LlvmValue* size,
                              const char* name) {
  const auto build = build_array_alloca.original();
  Scope* const scope = Scope::Current();
  LlvmBlock* const block = scope != nullptr ? llvm.get_insert_block(builder) : nullptr;
  LlvmValue* const function = block != nullptr ? llvm.get_parent(block) : nullptr;
  LlvmBlock* const entry = function != nullptr ? llvm.get_entry_block(function) : nullptr;
  // An allocation in the first block happens only once and is left as it is.
  if (entry == nullptr || entry == block || llvm.is_constant_integer(size) == nullptr) {
    return build(builder, type, size, name);
  }
  Scope::Buffer* const buffer = scope->Next(function, block);
  if (buffer == nullptr) return build(builder, type, size, name);
  const uint64_t bytes = llvm.integer_of(size);
  if (buffer->place == nullptr) {
    LlvmValue* const first = llvm.get_first_instruction(entry);
    if (first != nullptr) {
      llvm.position_before(builder, first);
    } else {
      llvm.position_at_end(builder, entry);
    }
    *buffer = {build(builder, type, size, name), bytes};
    llvm.position_at_end(builder, block);
  } else if (bytes > buffer->bytes) {
    llvm.set_operand(buffer->place, 0, size);
    buffer->bytes = bytes;
  }
  return buffer->place;
}

void CallBuffers::Install(void* wasmedge_library) {
  bool is_complete = true;
  // Also searches the libraries that this one needs.
  const auto find = [&](auto& function, const char* name) {
    void* const symbol = dlsym(wasmedge_library, name);
    is_complete = is_complete && symbol != nullptr;
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
  };
  find(llvm.get_insert_block, "LLVMGetInsertBlock");
  find(llvm.get_parent, "LLVMGetBasicBlockParent");
  find(llvm.get_entry_block, "LLVMGetEntryBasicBlock");
  find(llvm.get_first_instruction, "LLVMGetFirstInstruction");
  find(llvm.position_before, "LLVMPositionBuilderBefore");
  find(llvm.position_at_end, "LLVMPositionBuilderAtEnd");
  find(llvm.is_constant_integer, "LLVMIsAConstantInt");
  find(llvm.integer_of, "LLVMConstIntGetZExtValue");
  find(llvm.set_operand, "LLVMSetOperand");
  if (is_complete) build_array_alloca.Install(wasmedge_library, &Build);
}

}  // namespace wasmedge_embed
