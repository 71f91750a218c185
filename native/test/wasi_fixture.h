#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/fake_guest.h"
#include "wasi/abi.h"
#include "wasi/wasi_module.h"

namespace wasmedge_embed {

namespace wasi {
inline void PrintTo(Errno error, std::ostream* out) { *out << static_cast<uint32_t>(error); }
}  // namespace wasi

inline std::vector<uint8_t> Bytes(std::string_view text) { return {text.begin(), text.end()}; }
inline std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

/// A guest with two arguments, two variables, "hello" on stdin and the files
/// /a.txt "0123456789", /dir/b.txt "bee", /dir/sub/c.txt (empty).
class WasiTest : public testing::Test {
 protected:
  using Errno = wasi::Errno;

  // Where the tests place data in the guest's memory.
  static constexpr uint32_t kOut = 64;
  static constexpr uint32_t kIovecs = 128;
  static constexpr uint32_t kPath = 1024;
  static constexpr uint32_t kOtherPath = 8192;
  static constexpr uint32_t kBuffer = 16384;
  static constexpr uint32_t kEnd = 65'536;
  static constexpr uint32_t kRootFd = 3;

  WasiTest() { state_.Reset(Input()); }

  static WasiInput Input() {
    WasiInput input;
    input.args = {"program", "x y"};
    input.env = {"A=1", "NAME=a=b"};
    input.stdin_bytes = Bytes("hello");
    input.files = Files();
    return input;
  }

  static std::shared_ptr<const FileSystem> Files() {
    std::vector<FileEntry> entries;
    entries.push_back({"/a.txt", Bytes("0123456789")});
    entries.push_back({"/dir/b.txt", Bytes("bee")});
    entries.push_back({"/dir/sub/c.txt", {}});
    return std::make_shared<const FileSystem>(std::move(entries));
  }

  /// Calls a function that returns an errno.
  Errno Call(std::string_view name, const std::vector<uint64_t>& arguments) {
    EXPECT_EQ(guest_.Call(name, arguments), HostOutcome::kReturn);
    return static_cast<Errno>(guest_.result());
  }

  /// Calls a function with a path among its arguments: `before` come before the path and `after`
  /// behind it.
  Errno CallPath(std::string_view name, std::vector<uint64_t> before, std::string_view path,
                 const std::vector<uint64_t>& after = {}, uint32_t address = kPath) {
    guest_.WriteString(address, path);
    before.push_back(address);
    before.push_back(path.size());
    before.insert(before.end(), after.begin(), after.end());
    return Call(name, before);
  }

  Errno Open(std::string_view path, uint32_t open_flags = 0,
             uint64_t rights = wasi::rights::kFdRead, uint32_t directory = kRootFd) {
    return CallPath("path_open", {directory, 1}, path, {open_flags, rights, ~uint64_t{0}, 0, kOut});
  }

  /// Opens what must open and returns its descriptor.
  uint32_t MustOpen(std::string_view path, uint64_t rights = wasi::rights::kFdRead,
                    uint32_t directory = kRootFd) {
    EXPECT_EQ(Open(path, 0, rights, directory), Errno::kSuccess) << path;
    return guest_.Read<uint32_t>(kOut);
  }

  void WriteIovecs(const std::vector<std::pair<uint32_t, uint32_t>>& iovecs) {
    uint32_t address = kIovecs;
    for (const auto& [buffer, length] : iovecs) {
      guest_.Write(address, wasi::Iovec{buffer, length});
      address += sizeof(wasi::Iovec);
    }
  }

  Errno Read(uint32_t fd, const std::vector<std::pair<uint32_t, uint32_t>>& iovecs) {
    WriteIovecs(iovecs);
    return Call("fd_read", {fd, kIovecs, iovecs.size(), kOut});
  }

  /// The result of one read of at most 100 bytes.
  std::string MustRead(uint32_t fd) {
    EXPECT_EQ(Read(fd, {{kBuffer, 100}}), Errno::kSuccess);
    return guest_.ReadString(kBuffer, guest_.Read<uint32_t>(kOut));
  }

  /// Where the next read of a file begins.
  uint64_t Tell(uint32_t fd) {
    EXPECT_EQ(Call("fd_tell", {fd, kOut}), Errno::kSuccess);
    return guest_.Read<uint64_t>(kOut);
  }

  Errno Write(uint32_t fd, std::string_view text) {
    guest_.WriteString(kBuffer, text);
    WriteIovecs({{kBuffer, static_cast<uint32_t>(text.size())}});
    return Call("fd_write", {fd, kIovecs, 1, kOut});
  }

  WasiState state_;
  FakeGuest<WasiState> guest_{WasiModule(), state_};
};

}  // namespace wasmedge_embed
