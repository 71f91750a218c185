#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "binary/module_file.h"

namespace wasmedge_embed {

/// How a module is read.
struct SourceOptions {
  /// What messages call the module: the path or name that the caller knows it by. Empty for the
  /// path.
  std::string name;
  /// Take nothing but WebAssembly: a shared object is refused, and compiled code inside a .wasm is
  /// dropped before anything else sees the bytes.
  bool only_wasm = false;
};

/// A module, read once from its file or taken as bytes, and checked. What was checked is what is
/// used, whatever becomes of the file meanwhile; but for a shared object, which the system's loader
/// opens by its path again: of one that was taken as bytes the code cannot be opened.
class ModuleSource {
  // Only `Read` and `FromBytes` make them.
  struct Private {};

 public:
  /// Not for the main thread. Throws `Error`: `kNativeLoad` without a WasmEdge library,
  /// `kModuleLoad` when the file cannot be read, `kModuleInvalid` when it is no module that this
  /// library runs, or one that `options` does not take.
  static std::shared_ptr<const ModuleSource> Read(const std::string& path,
                                                  const SourceOptions& options);
  /// The same of bytes, which `options` name.
  static std::shared_ptr<const ModuleSource> FromBytes(std::vector<uint8_t> bytes,
                                                       const SourceOptions& options);

  explicit ModuleSource(Private) {}
  ModuleSource(const ModuleSource&) = delete;
  ModuleSource& operator=(const ModuleSource&) = delete;

  /// Absolute; empty of what was taken as bytes.
  const std::string& path() const noexcept { return path_; }
  /// What messages call it.
  const std::string& name() const noexcept { return name_; }
  const std::vector<uint8_t>& bytes() const noexcept { return bytes_; }
  const ModuleFacts& facts() const noexcept { return facts_; }

 private:
  static std::shared_ptr<const ModuleSource> Make(std::string path, std::string name,
                                                  std::vector<uint8_t> bytes, bool only_wasm);

  std::string path_;
  std::string name_;
  std::vector<uint8_t> bytes_;
  /// Borrows from `bytes_`.
  ModuleFacts facts_;
};

}  // namespace wasmedge_embed
