#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "test/wasi_fixture.h"
#include "wasi/folders.h"
#include "wasi/host_directory.h"
#include "wasi/scratch_directory.h"

namespace wasmedge_embed::wasi {
namespace {

/// A folder of the host that is removed in the end.
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

class NameSink final : public EntrySink {
 public:
  bool Take(uint64_t next, uint64_t /*inode*/, FileType type, std::string_view name) override {
    if (left_-- == 0) return false;
    names_[std::string(name)] = type;
    next_ = next;
    return true;
  }
  /// Goes on after what was taken, for so many entries.
  void Again(size_t entries) { left_ = entries; }
  uint64_t next() const { return next_; }
  const std::map<std::string, FileType>& names() const { return names_; }

 private:
  size_t left_ = 0;
  uint64_t next_ = 0;
  std::map<std::string, FileType> names_;
};

/// Buffers over bytes of this process, as a guest's would be over its memory.
class LocalBuffers {
 public:
  explicit LocalBuffers(std::vector<uint8_t>& bytes) : memory_(65'536) {
    std::copy(bytes.begin(), bytes.end(), memory_.begin() + 8);
    const GuestMemory guest(memory_.data(), memory_.size());
    EXPECT_TRUE(guest.Write(0, Iovec{8, static_cast<uint32_t>(bytes.size())}));
    EXPECT_EQ(buffers.Load(guest, 0, 1), Errno::kSuccess);
  }
  std::string Text(uint32_t size) const {
    return {memory_.begin() + 8, memory_.begin() + 8 + size};
  }
  Buffers buffers;

 private:
  std::vector<uint8_t> memory_;
};

/// What an operation answered, so that it can be compared.
using Answer = std::tuple<Errno, std::string>;

std::string Describe(const Filestat& filestat) {
  std::string text = std::to_string(static_cast<int>(filestat.file_type));
  // A directory's size and links are each file system's own.
  if (filestat.file_type == FileType::kDirectory) return text;
  return text + " " + std::to_string(filestat.size) + " " + std::to_string(filestat.link_count);
}

/// One guest's operations on one folder, chosen by a generator: the same seed makes the same.
class Operations {
 public:
  Operations(std::shared_ptr<Directory> root, uint32_t seed)
      : random_(seed), directories_{std::move(root)} {}

  Answer Next() {
    const uint32_t kind = Below(15);
    Directory& directory = *directories_[Below(directories_.size())];
    const std::string path = Path();
    last_ = std::to_string(kind) + " \"" + path + "\"";
    switch (kind) {
      case 0:
      case 1:
      case 2:
        return Open(directory, path);
      case 3: {
        Filestat filestat;
        const Errno error = directory.StatPath(path, Below(2) == 0, &filestat);
        return {error, error == Errno::kSuccess ? Describe(filestat) : ""};
      }
      case 4:
      case 5:
        return {directory.CreateDirectory(path), ""};
      case 6:
        return {directory.RemoveDirectory(path), ""};
      case 7:
        return {directory.UnlinkFile(path), ""};
      case 8: {
        std::vector<uint8_t> buffer(1 + Below(8));
        uint32_t size = 0;
        const Errno error = directory.ReadLink(path, {buffer.data(), buffer.size()}, &size);
        return {error, std::string(buffer.begin(), buffer.begin() + size)};
      }
      case 9:
      case 10:
        return {directory.Symlink(Other(), path), ""};
      case 11:
        return OfTwo(directory.Link(path, *directories_[Below(directories_.size())], Other()));
      case 12:
        return OfTwo(directory.Rename(path, *directories_[Below(directories_.size())], Other()));
      case 13:
        return List(directory);
      default:
        return Use();
    }
  }

  /// The last one, for a message.
  const std::string& last() const { return last_; }

 private:
  uint32_t Below(size_t limit) { return random_() % static_cast<uint32_t>(limit); }

