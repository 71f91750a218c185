#include "wasi/wasi_state.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

class WasiStateTest : public WasiTest {};

TEST_F(WasiStateTest, ResetLeavesNothingOfTheInvocationBefore) {
  ASSERT_EQ(MustRead(0), "hello");
  ASSERT_EQ(Write(1, "out"), Errno::kSuccess);
  ASSERT_EQ(Write(2, "err"), Errno::kSuccess);
  ASSERT_EQ(Call("fd_fdstat_set_flags", {1, wasi::fdflags::kNonblock}), Errno::kSuccess);
  const uint32_t file = MustOpen("a.txt");
  ASSERT_EQ(file, 5u);
  ASSERT_EQ(Call("fd_close", {2}), Errno::kSuccess);
  ASSERT_EQ(Call("fd_renumber", {file, 3}), Errno::kSuccess);

  WasiInput input;
  input.args = {"second"};
  input.stdin_bytes = Bytes("world!");
  state_.Reset(std::move(input));

  EXPECT_EQ(Text(state_.TakeStdout()), "");
  EXPECT_EQ(Text(state_.TakeStderr()), "");
  EXPECT_EQ(MustRead(0), "world!");
  EXPECT_EQ(Write(2, "err"), Errno::kSuccess);
  EXPECT_EQ(Call("fd_tell", {5, kOut}), Errno::kBadf);
  EXPECT_EQ(Call("fd_prestat_get", {3, kOut}), Errno::kBadf);
  ASSERT_EQ(Call("fd_fdstat_get", {1, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<wasi::Fdstat>(kOut).flags, 0);
  EXPECT_EQ(state_.args().size(), 1u);
  EXPECT_TRUE(state_.env().empty());
  EXPECT_EQ(state_.remaining_output(wasi::DescriptorKind::kStdout), WasiInput::kUnlimited - 3);
}

TEST_F(WasiStateTest, ClearDropsEverything) {
  ASSERT_EQ(Write(1, "out"), Errno::kSuccess);
  state_.Clear();
  EXPECT_TRUE(state_.TakeStdout().empty());
  EXPECT_TRUE(state_.args().empty());
  EXPECT_EQ(state_.unread_input_size(), 0u);
  EXPECT_EQ(Call("fd_fdstat_get", {0, kOut}), Errno::kBadf);
}

TEST_F(WasiStateTest, TakesOutputOnce) {
  ASSERT_EQ(Write(1, "out"), Errno::kSuccess);
  ASSERT_EQ(Write(2, "err"), Errno::kSuccess);
  EXPECT_EQ(Text(state_.TakeStdout()), "out");
  EXPECT_EQ(Text(state_.TakeStderr()), "err");
  EXPECT_TRUE(state_.TakeStdout().empty());
  EXPECT_TRUE(state_.TakeStderr().empty());
}

TEST_F(WasiStateTest, DoesNotCopyTheInput) {
  WasiInput input = Input();
  const uint8_t* bytes = input.stdin_bytes.data();
  state_.Reset(std::move(input));
  EXPECT_EQ(state_.unread_input(), bytes);
}

TEST_F(WasiStateTest, EndsTheInvocationAtTheOutputLimit) {
  WasiInput input = Input();
  input.output_limit = 6;
  state_.Reset(std::move(input));
  EXPECT_EQ(Write(1, "four"), Errno::kSuccess);
  EXPECT_EQ(Write(2, "2!"), Errno::kSuccess);
  EXPECT_EQ(Write(1, ""), Errno::kSuccess);
  try {
    Write(2, "x");
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutputLimit);
    EXPECT_NE(std::string(error.what()).find("6 bytes"), std::string::npos);
  }
  EXPECT_EQ(Text(state_.TakeStdout()), "four");
  EXPECT_EQ(Text(state_.TakeStderr()), "2!");
}

TEST_F(WasiStateTest, RefusesStringsThatCannotBePassedOn) {
  const auto refuses = [this](WasiInput input) {
    try {
      state_.Reset(std::move(input));
    } catch (const Error& error) {
      EXPECT_TRUE(state_.args().empty());
      return error.code() == ErrorCode::kInvalidArgument;
    }
    return false;
  };
  const auto with_args = [](std::vector<std::string> args) {
    WasiInput input;
    input.args = std::move(args);
    return input;
  };
  const auto with_env = [](std::vector<std::string> env) {
    WasiInput input;
    input.env = std::move(env);
    return input;
  };
  EXPECT_TRUE(refuses(with_args({"a", std::string("b\0c", 3)})));
  EXPECT_TRUE(refuses(with_env({std::string("A=\0", 3)})));
  EXPECT_TRUE(refuses(with_env({"NAME"})));
  EXPECT_TRUE(refuses(with_env({"=value"})));
  EXPECT_TRUE(refuses(with_env({""})));
  EXPECT_FALSE(refuses(with_env({"NAME="})));
  EXPECT_FALSE(refuses(with_args({""})));
}

}  // namespace
}  // namespace wasmedge_embed
