#pragma once

#include <memory>
#include <string>

namespace wasmedge_embed {

/// Spares a process LLVM, 130 MB of library that libwasmedge is linked to and needs only to
/// compile: 40 MB of resident pages and a third of the time until the first answer.
///
/// The dynamic linker looks for a library that is needed among those that are loaded, by name. So
/// before libwasmedge is opened, a library without code is, made in memory, that has libLLVM's name
/// and the symbols that libwasmedge imports. What calls LLVM there all the same (destructors of
/// static objects that are empty, at exit) finds a function that returns 0.
///
/// Not where LLVM is built into libwasmedge (the official release), is loaded already, or is asked
/// for by `WASMEDGE_EMBED_LLVM=load` in the environment: for a process in which another addon needs
/// the same version of libLLVM, which it would not find behind ours.
class AbsentLlvm {
 public:
  /// Puts the stand-in in place for the libwasmedge at `path`, an absolute one. On failure, and
  /// where there is nothing to spare, LLVM is loaded as ever.
  explicit AbsentLlvm(const std::string& path);

  /// Whether the library that is opened while this lives goes without LLVM, and cannot compile.
  bool is_in_place() const noexcept { return library_ != nullptr; }

 private:
  struct Close {
    void operator()(void* library) const noexcept;
  };
  // libwasmedge holds it from then on.
  std::unique_ptr<void, Close> library_;
};

}  // namespace wasmedge_embed