  std::string Name() {
    static constexpr const char* kNames[] = {"a", "b", "c", "d", "a", "b", ".", ".."};
    return kNames[Below(std::size(kNames))];
  }

  std::string Path() {
    std::string path = Name();
    for (uint32_t more = Below(3); more > 0; --more) path += (Below(8) == 0 ? "//" : "/") + Name();
    if (Below(8) == 0) path += "/";
    if (Below(40) == 0) path = "/" + path;
    if (Below(60) == 0) path.clear();
    if (Below(60) == 0) path += std::string(256, 'n');
    return path;
  }

  /// Where both paths are wrong, which of them is told is each system's own.
  static Answer OfTwo(Errno error) {
    return {error == Errno::kSuccess ? error : Errno::kInval, ""};
  }

  /// The second path of an operation.
  std::string Other() {
    std::string path = Path();
    last_ += " \"" + path + "\"";
    return path;
  }

  Answer Open(Directory& directory, const std::string& path) {
    OpenRequest request;
    request.follow = Below(2) == 0;
    request.read = Below(2) == 0;
    request.write = Below(2) == 0;
    request.create = Below(2) == 0;
    request.exclusive = request.create && Below(3) == 0;
    request.truncate = Below(4) == 0;
    request.directory = !request.create && !request.truncate && Below(4) == 0;
    for (const bool flag : {request.follow, request.read, request.write, request.create,
                            request.exclusive, request.truncate, request.directory}) {
      last_ += flag ? " 1" : " 0";
    }
    Opened opened;
    const Errno error = directory.Open(path, request, &opened);
    if (error != Errno::kSuccess) return {error, ""};
    if (opened.directory) {
      if (directories_.size() < 8) directories_.push_back(std::move(opened.directory));
      return {error, "directory"};
    }
    files_.push_back({std::move(opened.file), request.read, request.write});
    if (files_.size() > 4) files_.erase(files_.begin());
    return {error, "file"};
  }

  Answer List(Directory& directory) {
    NameSink sink;
    size_t before;
    do {
      before = sink.names().size();
      sink.Again(2);
      const Errno error = directory.List(sink.next(), sink);
      if (error != Errno::kSuccess) return {error, ""};
    } while (sink.names().size() != before);
    std::string text;
    for (const auto& [name, type] : sink.names()) {
      text += name + " " + std::to_string(static_cast<int>(type)) + ",";
    }
    return {Errno::kSuccess, text};
  }

