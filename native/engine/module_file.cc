#include "engine/module_file.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/compiled_elf.h"
#include "engine/error.h"

namespace wasmedge_embed {
namespace {

constexpr uint8_t kWasmMagic[] = {0x00, 'a', 's', 'm'};
constexpr uint8_t kWasmVersion[] = {0x01, 0x00, 0x00, 0x00};
constexpr std::string_view kAotSectionName = "wasmedge";
constexpr uint8_t kAotLinux = 1;  // operating system field of the AOT section
#if defined(__x86_64__)
constexpr uint8_t kAotArchitecture = 1;
#elif defined(__aarch64__)
constexpr uint8_t kAotArchitecture = 2;
#else
#error "Compiled modules are known for x86-64 and aarch64 only."
#endif

/// A cursor over a .wasm binary (WebAssembly core specification, "Binary Format").
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool AtEnd() const { return position_ == size_; }

  std::optional<uint8_t> Byte() {
    if (position_ == size_) return std::nullopt;
    return data_[position_++];
  }

  /// An unsigned LEB128 number of 32 bits.
  std::optional<uint32_t> U32() {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const std::optional<uint8_t> byte = Byte();
      if (!byte) return std::nullopt;
      value |= uint64_t{*byte & 0x7FU} << shift;
      if ((*byte & 0x80U) == 0) {
        return value <= UINT32_MAX ? std::optional<uint32_t>(static_cast<uint32_t>(value))
                                   : std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// The next `size` bytes as a reader of their own.
  std::optional<Reader> Part(uint32_t size) {
    if (size > size_ - position_) return std::nullopt;
    Reader part(data_ + position_, size);
    position_ += size;
    return part;
  }

  std::string_view Text() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t position_ = 0;
};

[[noreturn]] void FailInvalid(const std::string& path, const std::string& reason) {
  throw Error(ErrorCode::kModuleInvalid, path + " " + reason);
}

void CheckAotSection(const wasmedge::Api& api, const std::string& path, Reader section) {
  const std::optional<uint32_t> version = section.U32();
  const std::optional<uint8_t> system = section.Byte();
  const std::optional<uint8_t> architecture = section.Byte();
  if (!version || !system || !architecture) {
    FailInvalid(path, "has a truncated section of compiled code. Compile it again.");
  }
  if (*version != api.aot_binary_version()) {
    FailInvalid(path, "was compiled for another version of WasmEdge (its compiled form is " +
                          std::to_string(*version) + ", WasmEdge " + api.version() + " runs " +
                          std::to_string(api.aot_binary_version()) +
                          "). Compile it again with this version.");
  }
  if (*system != kAotLinux || *architecture != kAotArchitecture) {
    FailInvalid(path,
                "was compiled for another system or processor. Compile it again on this kind of "
                "machine.");
  }
}

ModuleForm CheckWasm(const wasmedge::Api& api, const std::string& path,
                     const std::vector<uint8_t>& bytes) {
  constexpr size_t kHeaderSize = 8;
  if (bytes.size() < kHeaderSize) FailInvalid(path, "is truncated within its header.");
  if (std::memcmp(bytes.data() + sizeof kWasmMagic, kWasmVersion, sizeof kWasmVersion) != 0) {
    FailInvalid(path,
                "is not a core WebAssembly module of version 1 (a component, perhaps: those are "
                "not supported).");
  }
  Reader reader(bytes.data() + kHeaderSize, bytes.size() - kHeaderSize);
  ModuleForm form = ModuleForm::kPlain;
  while (!reader.AtEnd()) {
    const std::optional<uint8_t> id = reader.Byte();
    const std::optional<uint32_t> size = reader.U32();
    std::optional<Reader> section = size ? reader.Part(*size) : std::nullopt;
    if (!id || !section) FailInvalid(path, "is truncated or malformed: a section is cut off.");
    if (*id != 0) continue;
    const std::optional<uint32_t> name_size = section->U32();
    const std::optional<Reader> name = name_size ? section->Part(*name_size) : std::nullopt;
    if (!name) FailInvalid(path, "is malformed: a custom section has no name.");
    if (name->Text() == kAotSectionName) {
      CheckAotSection(api, path, *section);
      form = ModuleForm::kUniversal;
    }
  }
  return form;
}

}  // namespace

std::vector<uint8_t> ReadFile(const std::string& path) {
  const auto fail = [&path] {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": " + std::strerror(errno) + ".");
  };
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) fail();
  std::vector<uint8_t> bytes;
  size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.empty() ? 1 << 20 : bytes.size() * 2);
    const size_t got = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
    filled += got;
    if (got != 0) continue;
    if (std::ferror(file.get()) != 0) fail();
    break;
  }
  bytes.resize(filled);
  return bytes;
}

ModuleForm CheckModuleFile(const wasmedge::Api& api, const std::string& path,
                           const std::vector<uint8_t>& bytes) {
  if (bytes.empty()) FailInvalid(path, "is empty.");
  if (bytes.size() >= sizeof kWasmMagic &&
      std::memcmp(bytes.data(), kWasmMagic, sizeof kWasmMagic) == 0) {
    return CheckWasm(api, path, bytes);
  }
  if (LooksLikeElf(bytes)) {
    const std::string reason = CheckCompiledElf(bytes, api.aot_binary_version());
    if (!reason.empty()) FailInvalid(path, reason);
    return ModuleForm::kSharedLibrary;
  }
  FailInvalid(path,
              "is neither a WebAssembly module (.wasm) nor one compiled by WasmEdge (.so): it "
              "begins with other bytes.");
}

}  // namespace wasmedge_embed
