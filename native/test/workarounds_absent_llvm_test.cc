#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/wasmedge_api.h"
#include "workarounds/absent_llvm.h"
#include "workarounds/library_imports.h"

namespace wasmedge_embed {
namespace {

namespace fs = std::filesystem;

/// A copy of the libwasmedge that is installed, if LLVM is a separate library for it.
class AbsentLlvmFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string& installed = wasmedge::Api::Get().path();
    if (!ReadImports(installed, "libLLVM")) GTEST_SKIP() << "this WasmEdge has LLVM inside it";
    library_ = fs::temp_directory_path() / ("libwasmedge-" + std::to_string(getpid()) + ".so");
    fs::copy_file(installed, library_, fs::copy_options::overwrite_existing);
  }
  void TearDown() override {
    if (!library_.empty()) fs::remove(library_);
  }

  fs::path library_;
};

TEST_F(AbsentLlvmFileTest, CannotBeChanged) {
  const AbsentLlvmFile file(library_);
  ASSERT_TRUE(file.descriptor());
  const std::string path = "/proc/self/fd/" + std::to_string(*file.descriptor());
  for (const int descriptor : {dup(*file.descriptor()), open(path.c_str(), O_RDWR | O_CLOEXEC)}) {
    EXPECT_LT(pwrite(descriptor, "x", 1, 0), 0);
    EXPECT_EQ(errno, EPERM);
    EXPECT_NE(ftruncate(descriptor, 0), 0);
    EXPECT_NE(ftruncate(descriptor, 1 << 20), 0);
    close(descriptor);
  }
  EXPECT_NE(fcntl(*file.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(AbsentLlvmFileTest, HasWhatTheLibraryImports) {
  const AbsentLlvmFile file(library_);
  ASSERT_TRUE(file.descriptor());
  const auto imports = ReadImports(library_, "libLLVM");
  const std::string path = "/proc/self/fd/././" + std::to_string(*file.descriptor());
  void* const stand_in = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(stand_in, nullptr) << dlerror();
  for (const LibraryImports::Symbol& symbol : imports->symbols) {
    const std::string& version = imports->versions[symbol.version];
    EXPECT_NE(dlvsym(stand_in, symbol.name.c_str(), version.c_str()), nullptr) << symbol.name;
  }
  dlclose(stand_in);
}

TEST_F(AbsentLlvmFileTest, IsOnlyForThatLibrary) {
  const AbsentLlvmFile file(library_);
  EXPECT_TRUE(file.descriptor());
  const auto written = fs::last_write_time(library_);
  fs::last_write_time(library_, written + std::chrono::seconds(1));
  EXPECT_FALSE(file.descriptor());
  fs::last_write_time(library_, written);
  EXPECT_TRUE(file.descriptor());
  // As a package manager replaces it.
  const fs::path update = library_.string() + ".new";
  fs::copy_file(library_, update);
  fs::last_write_time(update, written);
  fs::rename(update, library_);
  EXPECT_FALSE(file.descriptor());
  fs::remove(library_);
  EXPECT_FALSE(file.descriptor());
}

TEST_F(AbsentLlvmFileTest, IsNoneForOthers) {
  EXPECT_FALSE(AbsentLlvmFile("/nowhere/at/all.so").descriptor());
  EXPECT_FALSE(AbsentLlvmFile("/proc/self/exe").descriptor());
  EXPECT_FALSE(AbsentLlvmFile("/").descriptor());
}

TEST_F(AbsentLlvmFileTest, LeavesNoDescriptor) {
  const auto lowest = [] {
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(descriptor);
    return descriptor;
  };
  const int before = lowest();
  std::optional<AbsentLlvmFile> file(std::in_place, library_);
  EXPECT_EQ(file->descriptor(), before);
  file.reset();
  EXPECT_EQ(lowest(), before);
}

/// The test program loads it: compiler_environment.cc.
TEST_F(AbsentLlvmFileTest, TellsWhetherTheRealOneIsLoaded) { EXPECT_TRUE(IsLlvmLoaded()); }

}  // namespace
}  // namespace wasmedge_embed
