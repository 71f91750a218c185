#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "plugin/failure_log.h"

namespace wasmedge_embed::plugin {
namespace {

constexpr char kVariable[] = "WASMEDGE_EMBED_LOG";

class PluginFailureLogTest : public testing::Test {
 protected:
  PluginFailureLogTest() {
    std::remove(path_.c_str());
    setenv(kVariable, path_.c_str(), 1);
  }
  ~PluginFailureLogTest() override {
    unsetenv(kVariable);
    std::remove(path_.c_str());
  }

  std::string Content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string path_ =
      testing::TempDir() + "plugin_failure_log_" + std::to_string(getpid()) + ".jsonl";
};

TEST_F(PluginFailureLogTest, AppendsALineOfJson) {
  LogFailure(Error(ErrorCode::kModel, "It says \"no\"\n\\ and \x01."));
  LogFailure(Error(ErrorCode::kLimit, "Too many.", "sessions"));
  LogFailure(Error(ErrorCode::kTrap, "It failed.", "host-function"));
  EXPECT_EQ(Content(),
            "{\"code\":\"ERR_MODEL\",\"message\":\"It says \\\"no\\\"\\u000a\\\\ and \\u0001.\"}\n"
            "{\"code\":\"ERR_LIMIT\",\"limit\":\"sessions\",\"message\":\"Too many.\"}\n"
            "{\"code\":\"ERR_TRAP\",\"trap\":\"host-function\",\"message\":\"It failed.\"}\n");
}

TEST_F(PluginFailureLogTest, WritesNothingUnlessAsked) {
  for (const char* value : {"", "/nowhere/at/all"}) {
    setenv(kVariable, value, 1);
    LogFailure(Error(ErrorCode::kModel, "It failed."));
  }
  unsetenv(kVariable);
  LogFailure(Error(ErrorCode::kModel, "It failed."));
  EXPECT_EQ(Content(), "");
}

}  // namespace
}  // namespace wasmedge_embed::plugin
