#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.h"
#include "inference/run/litert_library.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

pid_t FakeParent() { return 4242; }

/// The protection of the page with the address, in the form "r--p".
std::string Protection(const void* address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char protection[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, protection) != 3) continue;
    const auto value = reinterpret_cast<uintptr_t>(address);
    if (value >= begin && value < end) return protection;
  }
  return {};
}

TEST(ElfSlotsTest, RedirectsAFunctionAndBack) {
  const ElfSlots slots(dlopen(nullptr, RTLD_NOW));
  const pid_t parent = getppid();
  const auto found = slots.Find("getppid");
  ASSERT_FALSE(found.empty());
  void* original = *found[0];

  EXPECT_EQ(slots.Redirect("getppid", reinterpret_cast<void*>(&FakeParent)), found.size());
  EXPECT_EQ(getppid(), 4242);

  slots.Redirect("getppid", original);
  EXPECT_EQ(getppid(), parent);
}

TEST(ElfSlotsTest, FindsNothingForASymbolThatIsNotImported) {
  const ElfSlots slots(dlopen(nullptr, RTLD_NOW));
  EXPECT_TRUE(slots.Find("no_such_symbol_anywhere").empty());
  EXPECT_EQ(slots.Redirect("no_such_symbol_anywhere", nullptr), 0U);
}

TEST(ElfSlotsTest, WritesBelowRelroAndLeavesItReadOnly) {
  // Opened by the library first, so that it is silenced whichever test runs first.
  litert::Library::Get();
  void* handle = dlopen(litert::Library::DefaultPath().c_str(), RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(handle, nullptr);
  const ElfSlots slots(handle);
  const auto found = slots.Find("stderr");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(Protection(found[0]), "r--p") << "the test wants a slot in RELRO";

  void* value = *found[0];
  EXPECT_NE(value, static_cast<void*>(&stderr));
  slots.Write(found[0], &stderr);
  EXPECT_EQ(*found[0], static_cast<void*>(&stderr));
  EXPECT_EQ(Protection(found[0]), "r--p");
  slots.Write(found[0], value);
}

TEST(ElfSlotsTest, RefusesWhatIsNoHandle) { EXPECT_THROW(ElfSlots(nullptr), Error); }

}  // namespace
}  // namespace wasmedge_embed
