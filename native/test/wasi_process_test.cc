// Arguments, environment, clocks, randomness, sockets and the end of the process.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

class WasiProcess : public WasiTest {};

TEST_F(WasiProcess, PassesArguments) {
  ASSERT_EQ(Call("args_sizes_get", {kOut, kOut + 4}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 2u);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut + 4), 12u);
  ASSERT_EQ(Call("args_get", {kOut, kBuffer}), Errno::kSuccess);
  EXPECT_EQ(guest_.ReadString(kBuffer, 12), std::string("program\0x y\0", 12));
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), kBuffer);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut + 4), kBuffer + 8);
}

TEST_F(WasiProcess, PassesTheEnvironment) {
  ASSERT_EQ(Call("environ_sizes_get", {kOut, kOut + 4}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 2u);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut + 4), 13u);
  ASSERT_EQ(Call("environ_get", {kOut, kBuffer}), Errno::kSuccess);
  EXPECT_EQ(guest_.ReadString(kBuffer, 13), std::string("A=1\0NAME=a=b\0", 13));
}

TEST_F(WasiProcess, FillsArgumentsExactlyToTheEndOfMemory) {
  EXPECT_EQ(Call("args_get", {kEnd - 8, kEnd - 20}), Errno::kSuccess);
  EXPECT_EQ(Call("args_get", {kEnd - 7, kBuffer}), Errno::kFault);
  EXPECT_EQ(Call("args_get", {kOut, kEnd - 12}), Errno::kSuccess);
  EXPECT_EQ(Call("args_get", {kOut, kEnd - 11}), Errno::kFault);
}

TEST_F(WasiProcess, WritesNeitherSizeWhenOneCannotBeWritten) {
  guest_.Write<uint32_t>(kOut, 77);
  EXPECT_EQ(Call("args_sizes_get", {kOut, kEnd - 3}), Errno::kFault);
  EXPECT_EQ(Call("args_sizes_get", {kEnd - 3, kOut}), Errno::kFault);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 77u);
}

TEST_F(WasiProcess, HasNoArgumentsToWriteForAGuestWithoutThem) {
  state_.Reset({});
  EXPECT_EQ(Call("args_get", {kEnd, kEnd}), Errno::kSuccess);
  EXPECT_EQ(Call("environ_get", {0, 0}), Errno::kSuccess);
}

TEST_F(WasiProcess, TellsTheTime) {
  const auto time = [this](uint32_t clock) {
    EXPECT_EQ(Call("clock_time_get", {clock, 0, kOut}), Errno::kSuccess) << clock;
    return guest_.Read<uint64_t>(kOut);
  };
  EXPECT_GT(time(0), 1'700'000'000'000'000'000u);
  const uint64_t monotonic = time(1);
  EXPECT_GE(time(1), monotonic);
  for (const uint32_t clock : {2u, 3u}) {
    const uint64_t before = time(clock);
    EXPECT_GE(time(clock), before);
  }
}

TEST_F(WasiProcess, CountsProcessorTimeFromTheStartOfTheInvocation) {
  // A clock that `Reset` does not set back never shows less than before. One that it does shows
  // less as soon as the work before takes longer than the call itself, however slow the machine.
  bool was_set_back = false;
  volatile uint64_t work = 0;
  for (uint64_t cpu_time = 100'000; !was_set_back && cpu_time < 1'000'000'000; cpu_time *= 2) {
    while (state_.CpuTime() < cpu_time) work = work + 1;
    state_.Reset({});
    was_set_back = state_.CpuTime() < cpu_time;
  }
  EXPECT_TRUE(was_set_back);
}

TEST_F(WasiProcess, KnowsTheResolutionOfEachClock) {
  for (const uint32_t clock : {0u, 1u, 2u, 3u}) {
    ASSERT_EQ(Call("clock_res_get", {clock, kOut}), Errno::kSuccess);
    EXPECT_GT(guest_.Read<uint64_t>(kOut), 0u);
  }
}

