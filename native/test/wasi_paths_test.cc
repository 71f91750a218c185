// Paths and directories.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

namespace oflags = wasi::oflags;
namespace rights = wasi::rights;

class WasiPaths : public WasiTest {};

TEST_F(WasiPaths, OpensFilesRelativeToAnyDirectory) {
  EXPECT_EQ(MustRead(MustOpen("a.txt")), "0123456789");
  EXPECT_EQ(MustRead(MustOpen("./dir/../dir//b.txt", rights::kFdRead, 4)), "bee");
  const uint32_t directory = MustOpen("dir", 0);
  EXPECT_EQ(MustRead(MustOpen("b.txt", rights::kFdRead, directory)), "bee");
  EXPECT_EQ(MustRead(MustOpen("sub/c.txt", rights::kFdRead, directory)), "");
  EXPECT_EQ(Open("../a.txt", 0, rights::kFdRead, directory), Errno::kNotCapable);
}

TEST_F(WasiPaths, GrantsWhatUserlandsAskFor) {
  // Rust requests every right except those to write when it opens a file to read.
  constexpr uint64_t kRust =
      ~(rights::kFdWrite | rights::kFdDatasync | rights::kFdAllocate | rights::kFdFilestatSetSize);
  EXPECT_EQ(MustRead(MustOpen("a.txt", kRust)), "0123456789");
  // Go also requests the right to set the size.
  constexpr uint64_t kGo = rights::kFdRead | rights::kFdFilestatSetSize | rights::kFdSeek;
  EXPECT_EQ(MustRead(MustOpen("a.txt", kGo)), "0123456789");
  EXPECT_EQ(Open(".", 0, 0), Errno::kSuccess);
  EXPECT_EQ(Open(".", oflags::kDirectory, 0), Errno::kSuccess);
  EXPECT_EQ(Open(".", oflags::kDirectory, rights::kFdRead), Errno::kSuccess);
  // wasi-libc masks the rights that it requests with the inheriting rights; those to write must
  // remain.
  ASSERT_EQ(Call("fd_fdstat_get", {3, kOut}), Errno::kSuccess);
  EXPECT_TRUE(guest_.Read<wasi::Fdstat>(kOut).rights_inheriting & rights::kFdWrite);
}

TEST_F(WasiPaths, OpensNothingForWriting) {
  EXPECT_EQ(Open("a.txt", 0, rights::kFdRead | rights::kFdWrite), Errno::kRofs);
  EXPECT_EQ(Open("a.txt", oflags::kTrunc), Errno::kRofs);
  EXPECT_EQ(Open("new", oflags::kCreat), Errno::kRofs);
  EXPECT_EQ(Open("new", oflags::kCreat | oflags::kExcl, rights::kFdWrite), Errno::kRofs);
  EXPECT_EQ(Open("new/newer", oflags::kCreat), Errno::kNoEnt);
  EXPECT_EQ(Open("a.txt/new", oflags::kCreat), Errno::kNotDir);
  EXPECT_EQ(Open("a.txt", oflags::kCreat | oflags::kExcl), Errno::kExist);
  EXPECT_EQ(Open("dir", 0, rights::kFdWrite), Errno::kIsDir);
  EXPECT_EQ(Open("dir", oflags::kTrunc), Errno::kIsDir);
  EXPECT_EQ(Open("dir", oflags::kCreat), Errno::kIsDir);
  EXPECT_EQ(Open("missing", 0, rights::kFdWrite), Errno::kNoEnt);
  // Nothing has to be created.
  EXPECT_EQ(MustRead(MustOpen("a.txt")), "0123456789");
  EXPECT_EQ(Open("a.txt", oflags::kCreat), Errno::kSuccess);
}

