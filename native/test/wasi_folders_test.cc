#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "test/folder_operations.h"
#include "test/wasi_fixture.h"
#include "wasi/folders.h"
#include "wasi/host_directory.h"
#include "wasi/scratch_copy.h"
#include "wasi/scratch_directory.h"

namespace wasmedge_embed::wasi {
namespace {

using test::Answer;
using test::FolderOperations;

/// The same seed makes the same operations.
FolderOperations::Choose Seeded(uint32_t seed) {
  return [random = std::mt19937(seed)](uint32_t limit) mutable -> uint32_t {
    return static_cast<uint32_t>(random()) % limit;
  };
}

/// A folder of the host that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = testing::TempDir() + "wasi-folder-XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::shared_ptr<Directory> Open(bool writable,
                                  PathResolution resolution = PathResolution::kAutomatic) const {
    return std::make_shared<HostDirectory>(HostFolder::Open(path_, writable, resolution));
  }

 private:
  std::string path_;
};

std::shared_ptr<Directory> ScratchRoot(uint64_t limit = 1 << 20) {
  auto storage = std::make_shared<ScratchStorage>(limit);
  ScratchNode* root = storage->MakeRoot();
  return std::make_shared<ScratchDirectory>(std::move(storage), *root);
}

// The kernel is the reference: a scratch folder gives the same answers as the same folder of the
// host, however its paths are resolved.
TEST(WasiFolders, AnswerAlikeInMemoryAndOnTheHost) {
  for (uint32_t seed = 0; seed < 120; ++seed) {
    const TemporaryFolder by_kernel;
    const TemporaryFolder by_name;
    FolderOperations memory(ScratchRoot(), Seeded(seed));
    FolderOperations kernel(by_kernel.Open(true), Seeded(seed));
    FolderOperations names(by_name.Open(true, PathResolution::kByName), Seeded(seed));
    for (int step = 0; step < 80; ++step) {
      const Answer expected = kernel.Next();
      ASSERT_EQ(names.Next(), expected) << "by name: " << kernel.last() << ", seed " << seed;
      ASSERT_EQ(memory.Next(), expected) << "in memory: " << kernel.last() << ", seed " << seed;
    }
  }
}

/// The same folder, writable, resolved by the kernel, by names, and in memory.
class WasiFolderKinds : public testing::Test {
 protected:
  const TemporaryFolder by_kernel_;
  const TemporaryFolder by_name_;
  const std::vector<std::shared_ptr<Directory>> kinds_{
      by_kernel_.Open(true), by_name_.Open(true, PathResolution::kByName), ScratchRoot()};
};

TEST_F(WasiFolderKinds, TellANulInAPathFromAPathThatNamesNoEntry) {
  const auto answers = [](Directory& directory, std::string_view path) {
    return std::vector<Errno>{
        directory.CreateDirectory(path),      directory.UnlinkFile(path),
        directory.RemoveDirectory(path),      directory.Symlink("a", path),
        directory.Link(path, directory, "b"), directory.Rename(path, directory, "b")};
  };
  for (const auto& directory : kinds_) {
    EXPECT_EQ(answers(*directory, std::string_view("a\0b", 3)),
              std::vector<Errno>(6, Errno::kInval));
    EXPECT_EQ(answers(*directory, "."),
              (std::vector<Errno>{Errno::kExist, Errno::kIsDir, Errno::kInval, Errno::kExist,
                                  Errno::kPerm, Errno::kBusy}));
  }
}

TEST_F(WasiFolderKinds, LookForAFileWhoseTimesDoNotChange) {
  for (const auto& directory : kinds_) {
    EXPECT_EQ(directory->SetTimesOfPath("none", false, {}), Errno::kNoEnt);
    EXPECT_EQ(directory->SetTimesOfPath("none", true, {}), Errno::kNoEnt);
    ASSERT_EQ(directory->Symlink("none", "dangling"), Errno::kSuccess);
    EXPECT_EQ(directory->SetTimesOfPath("dangling", false, {}), Errno::kSuccess);
    EXPECT_EQ(directory->SetTimesOfPath("dangling", true, {}), Errno::kNoEnt);
  }
}