  Answer Use() {
    const uint32_t kind = Below(6);
    const uint32_t offset = Below(4) == 0 ? Below(20'000) : Below(10);
    const uint32_t size = Below(4) == 0 ? Below(9000) : Below(10);
    const uint32_t which = Below(4);
    if (which >= files_.size()) return {Errno::kSuccess, "none"};
    OpenFile& open = files_[which];
    std::vector<uint8_t> bytes(size, static_cast<uint8_t>('a' + size % 26));
    LocalBuffers local(bytes);
    uint32_t moved = 0;
    if (kind == 0 && open.read) {
      const Errno error = open.file->Read(offset, local.buffers, &moved);
      return {error, local.Text(moved)};
    }
    if (kind <= 2 && open.write) {
      uint64_t end = 0;
      const bool append = kind == 2;
      const Errno error = open.file->Write(offset, append, local.buffers, &moved, &end);
      return {error, std::to_string(moved) + " " + std::to_string(end)};
    }
    if (kind == 3 && open.write) return {open.file->SetSize(offset), ""};
    if (kind == 4 && open.write && size != 0) return {open.file->Allocate(offset, size), ""};
    Filestat filestat;
    const Errno error = open.file->Stat(&filestat);
    return {error, Describe(filestat)};
  }

  struct OpenFile {
    std::shared_ptr<File> file;
    bool read;
    bool write;
  };

  std::mt19937 random_;
  std::string last_;
  std::vector<std::shared_ptr<Directory>> directories_;
  std::vector<OpenFile> files_;
};

std::shared_ptr<Directory> ScratchRoot(uint64_t limit = 1 << 20) {
  auto storage = std::make_shared<ScratchStorage>(limit);
  ScratchNode* root = storage->MakeRoot();
  return std::make_shared<ScratchDirectory>(std::move(storage), *root);
}

// The kernel is the reference: what a scratch folder answers is what the same folder of the host
// answers, and how its paths are resolved makes no difference.
TEST(WasiFolders, AnswerAlikeInMemoryAndOnTheHost) {
  for (uint32_t seed = 0; seed < 120; ++seed) {
    const TemporaryFolder by_kernel;
    const TemporaryFolder by_name;
    Operations memory(ScratchRoot(), seed);
    Operations kernel(by_kernel.Open(true), seed);
    Operations names(by_name.Open(true, PathResolution::kByName), seed);
    for (int step = 0; step < 80; ++step) {
      const Answer expected = kernel.Next();
      ASSERT_EQ(names.Next(), expected) << "by name: " << kernel.last() << ", seed " << seed;
      ASSERT_EQ(memory.Next(), expected) << "in memory: " << kernel.last() << ", seed " << seed;
    }
  }
}

TEST(WasiScratch, GivesBackAllThatItTook) {
  auto storage = std::make_shared<ScratchStorage>(1 << 20);
  ScratchNode* root = storage->MakeRoot();
  const uint64_t empty = storage->budget().used();
  for (uint32_t seed = 0; seed < 50; ++seed) {
    {
      Operations guest(std::make_shared<ScratchDirectory>(storage, *root), seed);
      for (int step = 0; step < 200; ++step) {
        guest.Next();
        ASSERT_LE(storage->budget().used(), storage->budget().limit());
      }
    }
    // Removes all that is left, from the leaves on.
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
  // In the number of names times the number of names, not in powers of it.
  std::string deep;
  std::string pattern;
  for (int i = 0; i < 1000; ++i) deep += "/a";
  for (int i = 0; i < 200; ++i) pattern += "/**/a";
  EXPECT_FALSE(matches((pattern + "/b").c_str(), deep.c_str()));
}

/// What lies beyond the folder, and is never reached however the folder is changed meanwhile.
class WasiHostFolderRace : public testing::TestWithParam<PathResolution> {};

TEST_P(WasiHostFolderRace, NeverLeadsOut) {
  const TemporaryFolder outer;
  const std::string root = outer.path() + "/inside";
  namespace fs = std::filesystem;
  fs::create_directories(root + "/x/y");
  fs::create_directories(outer.path() + "/outside/y");
  // Told apart by its type: inside it is a directory, outside a file.
  fs::create_directory(root + "/x/y/mark");
  FILE* secret = std::fopen((outer.path() + "/outside/y/mark").c_str(), "w");
  ASSERT_NE(secret, nullptr);
  std::fclose(secret);
  std::atomic<bool> ends{false};
  // Exchanges a directory on the way for a link that leads out, and moves it about.
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
  int reached = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  while (std::chrono::steady_clock::now() < end) {
    for (const char* path : {"x/y/mark", "x/../x/y/mark", "x/y/../y/mark"}) {
      Filestat filestat;
      if (folder->StatPath(path, true, &filestat) != Errno::kSuccess) continue;
      ++reached;
      ASSERT_EQ(filestat.file_type, FileType::kDirectory) << "led out by " << path;
    }
    const Errno made = folder->CreateDirectory("x/y/new");
    if (made == Errno::kSuccess) folder->RemoveDirectory("x/y/new");
  }
  ends = true;
  attacker.join();
  EXPECT_GT(reached, 0);
  EXPECT_FALSE(fs::exists(outer.path() + "/outside/y/new"));
}

INSTANTIATE_TEST_SUITE_P(Resolutions, WasiHostFolderRace,
                         testing::Values(PathResolution::kAutomatic, PathResolution::kByName));

}  // namespace
}  // namespace wasmedge_embed::wasi
