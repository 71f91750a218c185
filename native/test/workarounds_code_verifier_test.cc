#include <dlfcn.h>
#include <gtest/gtest.h>

#include "engine/wasmedge_api.h"
#include "workarounds/code_verifier.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

// Of LLVM's C API (llvm-c/Core.h and llvm-c/Analysis.h).
struct Module;
struct Type;
struct Value;
struct Block;

/// Code that WasmEdge's compiler would pass to LLVM's verifier, through the pointer that leads
/// there.
class CodeVerifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    library_ = dlopen(wasmedge::Api::Get().path().c_str(), RTLD_NOW | RTLD_NOLOAD);
    InstallWorkarounds<CodeVerifier>(library_);
    const auto slots = ElfSlots(library_).Find("LLVMVerifyModule");
    if (slots.empty()) GTEST_SKIP() << "this WasmEdge has LLVM inside it";
    verify_ = reinterpret_cast<int (*)(Module*, int, char**)>(*slots.front());
  }

  /// A module with one function; without a terminated block, it is invalid. UBSan compares the
  /// types of called functions by name, and Module has a different name in the workaround.
  __attribute__((no_sanitize("undefined"))) int Verify(bool is_valid) {
    Module* module = Get<Module* (*)(const char*)>("LLVMModuleCreateWithName")("test");
    Type* nothing = Get<Type* (*)()>("LLVMVoidType")();
    Type* type =
        Get<Type* (*)(Type*, Type**, unsigned, int)>("LLVMFunctionType")(nothing, nullptr, 0, 0);
    Value* function =
        Get<Value* (*)(Module*, const char*, Type*)>("LLVMAddFunction")(module, "f", type);
    if (!is_valid) Get<Block* (*)(Value*, const char*)>("LLVMAppendBasicBlock")(function, "open");
    char* message = nullptr;
    constexpr int kPrintMessage = 1;
    const int is_broken = verify_(module, kPrintMessage, &message);
    Get<void (*)(char*)>("LLVMDisposeMessage")(message);
    Get<void (*)(Module*)>("LLVMDisposeModule")(module);
    return is_broken;
  }

 private:
  template <typename Function>
  Function Get(const char* name) const {
    return reinterpret_cast<Function>(dlsym(library_, name));
  }

  void* library_ = nullptr;
  int (*verify_)(Module*, int, char**) = nullptr;
};

TEST_F(CodeVerifierTest, RemembersThatCodeWasRefusedAndWritesNothing) {
  CodeVerifier::Scope scope;
  EXPECT_EQ(Verify(true), 0);
  EXPECT_FALSE(scope.refused());
  testing::internal::CaptureStderr();
  EXPECT_NE(Verify(false), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(scope.refused());
  EXPECT_EQ(Verify(true), 0);
  EXPECT_TRUE(scope.refused());
}

TEST_F(CodeVerifierTest, KnowsNothingOfWhatWasCompiledBefore) {
  Verify(false);
  CodeVerifier::Scope scope;
  EXPECT_FALSE(scope.refused());
}

}  // namespace
}  // namespace wasmedge_embed