TEST_F(WasiFolderKinds, BoundTargetsOfLinksAndPaths) {
  std::string path = "./";
  while (path.size() + 2 < 4095) path += "./";
  path += "f";
  ASSERT_EQ(path.size(), 4095u);
  for (const auto& directory : kinds_) {
    const std::string longest(4095, 't');
    EXPECT_EQ(directory->Symlink(longest, "longest"), Errno::kSuccess);
    EXPECT_EQ(directory->Symlink(longest + "t", "longer"), Errno::kNameTooLong);
    EXPECT_EQ(directory->Symlink("/" + longest, "longer"), Errno::kNameTooLong);
    std::array<uint8_t, 5000> target;
    uint32_t size = 0;
    EXPECT_EQ(directory->ReadLink("longest", {target.data(), static_cast<uint32_t>(target.size())},
                                  &size),
              Errno::kSuccess);
    EXPECT_EQ(size, 4095u);
    EXPECT_EQ(directory->Symlink("t", path), Errno::kSuccess);
    EXPECT_EQ(directory->Symlink("t", "./" + path), Errno::kNameTooLong);
  }
}

TEST_F(WasiFolderKinds, WriteNothingBehindTheGreatestOffset) {
  OpenRequest make;
  make.create = make.write = true;
  for (const auto& directory : kinds_) {
    Opened opened;
    ASSERT_EQ(directory->Open("file", make, &opened), Errno::kSuccess);
    std::array<uint8_t, 2> bytes{};
    const auto write = [&](uint64_t offset, uint32_t count) {
      uint32_t written = 0;
      uint64_t end = 0;
      return opened.file->Write(offset, false, Buffers(bytes.data(), count), &written, &end);
    };
    EXPECT_EQ(write(INT64_MAX, 0), Errno::kSuccess);
    EXPECT_EQ(write(INT64_MAX, 1), Errno::kInval);
    EXPECT_EQ(write(INT64_MAX - 1, 2), Errno::kInval);
    EXPECT_NE(write(INT64_MAX - 1, 1), Errno::kInval);
    EXPECT_EQ(write(uint64_t{1} << 63, 0), Errno::kInval);
    EXPECT_EQ(write(UINT64_MAX, 1), Errno::kInval);
  }
}

TEST_F(WasiFolderKinds, MakeNoFileThroughALinkWithASlashBehindIt) {
  OpenRequest make;
  make.create = make.write = make.follow = true;
  OpenRequest look;
  look.read = look.follow = true;
  for (const auto& directory : kinds_) {
    ASSERT_EQ(directory->Symlink("turn/", "turn"), Errno::kSuccess);
    ASSERT_EQ(directory->Symlink("new/", "link"), Errno::kSuccess);
    Opened opened;
    EXPECT_EQ(directory->Open("turn", make, &opened), Errno::kIsDir);
    EXPECT_EQ(directory->Open("turn", look, &opened), Errno::kLoop);
    EXPECT_EQ(directory->Open("link", make, &opened), Errno::kIsDir);
  }
}

TEST(WasiFolders, LookUpBothPathsInTheSystemsOrder) {
  const TemporaryFolder host;
  OpenRequest make;
  make.create = make.write = true;
  for (const auto& directory : {host.Open(true), ScratchRoot()}) {
    Opened opened;
    ASSERT_EQ(directory->CreateDirectory("dir"), Errno::kSuccess);
    ASSERT_EQ(directory->Open("dir/file", make, &opened), Errno::kSuccess);
    // A directory that contains what is to replace it is not empty, whatever that is.
    EXPECT_EQ(directory->Rename("dir/file", *directory, "dir"), Errno::kNotEmpty);
    EXPECT_EQ(directory->Link("missing", *directory, "../out"), Errno::kNoEnt);
    EXPECT_EQ(directory->Link("missing", *directory, "."), Errno::kNoEnt);
    EXPECT_EQ(directory->Link("dir/file", *directory, "../out"), Errno::kNotCapable);
    EXPECT_EQ(directory->Link("dir/file", *directory, "."), Errno::kExist);
  }
}

