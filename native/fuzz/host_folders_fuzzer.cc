// Folders of the host below a temporary root: one guest's operations in three folders. Paths in one
// are resolved by the kernel, in the second by the walk over names, and the third is in memory. All
// three must behave alike, and files next to the host's folders must stay unchanged. A copy of what
// the guest has created in the first must be the same, name by name.

#include <fuzzer/FuzzedDataProvider.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "fuzz/require.h"
#include "test/folder_operations.h"
#include "wasi/host_directory.h"
#include "wasi/scratch_copy.h"
#include "wasi/scratch_directory.h"

namespace wasmedge_embed::fuzz {
namespace {

namespace fs = std::filesystem;
using wasi::Directory;
using wasi::PathResolution;
using wasi::test::Answer;
using wasi::test::FolderOperations;

constexpr uint64_t kScratchLimit = 1 << 20;
constexpr char kSecret[] = "not for guests";

/// A folder of the host, `guest`, next to files that no guest may reach. They have names that the
/// operations use, so that a path that leads out would find something.
class Surroundings {
 public:
  Surroundings() {
    std::string pattern = (fs::temp_directory_path() / "host-folders-XXXXXX").string();
    Require(mkdtemp(pattern.data()) != nullptr, "a temporary folder can be made");
    path_ = pattern;
    fs::create_directories(path_ / "guest");
    fs::create_directories(path_ / "b");
    for (const char* file : {"a", "b/c"}) std::ofstream(path_ / file) << kSecret;
  }
  ~Surroundings() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  std::shared_ptr<const wasi::HostFolder> Folder(PathResolution resolution) const {
    return wasi::HostFolder::Open((path_ / "guest").string(), true, resolution);
  }
  std::shared_ptr<Directory> Open(PathResolution resolution) const {
    return std::make_shared<wasi::HostDirectory>(Folder(resolution));
  }

  bool AreUntouched() const {
    return Count(path_) == 3 && Count(path_ / "b") == 1 && Holds("a") && Holds("b/c");
  }

 private:
  static size_t Count(const fs::path& folder) {
    const fs::directory_iterator entries(folder);
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
  }

  /// Whether the file is unchanged and has one link.
  bool Holds(const char* name) const {
    std::ifstream file(path_ / name);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return content == kSecret && fs::hard_link_count(path_ / name) == 1;
  }

  fs::path path_;
};

std::shared_ptr<Directory> ScratchRoot() {
  auto storage = std::make_shared<wasi::ScratchStorage>(kScratchLimit);
  wasi::ScratchNode* root = storage->MakeRoot();
  return std::make_shared<wasi::ScratchDirectory>(std::move(storage), *root);
}

/// The input's choices, replayed for each of several users.
class Choices {
 public:
  explicit Choices(FuzzedDataProvider& input) : input_(input) {}

  bool is_over() const { return input_.remaining_bytes() == 0; }

  FolderOperations::Choose ForOne() {
    return [this, next = size_t{0}](uint32_t limit) mutable {
      if (next == made_.size()) {
        made_.push_back(input_.ConsumeIntegralInRange<uint32_t>(0, limit - 1));
      }
      // Limits differ only after the answers have.
      return made_[next++] % limit;
    };
  }

 private:
  FuzzedDataProvider& input_;
  std::vector<uint32_t> made_;
};

/// The names in a directory, except "." and "..".
class Names final : public wasi::EntrySink {
 public:
  bool Take(uint64_t, uint64_t, wasi::FileType, std::string_view name) override {
    if (name != "." && name != "..") names_.emplace(name);
    return true;
  }
  const std::set<std::string>& names() const { return names_; }

