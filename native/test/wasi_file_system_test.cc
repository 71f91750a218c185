#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "test/wasi_fixture.h"
#include "wasi/file_system.h"

namespace wasmedge_embed {
namespace {

using wasi::Errno;

std::vector<FileEntry> Entries(const std::vector<std::string>& paths) {
  std::vector<FileEntry> entries;
  for (const std::string& path : paths) entries.push_back({path, Bytes(path)});
  return entries;
}

std::string Refusal(const std::vector<std::string>& paths) {
  try {
    const FileSystem files(Entries(paths));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "accepted";
}

TEST(FileSystem, RefusesPathsThatAreNotAbsoluteAndPlain) {
  for (const char* path : {"", "a", "a/b", "./a", "/", "//", "/a/", "//a", "/a//b", "/.", "/..",
                           "/a/./b", "/a/../b", "/a/.."}) {
    const std::string message = Refusal({path});
    EXPECT_NE(message.find('"' + std::string(path) + '"'), std::string::npos) << message;
  }
}

TEST(FileSystem, ShowsControlCharactersOfARefusedPathEscaped) {
  EXPECT_EQ(Refusal({std::string("/a\0b", 4)}), "file path \"/a\\x00b\": holds a NUL byte");
}

TEST(FileSystem, AcceptsNamesThatOnlyLookSpecial) {
  const FileSystem files(Entries({"/...", "/.hidden", "/a b", "/ü", "/..x/y"}));
  EXPECT_EQ(files.Find(FileSystem::kRoot, "..x/y").error, Errno::kSuccess);
  EXPECT_EQ(files.Find(FileSystem::kRoot, "...").error, Errno::kSuccess);
}

TEST(FileSystem, BoundsNamesAndPaths) {
  const std::string longest_name(255, 'n');
  EXPECT_EQ(Refusal({"/" + longest_name}), "accepted");
  EXPECT_NE(Refusal({"/" + longest_name + "n"}).find("255"), std::string::npos);

  std::string path;
  while (path.size() < 4096) path += "/" + std::string(255, 'p');
  path.pop_back();
  ASSERT_EQ(path.size(), 4095u);
  EXPECT_EQ(Refusal({path}), "accepted");
  path.insert(path.size() - 1, "p");
  EXPECT_NE(Refusal({path}).find("4095"), std::string::npos);
}

TEST(FileSystem, RefusesDuplicatesAndFilesBelowFilesInAnyOrder) {
  EXPECT_NE(Refusal({"/a", "/b", "/a"}).find("\"/a\": is given twice"), std::string::npos);
  EXPECT_NE(Refusal({"/a/b", "/a"}), "accepted");
  EXPECT_NE(Refusal({"/a", "/a/b"}), "accepted");
  // "/a!" sorts between "/a" and "/a/b".
  EXPECT_NE(Refusal({"/a", "/a!", "/a/b"}).find("\"/a\""), std::string::npos);
  EXPECT_EQ(Refusal({"/a!", "/a/b"}), "accepted");
}

TEST(FileSystem, NumbersAndSortsIndependentlyOfTheCallersOrder) {
  const FileSystem first(Entries({"/b", "/a/z", "/a!", "/a/b"}));
  const FileSystem second(Entries({"/a/b", "/a!", "/a/z", "/b"}));
  for (const FileSystem* files : {&first, &second}) {
    std::vector<std::string> names;
    for (const FileSystem::NodeId id : files->node(FileSystem::kRoot).children) {
      names.push_back(files->node(id).name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"a", "a!", "b"}));
  }
  for (const char* path : {"b", "a", "a/z", "a!", "a/b"}) {
    EXPECT_EQ(first.Find(FileSystem::kRoot, path).node, second.Find(FileSystem::kRoot, path).node);
  }
}

TEST(FileSystem, KeepsTheBytesOfEachFile) {
  std::vector<FileEntry> entries = Entries({"/one", "/two"});
  const uint8_t* bytes = entries[0].bytes.data();
  const FileSystem files(std::move(entries));
  const FileSystem::Node& one = files.node(files.Find(FileSystem::kRoot, "one").node);
  EXPECT_EQ(Text(*one.bytes), "/one");
  EXPECT_EQ(one.bytes->data(), bytes) << "copied on the way";
}

class FileSystemFind : public testing::Test {
 protected:
  FileSystem::Lookup Find(const std::string& path, const std::string& from = ".") {
    const FileSystem::Lookup start = files_.Find(FileSystem::kRoot, from);
    EXPECT_EQ(start.error, Errno::kSuccess);
    return files_.Find(start.node, path);
  }
  std::string Found(const std::string& path, const std::string& from = ".") {
    const FileSystem::Lookup lookup = Find(path, from);
    EXPECT_EQ(lookup.error, Errno::kSuccess) << path;
    return Text(*files_.node(lookup.node).bytes);
  }
  FileSystem files_{Entries({"/top", "/d/e/leaf", "/d/other"})};
};

TEST_F(FileSystemFind, ResolvesDotsAndRepeatedSlashes) {
  EXPECT_EQ(Found("d/e/leaf"), "/d/e/leaf");
  EXPECT_EQ(Found("./d/.//e/../../d/e/../e///./leaf"), "/d/e/leaf");
  EXPECT_EQ(Found("d/../top"), "/top");
  EXPECT_EQ(Found("leaf", "d/e"), "/d/e/leaf");
  EXPECT_EQ(Find(".").node, FileSystem::kRoot);
  EXPECT_EQ(Find("d/..").node, FileSystem::kRoot);
  EXPECT_EQ(Find("d/").node, Find("d").node);
  EXPECT_EQ(Find("d///").node, Find("d").node);
}

TEST_F(FileSystemFind, NeverLeavesTheDirectoryItStartsFrom) {
  for (const char* path :
       {"..", "../top", "d/../..", "d/../../top", "./..", "d/e/../../..", "/", "/top", "//top"}) {
    EXPECT_EQ(Find(path).error, Errno::kNotCapable) << path;
  }
  EXPECT_EQ(Find("..", "d").error, Errno::kNotCapable);
  EXPECT_EQ(Find("e/../../top", "d").error, Errno::kNotCapable);
  EXPECT_EQ(Find("../e", "d/e").error, Errno::kNotCapable);
}

TEST_F(FileSystemFind, SaysWhatIsWrong) {
  EXPECT_EQ(Find("").error, Errno::kNoEnt);
  EXPECT_EQ(Find("nothing").error, Errno::kNoEnt);
  EXPECT_EQ(Find("nothing/..").error, Errno::kNoEnt);
  EXPECT_EQ(Find("TOP").error, Errno::kNoEnt);
  for (const char* path : {"top/", "top//", "top/.", "top/..", "top/x", "d/e/leaf/"}) {
    EXPECT_EQ(Find(path).error, Errno::kNotDir) << path;
  }
  EXPECT_EQ(Find(std::string("top\0", 4)).error, Errno::kInval);
  EXPECT_EQ(Find(std::string(256, 'n')).error, Errno::kNameTooLong);
  EXPECT_EQ(Find(std::string(255, 'n')).error, Errno::kNoEnt);
}

TEST_F(FileSystemFind, BoundsThePath) {
  std::string path = "d/e//leaf";
  while (path.size() + 2 <= 4095) path.insert(0, "./");
  ASSERT_EQ(path.size(), 4095u);
  EXPECT_EQ(Found(path), "/d/e/leaf");
  EXPECT_EQ(Find(path + "/").error, Errno::kNameTooLong);

  std::string up_and_down;
  while (up_and_down.size() + 5 <= 4095) up_and_down += "d/../";
  EXPECT_EQ(Find(up_and_down).node, FileSystem::kRoot);
}

TEST_F(FileSystemFind, KnowsWhetherOnlyTheLastNameIsMissing) {
  EXPECT_TRUE(Find("new").parent_exists);
  EXPECT_TRUE(Find("new//").parent_exists);
  EXPECT_TRUE(Find("d/e/new").parent_exists);
  EXPECT_FALSE(Find("new/newer").parent_exists);
  EXPECT_FALSE(Find("new/.").parent_exists);
  EXPECT_FALSE(Find("").parent_exists);
}

TEST(FileSystem, WithoutFilesHasAnEmptyRoot) {
  const FileSystem files;
  EXPECT_TRUE(files.node(FileSystem::kRoot).is_directory);
  EXPECT_TRUE(files.node(FileSystem::kRoot).children.empty());
  EXPECT_EQ(files.Find(FileSystem::kRoot, "x").error, Errno::kNoEnt);
}

}  // namespace
}  // namespace wasmedge_embed
