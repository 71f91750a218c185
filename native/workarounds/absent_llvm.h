#pragma once

#include <memory>
#include <string>

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

}  // namespace wasmedge_embed
