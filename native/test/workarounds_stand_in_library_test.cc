#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/wasmedge_api.h"
#include "workarounds/library_imports.h"
#include "workarounds/stand_in_library.h"

namespace wasmedge_embed {
namespace {

struct Close {
  void operator()(void* library) const { dlclose(library); }
};
using Library = std::unique_ptr<void, Close>;

int target = 0;

Library Open(const std::vector<uint8_t>& bytes) {
  const int file = memfd_create("stand-in", MFD_CLOEXEC);
  EXPECT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  // A spelling of its own for each: that is how the dynamic linker recognizes opened libraries.
  static std::string folder = "/proc/self/fd/../fd/";
  folder += "./";
  Library library(dlopen((folder + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) ADD_FAILURE() << dlerror();
  close(file);
  return library;
}

TEST(StandInLibraryTest, HasEverySymbolInItsVersionAtTheAddress) {
  LibraryImports imports{"libnobody-has.so.7", {"FIRST_1.0", "SECOND_2.0"}, {}};
  for (size_t index = 0; index < 500; ++index) {
    imports.symbols.push_back({"symbol_" + std::to_string(index), index % 2});
  }
  const Library library = Open(MakeStandInLibrary(imports, &target));
  ASSERT_NE(library, nullptr);
  for (const LibraryImports::Symbol& symbol : imports.symbols) {
    const std::string& version = imports.versions[symbol.version];
    const std::string& other = imports.versions[1 - symbol.version];
    EXPECT_EQ(dlvsym(library.get(), symbol.name.c_str(), version.c_str()), &target) << symbol.name;
    EXPECT_EQ(dlvsym(library.get(), symbol.name.c_str(), other.c_str()), nullptr) << symbol.name;
  }
  EXPECT_EQ(dlsym(library.get(), "symbol_500"), nullptr);
}

TEST(StandInLibraryTest, IsFoundByItsNameWhileItIsLoaded) {
  const LibraryImports imports{"libnobody-has.so.8", {"VERSION"}, {{"symbol", 0}}};
  const auto is_loaded = [] {
    return Library(dlopen("libnobody-has.so.8", RTLD_NOW | RTLD_NOLOAD)) != nullptr;
  };
  EXPECT_FALSE(is_loaded());
  Library library = Open(MakeStandInLibrary(imports, &target));
  EXPECT_TRUE(is_loaded());
  library.reset();
  EXPECT_FALSE(is_loaded());
}

LibraryImports ManySymbols() {
  LibraryImports imports{"libnobody-has.so.9", {"VERSION"}, {}};
  for (size_t index = 0; index < 5000; ++index) {
    imports.symbols.push_back({"symbol_" + std::to_string(index), 0});
  }
  return imports;
}

TEST(StandInLibraryTest, HasItsOwnFunctionWhereverItIsMapped) {
  const LibraryImports imports = ManySymbols();
  const std::vector<uint8_t> bytes = MakeStandInLibrary(imports);
  const Library one = Open(bytes);
  const Library other = Open(bytes);
  ASSERT_NE(one, nullptr);
  ASSERT_NE(other, nullptr);
  ASSERT_NE(one, other);
  for (const Library* library : {&one, &other}) {
    for (const LibraryImports::Symbol& symbol : imports.symbols) {
      void* const found = dlvsym(library->get(), symbol.name.c_str(), "VERSION");
      ASSERT_NE(found, nullptr) << symbol.name;
      Dl_info info{};
      ASSERT_NE(dladdr(found, &info), 0);
      link_map* map = nullptr;
      ASSERT_EQ(dlinfo(library->get(), RTLD_DI_LINKMAP, &map), 0);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(info.dli_fbase), map->l_addr);
      EXPECT_EQ(reinterpret_cast<uintptr_t (*)()>(found)(), 0U);
    }
  }
}

TEST(StandInLibraryTest, IsNowhereWritableAndExecutable) {
  for (const bool has_function : {false, true}) {
    const LibraryImports imports = ManySymbols();
    const Library library =
        Open(has_function ? MakeStandInLibrary(imports) : MakeStandInLibrary(imports, &target));
    ASSERT_NE(library, nullptr);
    std::ifstream maps("/proc/self/maps");
    size_t executable = 0;
    for (std::string line; std::getline(maps, line);) {
      if (line.find("memfd:stand-in") == std::string::npos) continue;
      const std::string permissions = line.substr(line.find(' ') + 1, 3);
      if (permissions == "r-x") ++executable;
      EXPECT_TRUE(permissions[1] == '-' || permissions[2] == '-') << line;
    }
    EXPECT_EQ(executable, has_function ? 1U : 0U);
  }
}

TEST(LibraryImportsTest, AreThoseOfTheLibraryAskedFor) {
  const std::string& file = wasmedge::Api::Get().path();
  const auto imports = ReadImports(file, "libstdc++");
  ASSERT_TRUE(imports);
  EXPECT_EQ(imports->library, "libstdc++.so.6");
  const auto has = [&imports](const std::string& name, const std::string& version) {
    return std::any_of(imports->symbols.begin(), imports->symbols.end(), [&](const auto& symbol) {
      return symbol.name == name && imports->versions[symbol.version] == version;
    });
  };
  EXPECT_TRUE(has("_Znwm", "GLIBCXX_3.4"));
  EXPECT_FALSE(has("memcpy", "GLIBC_2.14"));
  // The values read are those that the dynamic linker uses.
  const Library library(dlopen("libstdc++.so.6", RTLD_NOW));
  for (const LibraryImports::Symbol& symbol : imports->symbols) {
    const std::string& version = imports->versions[symbol.version];
    EXPECT_NE(dlvsym(library.get(), symbol.name.c_str(), version.c_str()), nullptr)
        << symbol.name << "@" << version;
  }
}

TEST(LibraryImportsTest, AreNoneWithoutTheLibraryOrTheFile) {
  EXPECT_FALSE(ReadImports(wasmedge::Api::Get().path(), "libnobody-has"));
  EXPECT_FALSE(ReadImports("/nowhere/at/all.so", "lib"));
  EXPECT_FALSE(ReadImports("/proc/self/environ", "lib"));
  EXPECT_FALSE(ReadImports(__FILE__, "lib"));
  EXPECT_FALSE(ReadImports("/", "lib"));
}

}  // namespace
}  // namespace wasmedge_embed