TEST_F(WasiPaths, ChecksHowToOpen) {
  EXPECT_EQ(Open("a.txt", oflags::kDirectory), Errno::kNotDir);
  EXPECT_EQ(Open("a.txt/"), Errno::kNotDir);
  EXPECT_EQ(Open("dir/", oflags::kDirectory), Errno::kSuccess);
  EXPECT_EQ(Open("dir", oflags::kDirectory | oflags::kCreat), Errno::kInval);
  EXPECT_EQ(Open("dir", oflags::kDirectory | oflags::kTrunc), Errno::kInval);
  EXPECT_EQ(Open("dir", 16), Errno::kInval);
  EXPECT_EQ(Open("dir", 0x1'0000), Errno::kInval);
  EXPECT_EQ(CallPath("path_open", {3, 0}, "dir", {0, 0, 0, 32, kOut}), Errno::kInval);
}

TEST_F(WasiPaths, ChecksDirectoryPathAndResult) {
  const uint32_t file = MustOpen("a.txt");
  EXPECT_EQ(Open("x", 0, 0, file), Errno::kNotDir);
  EXPECT_EQ(Open("x", 0, 0, 0), Errno::kNotDir);
  EXPECT_EQ(Open("x", 0, 0, 99), Errno::kBadf);
  EXPECT_EQ(Open(""), Errno::kNoEnt);
  EXPECT_EQ(Open("/a.txt"), Errno::kNotCapable);
  EXPECT_EQ(Open(std::string("a.txt\0", 6)), Errno::kInval);
  EXPECT_EQ(Open(std::string(4096, 'a')), Errno::kNameTooLong);
  EXPECT_EQ(Call("path_open", {3, 0, kEnd - 2, 3, 0, 0, 0, 0, kOut}), Errno::kFault);
  EXPECT_EQ(Call("path_open", {3, 0, 0, 0xFFFF'FFFF, 0, 0, 0, 0, kOut}), Errno::kFault);
  // No descriptor stays open without the guest knowing it.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(CallPath("path_open", {3, 0}, "a.txt", {0, 0, 0, 0, kEnd - 3}), Errno::kFault);
  }
  EXPECT_EQ(MustOpen("a.txt"), file + 1);
}

TEST_F(WasiPaths, TellsAttributes) {
  ASSERT_EQ(CallPath("path_filestat_get", {3, 1}, "dir/b.txt", {kOut}), Errno::kSuccess);
  const auto file = guest_.Read<wasi::Filestat>(kOut);
  EXPECT_EQ(file.file_type, wasi::FileType::kRegularFile);
  EXPECT_EQ(file.size, 3u);
  const uint32_t fd = MustOpen("dir/b.txt");
  ASSERT_EQ(Call("fd_filestat_get", {fd, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<wasi::Filestat>(kOut).inode, file.inode);
  ASSERT_EQ(CallPath("path_filestat_get", {4, 0}, "dir", {kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<wasi::Filestat>(kOut).file_type, wasi::FileType::kDirectory);
  EXPECT_EQ(CallPath("path_filestat_get", {3, 1}, "no", {kOut}), Errno::kNoEnt);
  EXPECT_EQ(CallPath("path_filestat_get", {3, 1}, "..", {kOut}), Errno::kNotCapable);
  EXPECT_EQ(CallPath("path_filestat_get", {3, 1}, "dir", {kEnd - 63}), Errno::kFault);
  EXPECT_EQ(CallPath("path_filestat_get", {1, 1}, "dir", {kOut}), Errno::kNotDir);
}

TEST_F(WasiPaths, HasNoSymbolicLinks) {
  EXPECT_EQ(CallPath("path_readlink", {3}, "a.txt", {kBuffer, 10, kOut}), Errno::kInval);
  EXPECT_EQ(CallPath("path_readlink", {3}, "no", {kBuffer, 10, kOut}), Errno::kNoEnt);
  EXPECT_EQ(CallPath("path_readlink", {3}, "a.txt", {kEnd - 1, 2, kOut}), Errno::kFault);
  EXPECT_EQ(CallPath("path_readlink", {3}, "a.txt", {kBuffer, 10, kEnd}), Errno::kFault);
}

TEST_F(WasiPaths, ChangesNothing) {
  EXPECT_EQ(CallPath("path_create_directory", {3}, "new"), Errno::kRofs);
  EXPECT_EQ(CallPath("path_create_directory", {3}, "new/"), Errno::kRofs);
  EXPECT_EQ(CallPath("path_create_directory", {3}, "dir"), Errno::kExist);
  EXPECT_EQ(CallPath("path_create_directory", {3}, "no/new"), Errno::kNoEnt);
  EXPECT_EQ(CallPath("path_create_directory", {3}, "../new"), Errno::kNotCapable);
  EXPECT_EQ(CallPath("path_create_directory", {0}, "new"), Errno::kNotDir);

  EXPECT_EQ(CallPath("path_unlink_file", {3}, "a.txt"), Errno::kRofs);
  EXPECT_EQ(CallPath("path_unlink_file", {3}, "dir"), Errno::kIsDir);
  EXPECT_EQ(CallPath("path_unlink_file", {3}, "a.txt/"), Errno::kNotDir);
  EXPECT_EQ(CallPath("path_unlink_file", {3}, "no"), Errno::kNoEnt);

  EXPECT_EQ(CallPath("path_remove_directory", {3}, "dir"), Errno::kRofs);
  EXPECT_EQ(CallPath("path_remove_directory", {3}, "a.txt"), Errno::kNotDir);
  EXPECT_EQ(CallPath("path_remove_directory", {3}, "no"), Errno::kNoEnt);

  EXPECT_EQ(CallPath("path_filestat_set_times", {3, 0}, "a.txt", {1, 1, 5}), Errno::kRofs);
  EXPECT_EQ(CallPath("path_filestat_set_times", {3, 0}, "no", {1, 1, 5}), Errno::kNoEnt);
  EXPECT_EQ(CallPath("path_filestat_set_times", {3, 0}, "a.txt", {1, 1, 3}), Errno::kInval);
}

TEST_F(WasiPaths, RenamesAndLinksNothing) {
  const auto with_new = [this](std::string_view name, std::vector<uint64_t> before,
                               std::string_view old_path, std::string_view new_path) {
    guest_.WriteString(kOtherPath, new_path);
    return CallPath(name, std::move(before), old_path, {3, kOtherPath, new_path.size()});
  };
  EXPECT_EQ(with_new("path_rename", {3}, "a.txt", "new"), Errno::kRofs);
  EXPECT_EQ(with_new("path_rename", {3}, "a.txt", "dir/b.txt"), Errno::kRofs);
  EXPECT_EQ(with_new("path_rename", {3}, "no", "new"), Errno::kNoEnt);
  EXPECT_EQ(with_new("path_rename", {3}, "a.txt", "no/new"), Errno::kNoEnt);
  EXPECT_EQ(with_new("path_rename", {3}, "a.txt", "../new"), Errno::kNotCapable);
  EXPECT_EQ(with_new("path_link", {3, 0}, "a.txt", "new"), Errno::kRofs);
  EXPECT_EQ(with_new("path_link", {3, 0}, "a.txt", "dir"), Errno::kExist);
  EXPECT_EQ(with_new("path_link", {3, 0}, "dir", "new"), Errno::kPerm);
  EXPECT_EQ(with_new("path_link", {3, 0}, "no", "new"), Errno::kNoEnt);
  EXPECT_EQ(with_new("path_symlink", {}, "anything at all", "new"), Errno::kRofs);
  EXPECT_EQ(with_new("path_symlink", {}, "a.txt", "dir"), Errno::kExist);
  EXPECT_EQ(Call("path_symlink", {kEnd, 1, 3, kPath, 1}), Errno::kFault);
}

class WasiReaddir : public WasiTest {
 protected:
  struct Entry {
    std::string name;
    uint64_t next;
    uint64_t inode;
    wasi::FileType file_type;
  };

  /// One call; returns the complete entries that it stored.
  std::vector<Entry> Readdir(uint32_t fd, uint32_t size, uint64_t cookie, uint32_t* used) {
    EXPECT_EQ(Call("fd_readdir", {fd, kBuffer, size, cookie, kOut}), Errno::kSuccess);
    *used = guest_.Read<uint32_t>(kOut);
    EXPECT_LE(*used, size);
    std::vector<Entry> entries;
    for (uint32_t at = 0; at + sizeof(wasi::Dirent) <= *used;) {
      const auto head = guest_.Read<wasi::Dirent>(kBuffer + at);
      at += sizeof(head);
      if (at + head.name_length > *used) break;
      entries.push_back({guest_.ReadString(kBuffer + at, head.name_length), head.next, head.inode,
                         head.file_type});
      at += head.name_length;
    }
    return entries;
  }

  /// All entries, read as libraries do: a truncated entry is requested again.
  std::vector<std::string> ReadAll(uint32_t fd, uint32_t size) {
    std::vector<std::string> names;
    uint64_t cookie = 0;
    while (true) {
      uint32_t used;
      for (const Entry& entry : Readdir(fd, size, cookie, &used)) {
        names.push_back(entry.name);
        cookie = entry.next;
      }
      if (used < size) return names;
    }
  }
};

TEST_F(WasiReaddir, ListsSortedWithDots) {
  uint32_t used;
  const std::vector<Entry> entries = Readdir(MustOpen("dir"), 1000, 0, &used);
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].name, ".");
  EXPECT_EQ(entries[1].name, "..");
  EXPECT_EQ(entries[2].name, "b.txt");
  EXPECT_EQ(entries[3].name, "sub");
  EXPECT_EQ(entries[2].file_type, wasi::FileType::kRegularFile);
  EXPECT_EQ(entries[3].file_type, wasi::FileType::kDirectory);
  EXPECT_EQ(used, 4 * 24 + 1 + 2 + 5 + 3u);

  const auto inode = [this](std::string_view path) {
    EXPECT_EQ(CallPath("path_filestat_get", {3, 0}, path, {kOut}), Errno::kSuccess);
    return guest_.Read<wasi::Filestat>(kOut).inode;
  };
  EXPECT_EQ(entries[0].inode, inode("dir"));
  EXPECT_EQ(entries[1].inode, inode("."));
  EXPECT_EQ(entries[2].inode, inode("dir/b.txt"));
  EXPECT_EQ(entries[3].inode, inode("dir/sub"));
}

TEST_F(WasiReaddir, GoesOnFromAnyCookieWithAnyBuffer) {
  const std::vector<std::string> expected = {".", "..", "a.txt", "dir"};
  for (uint32_t size = 24 + 5; size < 150; ++size) EXPECT_EQ(ReadAll(3, size), expected) << size;
}

TEST_F(WasiReaddir, FillsTheBufferAndCutsTheLastEntry) {
  uint32_t used;
  for (const uint32_t size : {0u, 1u, 23u, 24u, 25u, 26u, 60u}) {
    guest_.Write<uint8_t>(kBuffer + size, 0x5A);
    Readdir(3, size, 0, &used);
    EXPECT_EQ(used, size);
    EXPECT_EQ(guest_.Read<uint8_t>(kBuffer + size), 0x5A);
  }
}

TEST_F(WasiReaddir, EndsAtCookiesBeyondTheEnd) {
  uint32_t used;
  for (const uint64_t cookie : {uint64_t{4}, uint64_t{5}, uint64_t{1} << 32, ~uint64_t{0}}) {
    EXPECT_TRUE(Readdir(3, 100, cookie, &used).empty());
    EXPECT_EQ(used, 0u);
  }
}

TEST_F(WasiReaddir, ChecksItsArguments) {
  EXPECT_EQ(Call("fd_readdir", {0, kBuffer, 10, 0, kOut}), Errno::kNotDir);
  EXPECT_EQ(Call("fd_readdir", {MustOpen("a.txt"), kBuffer, 10, 0, kOut}), Errno::kNotDir);
  EXPECT_EQ(Call("fd_readdir", {99, kBuffer, 10, 0, kOut}), Errno::kBadf);
  EXPECT_EQ(Call("fd_readdir", {3, kEnd - 9, 10, 0, kOut}), Errno::kFault);
  EXPECT_EQ(Call("fd_readdir", {3, kBuffer, 10, 0, kEnd - 3}), Errno::kFault);
  EXPECT_EQ(Call("fd_readdir", {3, 0, 0xFFFF'FFFF, 0, kOut}), Errno::kFault);
}

}  // namespace
}  // namespace wasmedge_embed
