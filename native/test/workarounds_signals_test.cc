#include <dlfcn.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>

#include "compile/compiler.h"
#include "engine/wasmedge_api.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"

namespace wasmedge_embed {
namespace {

/// The handler of each existing signal, by its number.
std::map<int, uintptr_t> Handlers() {
  std::map<int, uintptr_t> handlers;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    handlers[signal] = (action.sa_flags & SA_SIGINFO) != 0
                           ? reinterpret_cast<uintptr_t>(action.sa_sigaction)
                           : reinterpret_cast<uintptr_t>(action.sa_handler);
  }
  return handlers;
}

class SignalsTest : public testing::Test {
 protected:
  // In separate processes, in which nothing has run or compiled before.
  SignalsTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

[[noreturn]] void Compile() {
  wasmedge::Api::Get(wasmedge::Purpose::kCompile);
  const auto before = Handlers();
  const test::TemporaryFile file(".so");
  CompileModule(test::TrappingModule(), file.path(), {});
  std::_Exit(Handlers() == before ? 0 : 1);
}

TEST_F(SignalsTest, AreAsTheyWereAfterCompiling) {
  EXPECT_EXIT(Compile(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void Trap() {
  wasmedge::Api::Get(wasmedge::Purpose::kCompile);
  const auto before = Handlers();
  const test::TemporaryFile file(".so");
  CompileModule(test::TrappingModule(), file.path(), {});
  const auto pool = test::MakePool(Module::Load(file.path(), {}), 1);
  if (test::Call(*pool, "bounds") != "memory-out-of-bounds") std::_Exit(1);
  if (test::Call(*pool, "ok") != "42") std::_Exit(2);
  std::_Exit(Handlers() == before ? 0 : 3);
}

TEST_F(SignalsTest, AreAsTheyWereAfterATrap) {
  EXPECT_EXIT(Trap(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wasmedge_embed
