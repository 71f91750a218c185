#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace wasmedge_embed::test {

/// A WebAssembly binary from its sections, each with its identifier and payload of less than 16
/// KiB.
inline std::vector<uint8_t> WasmModule(
    std::initializer_list<std::pair<uint8_t, std::vector<uint8_t>>> sections) {
  std::vector<uint8_t> bytes{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
  for (const auto& [id, payload] : sections) {
    bytes.push_back(id);
    if (payload.size() >= 0x80) bytes.push_back(static_cast<uint8_t>(payload.size() | 0x80));
    bytes.push_back(
        static_cast<uint8_t>(payload.size() < 0x80 ? payload.size() : payload.size() >> 7));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  return bytes;
}

/// (module (memory 1)
///   (func (export "ok") (result i32) (i32.const 42))
///   (func (export "bounds") (result i32) (i32.load (i32.const 0x7fffff00)))
///   (func (export "divide") (result i32) (i32.div_s (i32.const 1) (i32.load (i32.const 0))))
///   (func (export "spin") (result i32) (loop (br 0)) (unreachable))
///   (func $recurse (export "recurse") (result i32)
///     (i32.add (call $recurse) (i32.load (i32.const 0)))))
/// The recursion is no tail call: memory is read after it.
inline std::vector<uint8_t> TrappingModule() {
  return WasmModule({
      {1, {1, 0x60, 0, 1, 0x7F}},
      {3, {5, 0, 0, 0, 0, 0}},
      {5, {1, 0, 1}},
      {7, {5,   2, 'o', 'k', 0,   0,   6,   'b', 'o', 'u', 'n', 'd', 's', 0,
           1,   6, 'd', 'i', 'v', 'i', 'd', 'e', 0,   2,   4,   's', 'p', 'i',
           'n', 0, 3,   7,   'r', 'e', 'c', 'u', 'r', 's', 'e', 0,   4}},
      {10,
       {5,
        // ok
        4, 0, 0x41, 42, 0x0B,
        // bounds
        11, 0, 0x41, 0x80, 0xFE, 0xFF, 0xFF, 0x07, 0x28, 2, 0, 0x0B,
        // divide
        10, 0, 0x41, 1, 0x41, 0, 0x28, 2, 0, 0x6D, 0x0B,
        // spin
        8, 0, 0x03, 0x40, 0x0C, 0, 0x0B, 0x00, 0x0B,
        // recurse
        10, 0, 0x10, 4, 0x41, 0, 0x28, 2, 0, 0x6A, 0x0B}},
  });
}

/// A file in the temporary folder, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& ending) {
    std::string name = "/tmp/wasmedge-embed-XXXXXX" + ending;
    const int descriptor = mkstemps(name.data(), static_cast<int>(ending.size()));
    if (descriptor >= 0) close(descriptor);
    path_ = name;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

  void Write(const std::vector<uint8_t>& bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::string path_;
};

}  // namespace wasmedge_embed::test