TEST_F(WasiProcess, RefusesUnknownClocks) {
  for (const uint64_t clock : {uint64_t{4}, uint64_t{0x7FFF'FFFF}, uint64_t{0xFFFF'FFFF}}) {
    EXPECT_EQ(Call("clock_time_get", {clock, 0, kOut}), Errno::kInval);
    EXPECT_EQ(Call("clock_res_get", {clock, kOut}), Errno::kInval);
  }
}

TEST_F(WasiProcess, FillsExactlyTheBufferWithRandomBytes) {
  constexpr uint32_t kSize = 3 << 20;
  guest_.memory().assign(4 << 20, 0);
  ASSERT_EQ(Call("random_get", {5, kSize}), Errno::kSuccess);
  const auto& memory = guest_.memory();
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  EXPECT_TRUE(std::all_of(memory.begin(), memory.begin() + 5, is_zero));
  EXPECT_TRUE(std::all_of(memory.begin() + 5 + kSize, memory.end(), is_zero));
  // Every value occurs; a run of 64 zeros anywhere would be a hole.
  for (uint32_t start = 5; start + 64 <= 5 + kSize; start += 64) {
    ASSERT_FALSE(std::all_of(memory.begin() + start, memory.begin() + start + 64, is_zero))
        << start;
  }
}

TEST_F(WasiProcess, GivesDifferentRandomBytesEachTime) {
  ASSERT_EQ(Call("random_get", {kBuffer, 32}), Errno::kSuccess);
  const std::string first = guest_.ReadString(kBuffer, 32);
  ASSERT_EQ(Call("random_get", {kBuffer, 32}), Errno::kSuccess);
  EXPECT_NE(guest_.ReadString(kBuffer, 32), first);
}

TEST_F(WasiProcess, ChecksTheRandomBuffer) {
  EXPECT_EQ(Call("random_get", {kEnd, 0}), Errno::kSuccess);
  EXPECT_EQ(Call("random_get", {kEnd - 8, 8}), Errno::kSuccess);
  EXPECT_EQ(Call("random_get", {kEnd - 8, 9}), Errno::kFault);
  EXPECT_EQ(Call("random_get", {1, 0xFFFF'FFFF}), Errno::kFault);
  EXPECT_EQ(Call("random_get", {0xFFFF'FFFF, 1}), Errno::kFault);
}

TEST_F(WasiProcess, Exits) {
  for (const uint32_t code : {0u, 65u, 0xFFFF'FFFFu}) {
    EXPECT_EQ(guest_.Call("proc_exit", {code}), HostOutcome::kExit);
    EXPECT_EQ(guest_.invocation().exit_code(), code);
  }
}

TEST_F(WasiProcess, HasNoSignals) {
  EXPECT_EQ(Call("proc_raise", {9}), Errno::kNotSup);
  EXPECT_EQ(Call("proc_raise", {0xFFFF'FFFF}), Errno::kNotSup);
}

TEST_F(WasiProcess, Yields) { EXPECT_EQ(Call("sched_yield", {}), Errno::kSuccess); }

TEST_F(WasiProcess, HasNoSockets) {
  const auto all = [this](uint32_t fd, Errno expected) {
    EXPECT_EQ(Call("sock_accept", {fd, 0, kOut}), expected);
    EXPECT_EQ(Call("sock_recv", {fd, kIovecs, 0, 0, kOut, kOut + 4}), expected);
    EXPECT_EQ(Call("sock_send", {fd, kIovecs, 0, 0, kOut}), expected);
    EXPECT_EQ(Call("sock_shutdown", {fd, 3}), expected);
  };
  for (const uint32_t fd : {0u, 1u, 2u, 3u, 4u}) all(fd, Errno::kNotSock);
  for (const uint32_t fd : {5u, 1024u, 0xFFFF'FFFFu}) all(fd, Errno::kBadf);
}

}  // namespace
}  // namespace wasmedge_embed
