// Folders of the host below a temporary root: one guest's operations in three folders, of which the
// kernel resolves the paths of one, the walk by names those of the second, and the third is in
// memory. All three answer alike, and what lies beside the host's folders stays as it was.

#include <fuzzer/FuzzedDataProvider.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "fuzz/require.h"
#include "test/folder_operations.h"
#include "wasi/host_directory.h"
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

/// A folder of the host, `guest`, beside what no guest may reach. The names there are those that
/// the operations use, so that a path that leads out finds something.
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

  std::shared_ptr<Directory> Open(PathResolution resolution) const {
    return std::make_shared<wasi::HostDirectory>(
        wasi::HostFolder::Open((path_ / "guest").string(), true, resolution));
  }

  bool AreUntouched() const {
    return Count(path_) == 3 && Count(path_ / "b") == 1 && Holds("a") && Holds("b/c");
  }

 private:
  static size_t Count(const fs::path& folder) {
    const fs::directory_iterator entries(folder);
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
  }

  /// Whether the file is as it was, and has one name.
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

/// The input's choices, for each of several who make the same.
class Choices {
 public:
  explicit Choices(FuzzedDataProvider& input) : input_(input) {}

  bool is_over() const { return input_.remaining_bytes() == 0; }

  FolderOperations::Choose ForOne() {
    return [this, next = size_t{0}](uint32_t limit) mutable {
      if (next == made_.size()) {
        made_.push_back(input_.ConsumeIntegralInRange<uint32_t>(0, limit - 1));
      }
      // Limits differ only once answers do.
      return made_[next++] % limit;
    };
  }

 private:
  FuzzedDataProvider& input_;
  std::vector<uint32_t> made_;
};

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
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  wasmedge_embed::fuzz::Check(input);
  return 0;
}
