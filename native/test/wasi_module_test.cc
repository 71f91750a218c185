// The module as a whole: its table, and what no function does, whatever its arguments.

#include "wasi/wasi_module.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

TEST(WasiModule, HasEveryFunctionOfThePreviewWithItsType) {
  // wasi_snapshot_preview1.witx, lowered by hand.
  const std::map<std::string, std::string> expected = {
      {"args_get", "ii:i"},
      {"args_sizes_get", "ii:i"},
      {"environ_get", "ii:i"},
      {"environ_sizes_get", "ii:i"},
      {"clock_res_get", "ii:i"},
      {"clock_time_get", "iIi:i"},
      {"fd_advise", "iIIi:i"},
      {"fd_allocate", "iII:i"},
      {"fd_close", "i:i"},
      {"fd_datasync", "i:i"},
      {"fd_fdstat_get", "ii:i"},
      {"fd_fdstat_set_flags", "ii:i"},
      {"fd_fdstat_set_rights", "iII:i"},
      {"fd_filestat_get", "ii:i"},
      {"fd_filestat_set_size", "iI:i"},
      {"fd_filestat_set_times", "iIIi:i"},
      {"fd_pread", "iiiIi:i"},
      {"fd_prestat_get", "ii:i"},
      {"fd_prestat_dir_name", "iii:i"},
      {"fd_pwrite", "iiiIi:i"},
      {"fd_read", "iiii:i"},
      {"fd_readdir", "iiiIi:i"},
      {"fd_renumber", "ii:i"},
      {"fd_seek", "iIii:i"},
      {"fd_sync", "i:i"},
      {"fd_tell", "ii:i"},
      {"fd_write", "iiii:i"},
      {"path_create_directory", "iii:i"},
      {"path_filestat_get", "iiiii:i"},
      {"path_filestat_set_times", "iiiiIIi:i"},
      {"path_link", "iiiiiii:i"},
      {"path_open", "iiiiiIIii:i"},
      {"path_readlink", "iiiiii:i"},
      {"path_remove_directory", "iii:i"},
      {"path_rename", "iiiiii:i"},
      {"path_symlink", "iiiii:i"},
      {"path_unlink_file", "iii:i"},
      {"poll_oneoff", "iiii:i"},
      {"proc_exit", "i:"},
      {"proc_raise", "i:i"},
      {"sched_yield", ":i"},
      {"random_get", "ii:i"},
      {"sock_accept", "iii:i"},
      {"sock_recv", "iiiiii:i"},
      {"sock_send", "iiiii:i"},
      {"sock_shutdown", "ii:i"},
  };
  const HostModule<WasiState>& module = WasiModule();
  EXPECT_STREQ(module.name, "wasi_snapshot_preview1");
  // Except for WasmEdge's additions and its second form of sock_accept.
  for (const auto& [name, signature] : expected) {
    const auto is_it = [&name = name, &signature = signature](const auto& function) {
      return name == function.name && signature == function.signature;
    };
    EXPECT_EQ(std::count_if(module.functions.begin(), module.functions.end(), is_it), 1) << name;
  }
  for (const auto& function : module.functions) {
    const bool is_addition = std::string_view(function.name).substr(0, 5) == "sock_";
    EXPECT_TRUE(is_addition || expected.count(function.name) == 1) << function.name;
  }
}

/// Calls each function with every combination of the values that break address arithmetic. The
/// guest's memory is a separate heap block, so a sanitizer detects an access to any byte beyond it.
/// Without a sanitizer, the test still detects results that are not an errno.
class WasiHostileArguments : public testing::TestWithParam<size_t> {};

