// What the guest may do with its file descriptors, except for reading and writing.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

namespace rights = wasi::rights;

class WasiDescriptors : public WasiTest {
 protected:
  wasi::Fdstat Fdstat(uint32_t fd) {
    EXPECT_EQ(Call("fd_fdstat_get", {fd, kOut}), Errno::kSuccess);
    return guest_.Read<wasi::Fdstat>(kOut);
  }
  wasi::Filestat Filestat(uint32_t fd) {
    EXPECT_EQ(Call("fd_filestat_get", {fd, kOut}), Errno::kSuccess);
    return guest_.Read<wasi::Filestat>(kOut);
  }
  Errno Seek(uint32_t fd, int64_t offset, uint32_t whence) {
    return Call("fd_seek", {fd, static_cast<uint64_t>(offset), whence, kOut});
  }
};

// --- seeking

TEST_F(WasiDescriptors, Seeks) {
  const uint32_t fd = MustOpen("a.txt");
  ASSERT_EQ(Seek(fd, 4, 0), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint64_t>(kOut), 4u);
  ASSERT_EQ(Seek(fd, -3, 1), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint64_t>(kOut), 1u);
  EXPECT_EQ(MustRead(fd), "123456789");
  ASSERT_EQ(Seek(fd, -2, 2), Errno::kSuccess);
  EXPECT_EQ(MustRead(fd), "89");
  ASSERT_EQ(Seek(fd, 1000, 2), Errno::kSuccess);
  EXPECT_EQ(Tell(fd), 1010u);
  EXPECT_EQ(MustRead(fd), "");
  EXPECT_EQ(Tell(fd), 1010u);
}