 private:
  std::set<std::string> names_;
};

std::string ContentOf(Directory& directory, const std::string& name) {
  wasi::Opened opened;
  wasi::OpenRequest request;
  request.read = true;
  Require(directory.Open(name, request, &opened) == wasi::Errno::kSuccess && opened.file,
          "a file that is listed opens");
  std::string content;
  std::array<uint8_t, 4096> piece;
  for (uint32_t size = 1; size != 0; content.append(piece.begin(), piece.begin() + size)) {
    const wasi::Buffers buffers(piece.data(), piece.size());
    const wasi::Errno error = opened.file->Read(content.size(), buffers, &size);
    Require(error == wasi::Errno::kSuccess, "a file is read to its end");
  }
  return content;
}

std::string TargetOf(Directory& directory, const std::string& name) {
  std::array<uint8_t, 4096> target;
  uint32_t size = 0;
  const wasi::Errno error = directory.ReadLink(name, {target.data(), target.size()}, &size);
  Require(error == wasi::Errno::kSuccess, "a link that is listed is read");
  return {target.begin(), target.begin() + size};
}

std::shared_ptr<Directory> Below(Directory& directory, const std::string& name) {
  wasi::Opened opened;
  wasi::OpenRequest request;
  request.directory = true;
  Require(directory.Open(name, request, &opened) == wasi::Errno::kSuccess && opened.directory,
          "a directory that is listed opens");
  return opened.directory;
}

void RequireAlike(Directory& host, Directory& copy) {
  Names expected;
  Names copied;
  Require(host.List(0, expected) == wasi::Errno::kSuccess, "a folder of the host is listed");
  Require(copy.List(0, copied) == wasi::Errno::kSuccess, "a copy is listed");
  Require(expected.names() == copied.names(), "a copy has the same names");
  for (const std::string& name : expected.names()) {
    wasi::Filestat one;
    wasi::Filestat other;
    Require(host.StatPath(name, false, &one) == wasi::Errno::kSuccess &&
                copy.StatPath(name, false, &other) == wasi::Errno::kSuccess &&
                one.file_type == other.file_type,
            "a copy has the same kinds of entries");
    if (one.file_type == wasi::FileType::kDirectory) {
      RequireAlike(*Below(host, name), *Below(copy, name));
    } else if (one.file_type == wasi::FileType::kSymbolicLink) {
      Require(TargetOf(host, name) == TargetOf(copy, name), "a link leads to the same place");
    } else {
      Require(one.modification_time == other.modification_time, "a file keeps its time");
      Require(ContentOf(host, name) == ContentOf(copy, name), "a file has the same content");
    }
  }
}

void CheckCopy(const Surroundings& surroundings) {
  const auto folder = surroundings.Folder(PathResolution::kAutomatic);
  auto storage = std::make_shared<wasi::ScratchStorage>(kScratchLimit);
  wasi::ScratchNode& root = *storage->MakeRoot();
  try {
    CopyIntoScratch(folder, "/guest", *storage, root, nullptr);
  } catch (const Error& error) {
    // A file with a hole is larger than the copy may be.
    Require(error.code() == ErrorCode::kLimit, "what the guest has made can be copied");
    return;
  }
  wasi::HostDirectory host(folder);
  wasi::ScratchDirectory copy(storage, root);
  RequireAlike(host, copy);
}

void Check(FuzzedDataProvider& input) {
  const Surroundings by_kernel;
  const Surroundings by_name;
  Choices choices(input);
  FolderOperations kernel(by_kernel.Open(PathResolution::kAutomatic), choices.ForOne());
  FolderOperations names(by_name.Open(PathResolution::kByName), choices.ForOne());
  FolderOperations memory(ScratchRoot(), choices.ForOne());
  for (int step = 0; step < 100 && !choices.is_over(); ++step) {
    const Answer expected = kernel.Next();
    const bool are_alike = names.Next() == expected && memory.Next() == expected;
    if (!are_alike) std::fprintf(stderr, "The operation: %s\n", kernel.last().c_str());
    Require(are_alike, "folders answer alike, however their paths are resolved, and in memory");
  }
  for (const Surroundings* each : {&by_kernel, &by_name}) {
    Require(each->AreUntouched(), "a guest cannot change what lies beside its folder");
  }
  CheckCopy(by_kernel);
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  wasmedge_embed::fuzz::Check(input);
  return 0;
}
