#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/litert_library.h"
#include "test/inference_fixtures.h"
#include "workarounds/elf_slots.h"
#include "workarounds/litert_output.h"

namespace wasmedge_embed {
namespace {

using litert::Library;

Error Failure(const std::string& path) {
  try {
    const Library library(path);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kClosed, "it was opened");
}

TEST(LitertLibraryTest, NamesTheFileThatIsMissingAndTheRemedy) {
  const Error error = Failure("/nowhere/libLiteRt.so");
  EXPECT_EQ(error.code(), ErrorCode::kNativeLoad);
  const std::string message = error.what();
  EXPECT_NE(message.find("/nowhere/libLiteRt.so"), std::string::npos) << message;
  EXPECT_NE(message.find("npm run quickstart"), std::string::npos) << message;
  EXPECT_NE(message.find("WASMEDGE_EMBED_LITERT"), std::string::npos) << message;
}

TEST(LitertLibraryTest, NamesEveryMissingFunction) {
  const Error error = Failure("libm.so.6");
  EXPECT_EQ(error.code(), ErrorCode::kNativeLoad);
  const std::string message = error.what();
  EXPECT_NE(message.find("LiteRtCreateEnvironment, "), std::string::npos) << message;
  EXPECT_NE(message.find("LiteRtRunCompiledModel"), std::string::npos) << message;
}

TEST(LitertLibraryTest, LooksBesideItsOwnCodeUnlessTold) {
  const std::string told = test::Environment("WASMEDGE_EMBED_LITERT", "");
  unsetenv("WASMEDGE_EMBED_LITERT");
  const std::string path = Library::DefaultPath();
  EXPECT_EQ(path.substr(path.rfind('/') + 1), "libLiteRt.so");
  setenv("WASMEDGE_EMBED_LITERT", "/some/where.so", 1);
  EXPECT_EQ(Library::DefaultPath(), "/some/where.so");
  if (told.empty()) {
    unsetenv("WASMEDGE_EMBED_LITERT");
  } else {
    setenv("WASMEDGE_EMBED_LITERT", told.c_str(), 1);
  }
}

TEST(LitertLibraryTest, IsOpenedOnce) { EXPECT_EQ(&Library::Get(), &Library::Get()); }

TEST(LitertOutputTest, CapturesTheErrorsOfItsThreadOnly) {
  std::FILE* file = LitertOutput::File();
  std::fprintf(file, "ERROR: nobody listens\n");
  LitertOutput::Scope outer;
  {
    LitertOutput::Scope inner;
    std::fprintf(file, "INFO: chatter\nERROR: first %d\n", 1);
    *LitertOutput::Stream() << "ERROR: second" << std::endl;
    EXPECT_EQ(inner.Errors(), "first 1; second");
  }
  std::thread([file] { std::fprintf(file, "ERROR: elsewhere\n"); }).join();
  EXPECT_EQ(outer.Errors(), "");
  std::fprintf(file, "ERROR: %s", std::string(5000, 'x').c_str());
  EXPECT_EQ(outer.Errors().size(), 2048 - std::string("ERROR: ").size());
}

/// A process's use of LiteRT from the first load to the end, with stdout redirected to stderr,
/// which the test reads.
void UseLiteRt() {
  // Earlier output of the test program itself still goes to stdout.
  std::fflush(stdout);
  dup2(2, 1);
  {
    const auto model = test::Load(test::DefaultModel());
    const std::vector<uint8_t> input(model->inputs()[0].byte_size);
    for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin, Kernels::kBuiltin}) {
      test::Classify(model, input, {1, kernels});
    }
    // A model that LiteRT refuses and one that fails at run time make it report errors.
    const auto gather = test::Load(test::TinyGather());
    Session session(gather, {});
    Invocation invocation;
    if (!test::Set<float>(session, 0, {1, 2, 3, 4})) _exit(3);
    if (!test::Set<int32_t>(session, 1, {0, 99})) _exit(4);
    try {
      session.Run(invocation);
      _exit(5);
    } catch (const Error&) {
    }
  }
  ForgetGuestModels();
  _exit(0);
}

class LitertProcessTest : public testing::Test {
 protected:
  // Each child starts afresh: LiteRT prints most of its messages once per process.
  LitertProcessTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(LitertProcessTest, WritesNothing) {
  EXPECT_EXIT(UseLiteRt(), testing::ExitedWithCode(0), "^$");
}

TEST_F(LitertProcessTest, WouldWriteWithoutTheRedirection) {
  const auto use = [] {
    Library::Get();
    const ElfSlots slots(dlopen(Library::DefaultPath().c_str(), RTLD_NOW | RTLD_NOLOAD));
    slots.Redirect("stderr", &stderr);
    UseLiteRt();
  };
  EXPECT_EXIT(use(), testing::ExitedWithCode(0), "XNNPACK delegate(.|\n)*ERROR");
}

TEST_F(LitertProcessTest, EndsWellWithModelsInUse) {
  const auto use = [] {
    static const auto model = test::Load(test::DefaultModel());
    static Session session(model, {2, Kernels::kXnnpack});
    static const auto lease = model->Pool({}).Acquire();
    Invocation invocation;
    test::Set(session, 0, std::vector<uint8_t>(model->inputs()[0].byte_size));
    session.Run(invocation);
    std::exit(0);
  };
  EXPECT_EXIT(use(), testing::ExitedWithCode(0), "^$");
}

TEST_F(LitertProcessTest, AMissingLibraryIsAnErrorOfEachLoad) {
  const auto use = [] {
    setenv("WASMEDGE_EMBED_LITERT", "/nowhere/libLiteRt.so", 1);
    const auto bytes = test::BuildTinyModel(test::TinySum());
    for (int i = 0; i < 2; ++i) {
      try {
        test::Load(bytes);
        _exit(2);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kNativeLoad) _exit(3);
      }
    }
    _exit(0);
  };
  EXPECT_EXIT(use(), testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace wasmedge_embed