TEST(WasiScratch, KeepsNothingOfWhatDoesNotFit) {
  constexpr uint64_t kLimit = 1 << 20;
  auto storage = std::make_shared<ScratchStorage>(kLimit);
  ScratchDirectory directory(storage, *storage->MakeRoot());
  OpenRequest make;
  make.create = make.write = true;
  Opened opened;
  ASSERT_EQ(directory.Open("file", make, &opened), Errno::kSuccess);
  const uint64_t empty = storage->budget().used();
  EXPECT_EQ(opened.file->Allocate(0, kLimit), Errno::kNoSpc);
  EXPECT_EQ(storage->budget().used(), empty);
  Opened other;
  ASSERT_EQ(directory.Open("other", make, &other), Errno::kSuccess);
  ASSERT_EQ(other.file->Allocate(0, kLimit - storage->budget().used() - 8192), Errno::kSuccess);
  const uint64_t full = storage->budget().used();
  // The list of blocks would fit, the block does not.
  uint8_t byte = 1;
  uint32_t written = 0;
  uint64_t end = 0;
  EXPECT_EQ(opened.file->Write(kLimit - 1, false, Buffers(&byte, 1), &written, &end),
            Errno::kNoSpc);
  EXPECT_EQ(storage->budget().used(), full);
}

TEST(WasiScratch, GivesBackAllThatItTook) {
  auto storage = std::make_shared<ScratchStorage>(1 << 20);
  ScratchNode* root = storage->MakeRoot();
  const uint64_t empty = storage->budget().used();
  for (uint32_t seed = 0; seed < 50; ++seed) {
    {
      FolderOperations guest(std::make_shared<ScratchDirectory>(storage, *root), Seeded(seed));
      for (int step = 0; step < 200; ++step) {
        guest.Next();
        ASSERT_LE(storage->budget().used(), storage->budget().limit());
      }
    }
    // Removes everything that is left, leaves first.
    while (!root->entries.empty()) {
      ScratchNode* directory = root;
      std::string name = directory->entries.begin()->first;
      for (;;) {
        ScratchNode* node = directory->entries.find(name)->second.node;
        if (node->entries.empty()) break;
        directory = node;
        name = directory->entries.begin()->first;
      }
      storage->Remove(*directory, name);
    }
    ASSERT_EQ(storage->budget().used(), empty) << "seed " << seed;
  }
}

TEST(WasiScratch, RenamesWhereThereIsNoRoomLeft) {
  uint64_t limit = 1 << 20;
  // The first time to find out how much is needed.
  for (const bool is_full : {false, true}) {
    auto storage = std::make_shared<ScratchStorage>(limit);
    ScratchNode* root = storage->MakeRoot();
    ScratchDirectory directory(storage, *root);
    ASSERT_EQ(directory.Symlink("t", "other"), Errno::kSuccess);
    ASSERT_EQ(directory.Symlink("t", "a-link"), Errno::kSuccess);
    const uint64_t used = limit = storage->budget().used();
    if (!is_full) continue;
    EXPECT_EQ(directory.Rename("a-link", directory, "A-LINK"), Errno::kSuccess);
    EXPECT_EQ(directory.Rename("A-LINK", directory, "longer"), Errno::kSuccess);
    EXPECT_EQ(directory.Rename("longer", directory, "too-long"), Errno::kNoSpc);
    Filestat filestat;
    EXPECT_EQ(directory.StatPath("longer", false, &filestat), Errno::kSuccess);
    EXPECT_EQ(filestat.link_count, 1u);
    EXPECT_EQ(storage->budget().used(), used);
    EXPECT_EQ(directory.Rename("other", directory, "longer"), Errno::kSuccess);
    EXPECT_LT(storage->budget().used(), used);
    EXPECT_EQ(directory.StatPath("other", false, &filestat), Errno::kNoEnt);
  }
}

