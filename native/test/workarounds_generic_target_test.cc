#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "base/error.h"
#include "engine/wasmedge_api.h"
#include "workarounds/elf_slots.h"
#include "workarounds/generic_target.h"

namespace wasmedge_embed {
namespace {

/// The answer that libwasmedge's compiler gets when it asks LLVM for this processor's features.
class GenericTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    void* library = dlopen(wasmedge::Api::Get().path().c_str(), RTLD_NOW | RTLD_NOLOAD);
    const auto slots = ElfSlots(library).Find("LLVMGetHostCPUFeatures");
    if (slots.empty()) {
      EXPECT_THROW(GenericTarget::Scope(), Error);
      GTEST_SKIP() << "this WasmEdge has LLVM inside it";
    }
    ask_ = reinterpret_cast<char* (*)()>(*slots.front());
    library_of_llvm_ = dlsym(library, "LLVMGetHostCPUFeatures");
  }

  std::string Answer() const {
    char* features = ask_();
    std::string copy = features;
    std::free(features);
    return copy;
  }

  std::string AnswerOfLlvm() const {
    char* features = reinterpret_cast<char* (*)()>(library_of_llvm_)();
    std::string copy = features;
    std::free(features);
    return copy;
  }

 private:
  char* (*ask_)() = nullptr;
  void* library_of_llvm_ = nullptr;
};

TEST_F(GenericTargetTest, IsThisProcessorOutsideOfAScope) {
  EXPECT_EQ(Answer(), AnswerOfLlvm());
  {
    const GenericTarget::Scope generic;
  }
  EXPECT_EQ(Answer(), AnswerOfLlvm());
}

TEST_F(GenericTargetTest, IsTheBaselineInAScope) {
  const GenericTarget::Scope generic;
#if defined(__x86_64__)
  EXPECT_EQ(Answer(), "+cx16,+popcnt,+sahf,+sse3,+sse4.1,+sse4.2,+ssse3");
#else
  EXPECT_EQ(Answer(), "+neon");
#endif
}

TEST_F(GenericTargetTest, LeavesOtherThreadsAlone) {
  const GenericTarget::Scope generic;
  std::string answer;
  std::thread([&] { answer = Answer(); }).join();
  EXPECT_EQ(answer, AnswerOfLlvm());
}

}  // namespace
}  // namespace wasmedge_embed
