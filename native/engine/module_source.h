#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "binary/module_file.h"

namespace wasmedge_embed {

/// How to read a module.
struct SourceOptions {
  /// The module's name in messages: the path or name that the caller knows. Empty for the path.
  std::string name;
  /// Accept only WebAssembly: a shared object is rejected, and compiled code in a .wasm file is
  /// removed before anything else sees the bytes.
  bool only_wasm = false;
};

/// A module, read once from its file or given as bytes, and checked. What was checked is what is
/// used, whatever happens to the file in the meantime. The exception is a shared object, which the
/// system's loader opens again by its path; if it was given as bytes, its code cannot be opened.
class ModuleSource {
  // Only `Read` and `FromBytes` make them.
  struct Private {};

 public:
  /// Not for the main thread. Throws `Error`: `kNativeLoad` if there is no WasmEdge library,
  /// `kModuleLoad` if the file cannot be read, `kModuleInvalid` if it is not a module that this
  /// library can run, or `options` do not accept it.
  static std::shared_ptr<const ModuleSource> Read(const std::string& path,
                                                  const SourceOptions& options);
  /// The same for bytes, which `options` name.
  static std::shared_ptr<const ModuleSource> FromBytes(std::vector<uint8_t> bytes,
                                                       const SourceOptions& options);

  explicit ModuleSource(Private) {}
  ModuleSource(const ModuleSource&) = delete;
  ModuleSource& operator=(const ModuleSource&) = delete;

  /// Absolute; empty for bytes.
  const std::string& path() const noexcept { return path_; }
  /// Its name in messages.
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