TEST_F(WasiDescriptors, StaysWhereItIsWhenASeekFails) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  const uint32_t fd = MustOpen("a.txt");
  ASSERT_EQ(Seek(fd, 4, 0), Errno::kSuccess);
  EXPECT_EQ(Seek(fd, -1, 0), Errno::kInval);
  EXPECT_EQ(Seek(fd, -5, 1), Errno::kInval);
  EXPECT_EQ(Seek(fd, -11, 2), Errno::kInval);
  EXPECT_EQ(Seek(fd, kMin, 0), Errno::kInval);
  EXPECT_EQ(Seek(fd, kMin, 1), Errno::kInval);
  EXPECT_EQ(Seek(fd, kMax, 1), Errno::kInval);
  EXPECT_EQ(Seek(fd, kMax, 2), Errno::kInval);
  EXPECT_EQ(Seek(fd, 0, 3), Errno::kInval);
  EXPECT_EQ(Seek(fd, 0, 0xFFFF'FFFF), Errno::kInval);
  EXPECT_EQ(Call("fd_seek", {fd, 9, 0, kEnd - 7}), Errno::kFault);
  EXPECT_EQ(Tell(fd), 4u);

  ASSERT_EQ(Seek(fd, kMax, 0), Errno::kSuccess);
  EXPECT_EQ(MustRead(fd), "");
  EXPECT_EQ(Seek(fd, 1, 1), Errno::kInval);
  EXPECT_EQ(Tell(fd), static_cast<uint64_t>(kMax));
}

TEST_F(WasiDescriptors, SeeksFilesOnly) {
  for (const uint32_t fd : {0u, 1u, 2u}) {
    EXPECT_EQ(Seek(fd, 0, 0), Errno::kSpipe);
    EXPECT_EQ(Call("fd_tell", {fd, kOut}), Errno::kSpipe);
    EXPECT_EQ(Call("fd_advise", {fd, 0, 0, 0}), Errno::kSpipe);
    EXPECT_EQ(Call("fd_allocate", {fd, 0, 1}), Errno::kSpipe);
    EXPECT_EQ(Call("fd_filestat_set_size", {fd, 0}), Errno::kInval);
  }
  EXPECT_EQ(Seek(3, 0, 1), Errno::kIsDir);
  EXPECT_EQ(Call("fd_tell", {4, kOut}), Errno::kIsDir);
  EXPECT_EQ(Call("fd_advise", {3, 0, 0, 0}), Errno::kIsDir);
  EXPECT_EQ(Call("fd_allocate", {3, 0, 1}), Errno::kIsDir);
  EXPECT_EQ(Call("fd_filestat_set_size", {3, 0}), Errno::kIsDir);
  EXPECT_EQ(Seek(9, 0, 1), Errno::kBadf);
  EXPECT_EQ(Call("fd_tell", {9, kOut}), Errno::kBadf);
}

// --- attributes

TEST_F(WasiDescriptors, DescribesItself) {
  const wasi::Fdstat input = Fdstat(0);
  EXPECT_EQ(input.file_type, wasi::FileType::kUnknown);
  EXPECT_TRUE(input.rights_base & rights::kFdRead);
  // With these rights and the type of a character device, wasi-libc would see a terminal.
  EXPECT_FALSE(input.rights_base & (rights::kFdWrite | rights::kFdSeek | rights::kFdTell));
  EXPECT_TRUE(Fdstat(1).rights_base & rights::kFdWrite);
  EXPECT_FALSE(Fdstat(2).rights_base & rights::kFdRead);

  const wasi::Fdstat root = Fdstat(3);
  EXPECT_EQ(root.file_type, wasi::FileType::kDirectory);
  EXPECT_TRUE(root.rights_base & rights::kPathOpen);
  EXPECT_TRUE(root.rights_base & rights::kFdReaddir);
  EXPECT_FALSE(root.rights_base & (rights::kFdSeek | rights::kFdWrite | rights::kFdRead));
  EXPECT_TRUE(root.rights_inheriting & rights::kFdRead);

  const wasi::Fdstat file = Fdstat(MustOpen("a.txt"));
  EXPECT_EQ(file.file_type, wasi::FileType::kRegularFile);
  EXPECT_TRUE(file.rights_base & rights::kFdSeek);
  EXPECT_FALSE(file.rights_base & rights::kFdWrite);
  EXPECT_EQ(file.rights_inheriting, 0u);
}

TEST_F(WasiDescriptors, KeepsFlags) {
  ASSERT_EQ(Call("fd_fdstat_set_flags", {0, wasi::fdflags::kNonblock}), Errno::kSuccess);
  EXPECT_EQ(Fdstat(0).flags, wasi::fdflags::kNonblock);
  EXPECT_EQ(MustRead(0), "hello");
  EXPECT_EQ(Call("fd_fdstat_set_flags", {0, 32}), Errno::kInval);
  EXPECT_EQ(Call("fd_fdstat_set_flags", {0, 0x1'0000}), Errno::kInval);
  EXPECT_EQ(Call("fd_fdstat_set_flags", {9, 0}), Errno::kBadf);
  ASSERT_EQ(CallPath("path_open", {3, 0}, "a.txt", {0, rights::kFdRead, 0, 1, kOut}),
            Errno::kSuccess);
  EXPECT_EQ(Fdstat(5).flags, wasi::fdflags::kAppend);
}

TEST_F(WasiDescriptors, GivesUpRightsAndNeverGetsThemBack) {
  const uint32_t fd = MustOpen("a.txt");
  const uint64_t all = Fdstat(fd).rights_base;
  ASSERT_EQ(Call("fd_fdstat_set_rights", {fd, all & ~rights::kFdSeek, 0}), Errno::kSuccess);
  EXPECT_EQ(Fdstat(fd).rights_base, all & ~rights::kFdSeek);
  EXPECT_EQ(Seek(fd, 1, 0), Errno::kNotCapable);
  EXPECT_EQ(Seek(fd, 0, 1), Errno::kSuccess) << "only tells";
  WriteIovecs({{kBuffer, 1}});
  EXPECT_EQ(Call("fd_pread", {fd, kIovecs, 1, 0, kOut}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_fdstat_set_rights", {fd, all, 0}), Errno::kNotCapable);
  ASSERT_EQ(Call("fd_fdstat_set_rights", {fd, 0, 0}), Errno::kSuccess);
  EXPECT_EQ(Read(fd, {{kBuffer, 1}}), Errno::kBadf);
  EXPECT_EQ(Call("fd_tell", {fd, kOut}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_advise", {fd, 0, 0, 0}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_filestat_get", {fd, kOut}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_fdstat_set_flags", {fd, 0}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_sync", {fd}), Errno::kNotCapable);
  EXPECT_EQ(Call("fd_close", {fd}), Errno::kSuccess);
  EXPECT_EQ(Call("fd_fdstat_set_rights", {fd, 0, 0}), Errno::kBadf);
}

TEST_F(WasiDescriptors, CannotBeUsedForMoreThroughADirectoryThatGaveUpRights) {
  const wasi::Fdstat root = Fdstat(3);
  ASSERT_EQ(Call("fd_fdstat_set_rights",
                 {3, root.rights_base, root.rights_inheriting & ~rights::kFdRead}),
            Errno::kSuccess);
  EXPECT_EQ(Call("fd_fdstat_set_rights", {3, root.rights_base, root.rights_inheriting}),
            Errno::kNotCapable);
  EXPECT_EQ(Open("a.txt"), Errno::kNotCapable);
  EXPECT_EQ(Open("a.txt", 0, rights::kFdTell), Errno::kSuccess);
  const uint32_t directory = MustOpen("dir");
  EXPECT_EQ(Open("b.txt", 0, rights::kFdRead, directory), Errno::kNotCapable);
  EXPECT_EQ(Open("a.txt", 0, rights::kFdRead, 4), Errno::kSuccess) << "the other preopen";
  ASSERT_EQ(Call("fd_fdstat_set_rights", {3, 0, 0}), Errno::kSuccess);
  EXPECT_EQ(Open("dir"), Errno::kNotCapable);
}

TEST_F(WasiDescriptors, HasStableAttributes) {
  const wasi::Filestat file = Filestat(MustOpen("a.txt"));
  EXPECT_EQ(file.file_type, wasi::FileType::kRegularFile);
  EXPECT_EQ(file.size, 10u);
  EXPECT_EQ(file.link_count, 1u);
  EXPECT_EQ(file.modification_time, 0u);
  EXPECT_NE(file.inode, 0u);
  const wasi::Filestat root = Filestat(3);
  EXPECT_EQ(root.file_type, wasi::FileType::kDirectory);
  EXPECT_NE(root.inode, file.inode);
  EXPECT_EQ(root.inode, Filestat(4).inode);
  EXPECT_EQ(root.device, file.device);
  EXPECT_EQ(Filestat(1).file_type, wasi::FileType::kUnknown);
  EXPECT_EQ(Call("fd_filestat_get", {0, kEnd - 63}), Errno::kFault);
  EXPECT_EQ(Call("fd_filestat_get", {0, kEnd - 64}), Errno::kSuccess);
}

TEST_F(WasiDescriptors, RefusesChanges) {
  const uint32_t fd = MustOpen("a.txt");
  EXPECT_EQ(Call("fd_allocate", {fd, 0, 1}), Errno::kBadf);
  EXPECT_EQ(Call("fd_filestat_set_size", {fd, 0}), Errno::kBadf);
  EXPECT_EQ(Call("fd_filestat_set_times", {fd, 1, 1, 5}), Errno::kRofs);
  EXPECT_EQ(Call("fd_filestat_set_times", {fd, 1, 1, 3}), Errno::kInval);
  EXPECT_EQ(Call("fd_filestat_set_times", {fd, 1, 1, 12}), Errno::kInval);
  EXPECT_EQ(Call("fd_filestat_set_times", {fd, 1, 1, 16}), Errno::kInval);
  EXPECT_EQ(Call("fd_filestat_set_times", {9, 1, 1, 5}), Errno::kBadf);
  EXPECT_EQ(Call("fd_sync", {fd}), Errno::kSuccess);
  EXPECT_EQ(Call("fd_datasync", {1}), Errno::kSuccess);
  EXPECT_EQ(Call("fd_sync", {9}), Errno::kBadf);
}

TEST_F(WasiDescriptors, TakesAdvice) {
  const uint32_t fd = MustOpen("a.txt");
  for (uint32_t advice = 0; advice <= 5; ++advice) {
    EXPECT_EQ(Call("fd_advise", {fd, 0, ~uint64_t{0}, advice}), Errno::kSuccess);
  }
  EXPECT_EQ(Call("fd_advise", {fd, 0, 0, 6}), Errno::kInval);
  EXPECT_EQ(Call("fd_advise", {fd, 1, ~uint64_t{0}, 0}), Errno::kInval);
  EXPECT_EQ(Call("fd_advise", {9, 0, 0, 0}), Errno::kBadf);
}

// --- the table

TEST_F(WasiDescriptors, ClosesEachAndReusesTheLowestNumber) {
  EXPECT_EQ(MustOpen("a.txt"), 5u);
  EXPECT_EQ(MustOpen("a.txt"), 6u);
  ASSERT_EQ(Call("fd_close", {5}), Errno::kSuccess);
  EXPECT_EQ(Call("fd_close", {5}), Errno::kBadf);
  EXPECT_EQ(Read(5, {{kBuffer, 1}}), Errno::kBadf);
  ASSERT_EQ(Call("fd_close", {0}), Errno::kSuccess);
  EXPECT_EQ(MustOpen("dir"), 0u);
  EXPECT_EQ(MustOpen("dir"), 5u);
  EXPECT_EQ(Call("fd_close", {0xFFFF'FFFF}), Errno::kBadf);
  ASSERT_EQ(Call("fd_close", {3}), Errno::kSuccess);
  EXPECT_EQ(Open("a.txt"), Errno::kBadf);
  EXPECT_EQ(Call("fd_prestat_get", {3, kOut}), Errno::kBadf);
  // The number, not the preopen, is available again.
  EXPECT_EQ(MustOpen("a.txt", rights::kFdRead, 4), 3u);
  EXPECT_EQ(Call("fd_prestat_get", {3, kOut}), Errno::kBadf);
}

TEST_F(WasiDescriptors, IsBounded) {
  for (uint32_t expected = 5; expected < 1024; ++expected) ASSERT_EQ(MustOpen("a.txt"), expected);
  EXPECT_EQ(Open("a.txt"), Errno::kMfile);
  ASSERT_EQ(Call("fd_close", {500}), Errno::kSuccess);
  EXPECT_EQ(MustOpen("a.txt"), 500u);
  EXPECT_EQ(Open("a.txt"), Errno::kMfile);
}

TEST_F(WasiDescriptors, Renumbers) {
  const uint32_t file = MustOpen("a.txt");
  ASSERT_EQ(Call("fd_renumber", {file, 0}), Errno::kSuccess);
  EXPECT_EQ(MustRead(0), "0123456789");
  EXPECT_EQ(Call("fd_close", {file}), Errno::kBadf);
  EXPECT_EQ(Call("fd_renumber", {file, 0}), Errno::kBadf);
  EXPECT_EQ(Call("fd_renumber", {0, file}), Errno::kBadf);
  EXPECT_EQ(Call("fd_renumber", {1, 1}), Errno::kSuccess);
  ASSERT_EQ(Call("fd_renumber", {1, 2}), Errno::kSuccess);
  ASSERT_EQ(Write(2, "to stdout"), Errno::kSuccess);
  EXPECT_EQ(Text(state_.TakeStdout()), "to stdout");
  EXPECT_EQ(Write(1, "x"), Errno::kBadf);
  ASSERT_EQ(Call("fd_renumber", {3, 4}), Errno::kSuccess);
  ASSERT_EQ(Call("fd_prestat_get", {4, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<wasi::Prestat>(kOut).name_length, 1u);
  ASSERT_EQ(Call("fd_prestat_dir_name", {4, kOut, 1}), Errno::kSuccess);
  EXPECT_EQ(guest_.ReadString(kOut, 1), "/");
}

TEST(WasiDescriptorTable, ResetsToTheFirstFive) {
  const auto name = std::make_shared<const std::string>("/");
  const std::vector<wasi::Preopen> preopens{{name, nullptr}, {name, nullptr}};
  wasi::DescriptorTable table;
  table.Reset(preopens);
  uint32_t fd;
  ASSERT_EQ(table.Insert(*table.Find(3), &fd), wasi::Errno::kSuccess);
  ASSERT_EQ(fd, 5u);
  ASSERT_EQ(table.Close(1), wasi::Errno::kSuccess);
  table.Reset(preopens);
  EXPECT_EQ(table.Find(5), nullptr);
  ASSERT_NE(table.Find(1), nullptr);
  EXPECT_EQ(table.Find(1)->kind, wasi::DescriptorKind::kStdout);
}

TEST_F(WasiDescriptors, NamesThePreopens) {
  for (const auto& [fd, name] : std::vector<std::pair<uint32_t, std::string>>{{3, "/"}, {4, "."}}) {
    ASSERT_EQ(Call("fd_prestat_get", {fd, kOut}), Errno::kSuccess);
    EXPECT_EQ(guest_.Read<wasi::Prestat>(kOut).tag, 0);
    EXPECT_EQ(guest_.Read<wasi::Prestat>(kOut).name_length, name.size());
    guest_.WriteString(kBuffer, "##");
    ASSERT_EQ(Call("fd_prestat_dir_name", {fd, kBuffer, 2}), Errno::kSuccess);
    EXPECT_EQ(guest_.ReadString(kBuffer, 2), name + "#");
    EXPECT_EQ(Call("fd_prestat_dir_name", {fd, kBuffer, 0}), Errno::kNameTooLong);
    EXPECT_EQ(Call("fd_prestat_dir_name", {fd, kEnd, 1}), Errno::kFault);
    EXPECT_EQ(Call("fd_prestat_dir_name", {fd, 0, 0xFFFF'FFFF}), Errno::kFault);
  }
  for (const uint32_t fd : {0u, 1u, 2u, 5u}) {
    EXPECT_EQ(Call("fd_prestat_get", {fd, kOut}), Errno::kBadf);
  }
  EXPECT_EQ(Call("fd_prestat_dir_name", {0, kBuffer, 9}), Errno::kNotDir);
  EXPECT_EQ(Call("fd_prestat_dir_name", {5, kBuffer, 9}), Errno::kBadf);
}

}  // namespace
}  // namespace wasmedge_embed
