#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "workarounds/program_log.h"

namespace wasmedge_embed {
namespace {

/// Writes as WasmEdge's logger and as its guests do, both to one pipe.
[[noreturn]] void LogAndPrint() {
  std::fflush(stdout);
  int log[2];
  int output[2];
  if (pipe(log) != 0 || pipe(output) != 0 || dup2(output[1], STDOUT_FILENO) < 0) std::_Exit(1);
  LeadProgramLogTo(log[1]);
  std::fputs("log", stdout);
  std::fflush(stdout);
  if (write(STDOUT_FILENO, "guest", 5) != 5) std::_Exit(2);
  close(log[1]);
  close(output[1]);
  close(STDOUT_FILENO);
  const auto all = [](int file) {
    std::string text(64, '\0');
    const ssize_t size = read(file, text.data(), text.size());
    return size < 0 ? "" : text.substr(0, static_cast<size_t>(size));
  };
  std::_Exit(all(log[0]) == "log" && all(output[0]) == "guest" ? 0 : 3);
}

TEST(ProgramLogTest, IsNotAmongWhatTheGuestWrites) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(LogAndPrint(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wasmedge_embed