TEST_P(WasiHostileArguments, GiveAnErrno) {
  constexpr uint64_t kLastErrno = 76;
  const size_t memory_size = GetParam();
  // 3 is a directory and 5 a file; 0 and 1 are stdin and stdout.
  const std::vector<uint64_t> values = {
      0, 1, 3, 5, 0x7FFF'FFFF, 0xFFFF'FFFF, memory_size, memory_size == 0 ? 2 : memory_size - 1};
  std::set<std::string> names{"proc_exit"};
  for (const HostFunction<WasiState>& function : WasiModule().functions) {
    // If several have the same name, the first is called; the others are the same function.
    if (!names.insert(function.name).second) continue;
    const std::string signature = function.signature;
    const size_t parameters = signature.find(':');
    WasiState state;
    FakeGuest<WasiState> guest(WasiModule(), state, memory_size);
    // For the longest signatures, a sample: steps that share no factor with the number of values
    // visit every value in every place.
    uint64_t combinations = 1;
    for (size_t i = 0; i < parameters; ++i) combinations *= values.size();
    const uint64_t step = combinations > 20'000 ? combinations / 20'000 * 2 + 1 : 1;
    uint64_t calls = 0;
    std::vector<uint64_t> arguments(parameters);
    for (uint64_t combination = 0; combination < combinations; combination += step, ++calls) {
      if (calls % 100 == 0) {
        WasiInput input;
        input.args = {"program"};
        input.env = {"A=1"};
        input.stdin_bytes = Bytes("input");
        std::vector<FileEntry> entries;
        entries.push_back({"/a", Bytes("content")});
        const std::vector<std::string> mounts{"/s"};
        input.files = std::make_shared<const FileSystem>(std::move(entries), mounts);
        input.folders = std::make_shared<const wasi::Folders>(wasi::Folders{{"/s", nullptr}});
        input.scratch_limit = 100'000;
        state.Reset(std::move(input));
        // 3 is the scratch folder, 4 and 5 are the files.
        for (const auto& [directory, rights] :
             {std::pair(4, wasi::kFileRights),
              std::pair(3, wasi::kFileRights | wasi::kWritingRights)}) {
          wasi::OpenRequest request;
          request.create = directory == 3;
          wasi::Opened opened;
          ASSERT_EQ(state.descriptors().Find(directory)->directory->Open("a", request, &opened),
                    wasi::Errno::kSuccess);
          wasi::Descriptor descriptor{wasi::DescriptorKind::kFile};
          descriptor.rights_base = rights;
          descriptor.file = std::move(opened.file);
          uint32_t file;
          ASSERT_EQ(state.descriptors().Insert(std::move(descriptor), &file),
                    wasi::Errno::kSuccess);
        }
        // Zeros are empty buffers, empty paths and a clock that is due; ones are buffers of
        // 16 MiB at 16 MiB, names of "\1" and an unknown clock; "a" is a file.
        const uint8_t fill = calls % 300 == 0 ? 0 : calls % 300 == 100 ? 1 : 'a';
        guest.memory().assign(memory_size, fill);
      }
      uint64_t rest = combination;
      for (size_t i = 0; i < parameters; ++i) {
        const uint64_t value = values[rest % values.size()];
        rest /= values.size();
        // For 64-bit arguments, the largest values have 64 bits.
        const bool is_64_bits = signature[i] == 'I';
        arguments[i] = is_64_bits && value == 0x7FFF'FFFF   ? ~uint64_t{0} >> 1
                       : is_64_bits && value == 0xFFFF'FFFF ? ~uint64_t{0}
                                                            : value;
      }
      ASSERT_EQ(guest.Call(function, arguments), HostOutcome::kReturn) << function.name;
      ASSERT_LE(guest.result(), kLastErrno) << function.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(MemorySizes, WasiHostileArguments, testing::Values(0, 65'536),
                         testing::PrintToStringParamName());

TEST(WasiModule, WorksWithAGuestWithoutMemory) {
  WasiState state;
  state.Reset({});
  FakeGuest<WasiState> guest(WasiModule(), state, 0);
  const auto call = [&](const char* name, const std::vector<uint64_t>& arguments) {
    EXPECT_EQ(guest.Call(name, arguments), HostOutcome::kReturn);
    return static_cast<wasi::Errno>(guest.result());
  };
  EXPECT_EQ(call("fd_write", {1, 0, 0, 0}), wasi::Errno::kFault);
  EXPECT_EQ(call("args_get", {0, 0}), wasi::Errno::kSuccess);
  EXPECT_EQ(call("random_get", {0, 0}), wasi::Errno::kSuccess);
  EXPECT_EQ(call("path_create_directory", {3, 0, 0}), wasi::Errno::kBadf);
}

}  // namespace
}  // namespace wasmedge_embed
