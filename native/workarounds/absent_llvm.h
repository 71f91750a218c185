#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>

#include "base/memory_file.h"

namespace wasmedge_embed {

/// Keeps LLVM out of a process, a library of 130 MB that libwasmedge is linked to and needs only to
/// compile: this saves 40 MB of resident pages and a third of the time until the first result.
///
/// The dynamic linker looks for a needed library among the loaded ones, by name. So before
/// libwasmedge is opened, this opens a library without code, created in memory, that has libLLVM's
/// name and the symbols that libwasmedge imports. Code that still calls LLVM (destructors of empty
/// static objects, at exit) gets a function that returns 0.
///
/// Not done if LLVM is built into libwasmedge (the official release), is already loaded, or is
/// requested by `WASMEDGE_EMBED_LLVM=load` in the environment: for a process in which another addon
/// needs the same version of libLLVM, which our stand-in would hide.
class AbsentLlvm {
 public:
  /// Installs the stand-in for the libwasmedge at `path`, which must be absolute. If that fails, or
  /// if there is nothing to save, LLVM is loaded as usual.
  explicit AbsentLlvm(const std::string& path);

  /// Whether a library opened while this exists has no LLVM and so cannot compile.
  bool is_in_place() const noexcept { return library_ != nullptr; }

 private:
  struct Close {
    void operator()(void* library) const noexcept;
  };
  // From then on, libwasmedge holds it.
  std::unique_ptr<void, Close> library_;
};

/// The stand-in for processes of WasmEdge's own program, in which the dynamic linker loads it
/// before everything else if it is in LD_PRELOAD. It contains nothing of this process and cannot be
/// changed, so all of them can have the same file.
class AbsentLlvmFile {
 public:
  /// For the libwasmedge at `path`, which must be absolute.
  explicit AbsentLlvmFile(const std::string& path);

  /// The file's descriptor. Nothing if it could not be created, if the library needs no LLVM, or if
  /// another library is there by now (an update), which may need other symbols.
  std::optional<int> descriptor() const noexcept;

 private:
  const std::string path_;
  struct stat library_{};
  std::unique_ptr<const MemoryFile> file_;
};

/// Whether this process has loaded a libLLVM that is not a stand-in.
bool IsLlvmLoaded() noexcept;

}  // namespace wasmedge_embed