TEST(WasiScratch, EndsAFolderThatIsNestedWithoutEnd) {
  auto storage = std::make_shared<ScratchStorage>(64 << 20);
  std::shared_ptr<Directory> directory =
      std::make_shared<ScratchDirectory>(storage, *storage->MakeRoot());
  uint64_t depth = 0;
  OpenRequest request;
  request.directory = true;
  for (;; ++depth) {
    const Errno error = directory->CreateDirectory("d");
    if (error == Errno::kNoSpc) break;
    ASSERT_EQ(error, Errno::kSuccess);
    Opened opened;
    ASSERT_EQ(directory->Open("d", request, &opened), Errno::kSuccess);
    directory = opened.directory;
  }
  EXPECT_GT(depth, 10'000u);
  directory.reset();
}

TEST(WasiScratch, CollectsWithinALimitedDepthAndSize) {
  auto storage = std::make_shared<ScratchStorage>(1 << 20);
  ScratchNode* root = storage->MakeRoot();
  auto directory = std::make_shared<ScratchDirectory>(storage, *root);
  std::shared_ptr<Directory> deepest = directory;
  OpenRequest make;
  make.create = true;
  make.write = true;
  OpenRequest enter;
  enter.directory = true;
  const std::string name(200, 'n');
  for (int depth = 0; depth < 40; ++depth) {
    Opened file;
    ASSERT_EQ(deepest->Open("file", make, &file), Errno::kSuccess);
    ASSERT_EQ(deepest->CreateDirectory(name), Errno::kSuccess);
    Opened opened;
    ASSERT_EQ(deepest->Open(name, enter, &opened), Errno::kSuccess);
    deepest = opened.directory;
  }
  std::vector<FileEntry> files;
  CollectFiles(*storage, *root, "/s", {PathPattern("/s/**")}, &files);
  // 4,096 bytes hold twenty of these names.
  EXPECT_EQ(files.size(), 21u);
}

TEST(WasiScratch, CopiesAFolderNestedDeeperThanAPathGoes) {
  const TemporaryFolder folder;
  HostDescriptor at(open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string name(200, 'd');
  for (int depth = 0; depth < 25; ++depth) {
    ASSERT_EQ(mkdirat(at.get(), name.c_str(), 0700), 0);
    at = HostDescriptor(openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(at.is_open());
  }
  ScratchStorage storage(1 << 20);
  try {
    CopyIntoScratch(HostFolder::Open(folder.path(), false), "/data", storage, *storage.MakeRoot(),
                    nullptr);
    FAIL() << "copied";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(std::string(error.what()).find("its path is too long"), std::string::npos);
  }
}

bool HasNoRoomFor(const TemporaryFolder& folder, uint64_t limit) {
  ScratchStorage storage(limit);
  try {
    CopyIntoScratch(HostFolder::Open(folder.path(), false), "/data", storage, *storage.MakeRoot(),
                    nullptr);
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLimit) << error.what();
    return true;
  }
}

TEST(WasiScratch, CopiesNoMoreThanHasRoom) {
  const TemporaryFolder folder;
  for (int i = 0; i < 200; ++i) {
    HostDescriptor file(open((folder.path() + "/" + std::to_string(i)).c_str(),
                             O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_TRUE(file.is_open());
  }
  EXPECT_TRUE(HasNoRoomFor(folder, 50'000));
  ScratchStorage storage(1 << 20);
  ScratchNode& root = *storage.MakeRoot(true);
  CopyIntoScratch(HostFolder::Open(folder.path(), false), "/data", storage, root, nullptr);
  EXPECT_EQ(root.entries.size(), 200u);
  EXPECT_TRUE(storage.has_changed());
}

TEST(WasiScratch, RecordsChangesOfCopiesAlone) {
  ScratchStorage storage(1 << 20);
  ScratchNode& copy = *storage.MakeRoot(true);
  ScratchNode& scratch = *storage.MakeRoot();
  const auto has_changed = [&storage] {
    const bool is_so = storage.has_changed();
    storage.ForgetChanges();
    return is_so;
  };
  ScratchNode* copied = nullptr;
  ASSERT_EQ(storage.Make(copy, "copied", FileType::kRegularFile, {}, &copied), Errno::kSuccess);
  EXPECT_TRUE(has_changed());
  ScratchNode* own = nullptr;
  ASSERT_EQ(storage.Make(scratch, "own", FileType::kRegularFile, {}, &own), Errno::kSuccess);
  ASSERT_EQ(storage.Move(scratch, "own", scratch, "renamed"), Errno::kSuccess);
  storage.Changed(*own);
  EXPECT_FALSE(has_changed());
  // Its number of names is changed, and so is its directory.
  ASSERT_EQ(storage.Enter(scratch, "link", *copied), Errno::kSuccess);
  EXPECT_TRUE(has_changed());
  storage.Remove(scratch, "link");
  EXPECT_TRUE(has_changed());
  ASSERT_EQ(storage.Move(scratch, "renamed", copy, "moved"), Errno::kSuccess);
  EXPECT_TRUE(has_changed());
  ASSERT_EQ(storage.Move(copy, "moved", scratch, "renamed"), Errno::kSuccess);
  EXPECT_TRUE(has_changed());
  storage.Remove(scratch, "renamed");
  EXPECT_FALSE(has_changed());
  storage.Changed(*copied);
  EXPECT_TRUE(has_changed());
}

TEST(WasiScratch, CountsNamesThatItDoesNotCopy) {
  const TemporaryFolder folder;
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(mkfifo((folder.path() + "/" + std::to_string(i)).c_str(), 0600), 0);
  }
  EXPECT_TRUE(HasNoRoomFor(folder, 50'000));
  EXPECT_FALSE(HasNoRoomFor(folder, 100'000));
}

TEST(WasiScratch, StopsCopyingWhenTheInvocationIsToEnd) {
  const TemporaryFolder folder;
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(mkdir((folder.path() + "/" + std::to_string(i)).c_str(), 0700), 0);
  ScratchStorage storage(1 << 20);
  ScratchNode& root = *storage.MakeRoot();
  int checks = 0;
  const auto stop_at_third = [&checks] {
    if (++checks == 3) throw Error(ErrorCode::kTimeout, "time limit");
  };
  EXPECT_THROW(CopyIntoScratch(HostFolder::Open(folder.path(), false), "/data", storage, root,
                               stop_at_third),
               Error);
  EXPECT_EQ(root.entries.size(), 2u);
}

TEST(WasiPathPattern, MatchesNamesAndAnyNumberOfThem) {
  const auto matches = [](const char* pattern, const char* path) {
    return PathPattern(pattern).Matches(path);
  };
  EXPECT_TRUE(matches("/a/*.txt", "/a/b.txt"));
  EXPECT_FALSE(matches("/a/*.txt", "/a/b/c.txt"));
  EXPECT_TRUE(matches("/a/**", "/a/b/c.txt"));
  EXPECT_TRUE(matches("/a/**/c.txt", "/a/c.txt"));
  EXPECT_TRUE(matches("/**/c?", "/x/y/cz"));
  EXPECT_FALSE(matches("/a", "/a/b"));
  EXPECT_FALSE(matches("/a/b", "/a"));
  EXPECT_TRUE(matches("/a*b*c", "/aXbXbXc"));
  EXPECT_FALSE(matches("/a*b*c", "/aXbXbXd"));
  // In time proportional to the product of both numbers of names, not exponential.
  std::string deep;
  std::string pattern;
  for (int i = 0; i < 1000; ++i) deep += "/a";
  for (int i = 0; i < 200; ++i) pattern += "/**/a";
  EXPECT_FALSE(matches((pattern + "/b").c_str(), deep.c_str()));
}

/// How long a folder is changed while it is used: WASMEDGE_EMBED_RACE_SECONDS, or a moment.
std::chrono::milliseconds RaceTime() {
  const char* const seconds = std::getenv("WASMEDGE_EMBED_RACE_SECONDS");
  return std::chrono::milliseconds(seconds == nullptr ? 1500 : 1000 * std::atoi(seconds));
}

/// Files beyond the folder, which are never reached, however the folder is changed meanwhile.
class WasiHostFolderRace : public testing::TestWithParam<PathResolution> {};

TEST_P(WasiHostFolderRace, NeverLeadsOut) {
  const TemporaryFolder outer;
  const std::string root = outer.path() + "/inside";
  namespace fs = std::filesystem;
  fs::create_directories(root + "/x/y");
  fs::create_directories(outer.path() + "/outside/y");
  // The type tells them apart: inside, it is a directory; outside, a file.
  fs::create_directory(root + "/x/y/mark");
  const std::string secret = outer.path() + "/outside/y/mark";
  FILE* file = std::fopen(secret.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fclose(file);
  const auto written = fs::last_write_time(secret);
  std::atomic<bool> ends{false};
  // Replaces a directory on the way by a link that leads out, and moves it about.
  std::thread attacker([&] {
    const std::string place = root + "/x";
    const std::string away = root + "/away";
    const std::string link = root + "/link";
    while (!ends) {
      if (symlink("../outside", link.c_str()) != 0) continue;
      std::rename(place.c_str(), away.c_str());
      std::rename(link.c_str(), place.c_str());
      unlink(place.c_str());
      std::rename(away.c_str(), place.c_str());
    }
  });
  auto folder = std::make_shared<HostDirectory>(HostFolder::Open(root, true, GetParam()));
  OpenRequest look;
  look.follow = look.read = true;
  OpenRequest make;
  make.create = make.write = make.truncate = true;
  NewTimes times;
  times.access = times.modification = {NewTime::Kind::kGiven, 1'000'000'000};
  std::map<std::string, uint64_t> succeeded;
  const auto end = std::chrono::steady_clock::now() + RaceTime();
  while (std::chrono::steady_clock::now() < end && !HasFailure()) {
    const auto note = [&](const char* what, Errno error) {
      if (error == Errno::kSuccess) ++succeeded[what];
      return error == Errno::kSuccess;
    };
    for (const char* path : {"x/y/mark", "x/../x/y/mark", "x/y/../y/mark"}) {
      Filestat filestat;
      if (note("stat", folder->StatPath(path, true, &filestat))) {
        EXPECT_EQ(filestat.file_type, FileType::kDirectory) << "led out by " << path;
      }
      Opened opened;
      if (note("open", folder->Open(path, look, &opened))) {
        EXPECT_NE(opened.directory, nullptr) << "led out by " << path;
      }
    }
    Opened made;
    note("create", folder->Open("x/y/f", make, &made));
    note("link", folder->Link("x/y/f", *folder, "x/y/g"));
    note("rename", folder->Rename("x/y/g", *folder, "x/y/h"));
    note("symlink", folder->Symlink("h", "x/y/s"));
    note("times", folder->SetTimesOfPath("x/y/mark", true, times));
    note("mkdir", folder->CreateDirectory("x/y/new"));
    note("rmdir", folder->RemoveDirectory("x/y/new"));
    // Outside it is a file, which could be removed.
    EXPECT_NE(folder->UnlinkFile("x/y/mark"), Errno::kSuccess);
    for (const char* path : {"x/y/f", "x/y/g", "x/y/h", "x/y/s"}) {
      note("unlink", folder->UnlinkFile(path));
    }
  }
  ends = true;
  attacker.join();
  for (const char* what : {"stat", "open", "create", "link", "rename", "symlink", "times", "mkdir",
                           "rmdir", "unlink"}) {
    EXPECT_GT(succeeded[what], 0u) << what;
  }
  EXPECT_EQ(fs::last_write_time(secret), written);
  EXPECT_EQ(std::distance(fs::directory_iterator(outer.path() + "/outside/y"), {}), 1);
  EXPECT_EQ(std::distance(fs::directory_iterator(outer.path() + "/outside"), {}), 1);
}

INSTANTIATE_TEST_SUITE_P(Resolutions, WasiHostFolderRace,
                         testing::Values(PathResolution::kAutomatic, PathResolution::kByName));

}  // namespace
}  // namespace wasmedge_embed::wasi
