// Reading and writing: standard streams and files.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

namespace rights = wasi::rights;

class WasiStreams : public WasiTest {};

// --- reading

TEST_F(WasiStreams, ReadsStdinToItsEnd) {
  ASSERT_EQ(Read(0, {{kBuffer, 2}, {kBuffer + 10, 1}}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 3u);
  EXPECT_EQ(guest_.ReadString(kBuffer, 2), "he");
  EXPECT_EQ(guest_.ReadString(kBuffer + 10, 1), "l");
  EXPECT_EQ(MustRead(0), "lo");
  EXPECT_EQ(MustRead(0), "");
  EXPECT_EQ(MustRead(0), "");
}

TEST_F(WasiStreams, ReadsAFileAndRemembersWhere) {
  const uint32_t fd = MustOpen("a.txt");
  const uint32_t other = MustOpen("a.txt");
  ASSERT_EQ(Read(fd, {{kBuffer, 4}}), Errno::kSuccess);
  EXPECT_EQ(guest_.ReadString(kBuffer, 4), "0123");
  EXPECT_EQ(MustRead(fd), "456789");
  EXPECT_EQ(MustRead(fd), "");
  EXPECT_EQ(MustRead(other), "0123456789");
}

TEST_F(WasiStreams, ReadsAtAnOffsetWithoutMoving) {
  const uint32_t fd = MustOpen("a.txt");
  WriteIovecs({{kBuffer, 3}});
  ASSERT_EQ(Call("fd_pread", {fd, kIovecs, 1, 8, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 2u);
  EXPECT_EQ(guest_.ReadString(kBuffer, 2), "89");
  for (const uint64_t offset : {uint64_t{10}, uint64_t{11}, uint64_t{1} << 63, ~uint64_t{0}}) {
    ASSERT_EQ(Call("fd_pread", {fd, kIovecs, 1, offset, kOut}), Errno::kSuccess);
    EXPECT_EQ(guest_.Read<uint32_t>(kOut), 0u);
  }
  EXPECT_EQ(Tell(fd), 0u);
}

TEST_F(WasiStreams, ReadsNothingIntoNoBuffers) {
  EXPECT_EQ(Read(0, {}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 0u);
  EXPECT_EQ(Read(0, {{0, 0}, {kEnd, 0}}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 0u);
  EXPECT_EQ(MustRead(0), "hello");
}

TEST_F(WasiStreams, LosesNoInputToABadAddress) {
  EXPECT_EQ(Read(0, {{kBuffer, 3}, {kEnd - 1, 2}}), Errno::kFault);
  EXPECT_EQ(Read(0, {{0xFFFF'FFFF, 0xFFFF'FFFF}}), Errno::kFault);
  WriteIovecs({{kBuffer, 5}});
  EXPECT_EQ(Call("fd_read", {0, kIovecs, 1, kEnd - 3}), Errno::kFault);
  EXPECT_EQ(Call("fd_read", {0, kEnd - 7, 1, kOut}), Errno::kFault);
  EXPECT_EQ(Call("fd_read", {0, kIovecs, 0x7FFF'FFFF, kOut}), Errno::kFault);
  EXPECT_EQ(Call("fd_read", {0, kIovecs, 0xFFFF'FFFF, kOut}), Errno::kFault);
  EXPECT_EQ(MustRead(0), "hello");

  const uint32_t fd = MustOpen("a.txt");
  EXPECT_EQ(Read(fd, {{kBuffer, 3}, {kEnd, 1}}), Errno::kFault);
  EXPECT_EQ(Call("fd_read", {fd, kIovecs, 1, kEnd}), Errno::kFault);
  EXPECT_EQ(Tell(fd), 0u);
}

TEST_F(WasiStreams, IsNotMisledWhenABufferCoversTheListOfBuffers) {
  // The bytes that are read replace the second record by {0xFFFFFFFF, 0xFFFFFFFF}.
  WasiInput input;
  input.stdin_bytes.assign(40, 0xFF);
  state_.Reset(std::move(input));
  ASSERT_EQ(Read(0, {{kIovecs, 16}, {kBuffer, 8}}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 24u);
  EXPECT_EQ(guest_.Read<uint64_t>(kBuffer), ~uint64_t{0});
  EXPECT_EQ(state_.unread_input_size(), 16u);
}

TEST_F(WasiStreams, ServesAsManyBuffersAsItTakesAndLeavesTheRest) {
  WasiInput input;
  input.stdin_bytes.assign(1500, 'x');
  state_.Reset(std::move(input));
  // 1,500 buffers of one byte, between them 1,500 empty ones, which do not count.
  for (uint32_t i = 0; i < 3000; ++i) {
    guest_.Write(kBuffer + i * 8, wasi::Iovec{100, i % 2});
  }
  ASSERT_EQ(Call("fd_read", {0, kBuffer, 3000, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 1024u);
  EXPECT_EQ(state_.unread_input_size(), 1500u - 1024u);
  ASSERT_EQ(Call("fd_write", {1, kBuffer, 3000, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 1024u);
  EXPECT_EQ(state_.TakeStdout().size(), 1024u);
  // Eight times this count wraps to 8 in 32 bits.
  EXPECT_EQ(Call("fd_write", {1, kBuffer, 0x2000'0001, kOut}), Errno::kFault);
}

TEST_F(WasiStreams, RefusesBuffersOfMoreThan32Bits) {
  constexpr uint32_t kMemory = 8 << 20;
  guest_.memory().resize(kMemory);
  for (uint32_t i = 0; i < 512; ++i) guest_.Write(kBuffer + i * 8, wasi::Iovec{0, kMemory});
  EXPECT_EQ(Call("fd_write", {1, kBuffer, 512, kOut}), Errno::kInval);
  EXPECT_TRUE(state_.TakeStdout().empty());
  EXPECT_EQ(Call("fd_read", {0, kBuffer, 512, kOut}), Errno::kInval);
  EXPECT_EQ(state_.unread_input_size(), 5u);
  // One byte less is 2^32 - 1, which a 32-bit count can express.
  guest_.Write(kBuffer + 511 * 8, wasi::Iovec{0, kMemory - 1});
  ASSERT_EQ(Call("fd_read", {0, kBuffer, 512, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 5u);
}

TEST_F(WasiStreams, ReadsOnlyWhatIsOpenForReading) {
  EXPECT_EQ(Read(1, {{kBuffer, 1}}), Errno::kBadf);
  EXPECT_EQ(Read(2, {{kBuffer, 1}}), Errno::kBadf);
  EXPECT_EQ(Read(3, {{kBuffer, 1}}), Errno::kIsDir);
  EXPECT_EQ(Read(5, {{kBuffer, 1}}), Errno::kBadf);
  EXPECT_EQ(Read(0xFFFF'FFFF, {{kBuffer, 1}}), Errno::kBadf);
  EXPECT_EQ(Read(MustOpen("a.txt", rights::kFdSeek), {{kBuffer, 1}}), Errno::kBadf);
  for (const uint32_t stdio : {0u, 1u, 2u}) {
    EXPECT_EQ(Call("fd_pread", {stdio, kIovecs, 1, 0, kOut}), Errno::kSpipe);
  }
  EXPECT_EQ(Call("fd_pread", {3, kIovecs, 1, 0, kOut}), Errno::kIsDir);
  EXPECT_EQ(Call("fd_pread", {5 + 1, kIovecs, 1, 0, kOut}), Errno::kBadf);
}

// --- writing

TEST_F(WasiStreams, WritesToStdoutAndStderr) {
  guest_.WriteString(kBuffer, "one two");
  WriteIovecs({{kBuffer, 3}, {kBuffer + 3, 0}, {kBuffer + 3, 4}});
  ASSERT_EQ(Call("fd_write", {1, kIovecs, 3, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 7u);
  ASSERT_EQ(Write(2, "!"), Errno::kSuccess);
  ASSERT_EQ(Write(1, std::string("\0\xFF\n", 3)), Errno::kSuccess);
  EXPECT_EQ(Text(state_.TakeStdout()), std::string("one two\0\xFF\n", 10));
  EXPECT_EQ(Text(state_.TakeStderr()), "!");
}

TEST_F(WasiStreams, WritesNothingWhenAnAddressIsBad) {
  WriteIovecs({{kBuffer, 3}, {kEnd - 2, 3}});
  EXPECT_EQ(Call("fd_write", {1, kIovecs, 2, kOut}), Errno::kFault);
  EXPECT_EQ(Call("fd_write", {1, kIovecs, 1, kEnd - 3}), Errno::kFault);
  EXPECT_EQ(Call("fd_write", {1, kEnd - 8, 2, kOut}), Errno::kFault);
  EXPECT_EQ(Call("fd_write", {1, 0xFFFF'FFF8, 1, kOut}), Errno::kFault);
  EXPECT_TRUE(state_.TakeStdout().empty());
  WriteIovecs({{kEnd - 3, 3}});
  EXPECT_EQ(Call("fd_write", {1, kIovecs, 1, kEnd - 4}), Errno::kSuccess);
  EXPECT_EQ(state_.TakeStdout().size(), 3u);
}

TEST_F(WasiStreams, WritesOnlyWhereItMay) {
  EXPECT_EQ(Write(0, "x"), Errno::kBadf);
  EXPECT_EQ(Write(3, "x"), Errno::kIsDir);
  EXPECT_EQ(Write(MustOpen("a.txt"), "x"), Errno::kBadf);
  EXPECT_EQ(Write(77, "x"), Errno::kBadf);
  EXPECT_EQ(Call("fd_pwrite", {1, kIovecs, 1, 0, kOut}), Errno::kSpipe);
  EXPECT_EQ(Call("fd_pwrite", {3, kIovecs, 1, 0, kOut}), Errno::kIsDir);
  EXPECT_EQ(Call("fd_pwrite", {5, kIovecs, 1, 0, kOut}), Errno::kBadf);
  EXPECT_EQ(Call("fd_pwrite", {77, kIovecs, 1, 0, kOut}), Errno::kBadf);
}

}  // namespace
}  // namespace wasmedge_embed
