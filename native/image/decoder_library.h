#pragma once

#include <string>

namespace wasmedge_embed {

/// A decoder's shared library, opened when the first picture is to be decoded and never closed: who
/// does not use wasmedge_image needs no decoder.
class DecoderLibrary {
 public:
  /// `file`: by its SONAME, as the system's loader finds it. `remedy` says what to install. Throws
  /// `Error(kNativeLoad)`.
  DecoderLibrary(std::string file, std::string remedy);
  DecoderLibrary(const DecoderLibrary&) = delete;
  DecoderLibrary& operator=(const DecoderLibrary&) = delete;

  /// Throws `Error(kNativeLoad)` when the library has no such function.
  template <typename Function>
  void Resolve(const char* name, Function** function) const {
    *function = reinterpret_cast<Function*>(Symbol(name));
  }

 private:
  void* Symbol(const char* name) const;

  std::string file_;
  std::string remedy_;
  void* handle_;
};

}  // namespace wasmedge_embed
