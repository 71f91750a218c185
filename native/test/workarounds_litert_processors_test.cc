#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "inference/run/litert_library.h"
#include "test/inference_fixtures.h"
#include "workarounds/elf_slots.h"
#include "workarounds/litert_processors.h"

namespace wasmedge_embed {
namespace {

std::string ReadAndClose(int file) {
  char text[256];
  const ssize_t size = read(file, text, sizeof text);
  close(file);
  return size < 0 ? "" : std::string(text, static_cast<size_t>(size));
}

TEST(LitertProcessorsTest, IsThereWithAndWithoutTheKernels) {
  const long count = sysconf(_SC_NPROCESSORS_CONF);
  const std::string expected = count == 1 ? "0\n" : "0-" + std::to_string(count - 1) + "\n";
  EXPECT_EQ(ReadAndClose(LitertProcessors::OpenProcessorList()), expected);
  for (const char* name : {"possible", "present"}) {
    const std::string path = std::string("/sys/devices/system/cpu/") + name;
    const int kernels = open(path.c_str(), O_RDONLY);
    EXPECT_EQ(ReadAndClose(LitertProcessors::Open(path.c_str(), O_RDONLY)),
              kernels < 0 ? expected : ReadAndClose(kernels));
  }
}

TEST(LitertProcessorsTest, LeavesEveryOtherFileAsItIs) {
  EXPECT_EQ(LitertProcessors::Open("/sys/devices/system/cpu/nothing", O_RDONLY), -1);
  EXPECT_EQ(errno, ENOENT);
  const std::string path = testing::TempDir() + "processor_list_" + std::to_string(getpid());
  const int file = LitertProcessors::Open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
  ASSERT_GE(file, 0);
  struct stat status{};
  EXPECT_EQ(fstat(file, &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  close(file);
  std::remove(path.c_str());
}

TEST(LitertProcessorsTest, IsWhatLiteRtOpens) {
  litert::Library::Get();
  void* library = dlopen(litert::Library::DefaultPath().c_str(), RTLD_NOW | RTLD_NOLOAD);
  const auto slots = ElfSlots(library).Find("open");
  ASSERT_FALSE(slots.empty());
  for (void** slot : slots) EXPECT_EQ(*slot, reinterpret_cast<void*>(&LitertProcessors::Open));
}

// On arm64, without the redirection, XNNPACK does not start if there is no /sys.
TEST(LitertProcessorsTest, LetsXnnpackRun) {
  const auto model = test::Load(test::DefaultModel());
  const std::vector<uint8_t> input(model->inputs()[0].byte_size);
  EXPECT_FALSE(test::Classify(model, input, {1, Kernels::kXnnpack}).empty());
}

}  // namespace
}  // namespace wasmedge_embed
