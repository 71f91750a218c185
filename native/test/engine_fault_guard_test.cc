#include <dirent.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <list>
#include <memory>
#include <set>
#include <string>

#include "compile/compiler.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"
#include "test/places.h"

namespace wasmedge_embed {
namespace {

using test::Call;
using test::Start;

/// Each test that ends the process runs in a process of its own, in which nothing else has run.
class FaultGuardTest : public testing::Test {
 protected:
  FaultGuardTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

/// The address of a function that the library exports.
uintptr_t AddressIn(void* library, const char* name) {
  return reinterpret_cast<uintptr_t>(dlsym(library, name));
}

std::set<pid_t> Threads() {
  std::set<pid_t> threads;
  DIR* folder = opendir("/proc/self/task");
  while (const dirent* entry = readdir(folder)) {
    if (const int thread = std::atoi(entry->d_name)) threads.insert(thread);
  }
  closedir(folder);
  return threads;
}

/// Loads compiled guests until one lies where a library was that was unloaded after WasmEdge had
/// been opened. It must still be recognized as a guest: its traps end its invocation, not the
/// process.
[[noreturn]] void TrapWhereALibraryWas() {
  const std::string path = test::LargeCodeLibrary();
  void* library = dlopen(path.c_str(), RTLD_NOW);
  if (library == nullptr) std::_Exit(10);
  const uintptr_t begin = AddressIn(library, "large_code_begin");
  const uintptr_t end = AddressIn(library, "large_code_end");
  wasmedge::Api::Get();
  dlclose(library);
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD) != nullptr) std::_Exit(11);

  std::list<test::TemporaryFile> files;
  std::list<std::shared_ptr<const Module>> modules;
  for (int count = 0; count < 300; ++count) {
    const test::TemporaryFile& file = files.emplace_back(".so");
    CompileModule(test::TrappingModule(), file.path(), {});
    void* guest = dlopen(file.path().c_str(), RTLD_LAZY);
    const uintptr_t code = AddressIn(guest, "f0");
    if (code < begin || code >= end) continue;
    // The engine opens it by another spelling of its path, and gets the same mapping.
    const auto pool = test::MakePool(Module::Load(file.path(), {}), 1);
    const bool traps = Call(*pool, "bounds") == "memory-out-of-bounds" &&
                       Call(*pool, "divide") == "divide-by-zero" && Call(*pool, "ok") == "42";
    std::_Exit(traps ? 0 : 12);
  }
  std::_Exit(13);
}

TEST_F(FaultGuardTest, KnowsAGuestWhereALibraryWas) {
  EXPECT_EXIT(TrapWhereALibraryWas(), testing::ExitedWithCode(0), "");
}

/// Sends a signal to the thread that runs a guest.
[[noreturn]] void SendToGuest(int signal) {
  const test::TemporaryFile file(".so");
  CompileModule(test::TrappingModule(), file.path(), {});
  const auto module = Module::Load(file.path(), {});
  const std::set<pid_t> others = Threads();
  const auto pool = test::MakePool(module, 1);
  const auto run = Start(*pool, "spin");
  usleep(100'000);
  for (const pid_t thread : Threads()) {
    if (others.count(thread) == 0) syscall(SYS_tgkill, getpid(), thread, signal);
  }
  std::_Exit(run.wait_for(std::chrono::seconds(5)) == std::future_status::ready ? 20 : 21);
}

TEST_F(FaultGuardTest, TakesNoSignalThatWasSentForAFaultOfTheGuest) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE}) {
#if defined(__SANITIZE_ADDRESS__)
    // The handler that was installed before.
    EXPECT_EXIT(SendToGuest(signal), testing::ExitedWithCode(1), "AddressSanitizer");
#else
    EXPECT_EXIT(SendToGuest(signal), testing::KilledBySignal(signal), "");
#endif
  }
}

}  // namespace
}  // namespace wasmedge_embed
