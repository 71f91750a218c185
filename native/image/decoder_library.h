#pragma once

#include <string>

namespace wasmedge_embed {

/// A decoder's shared library, opened when the first picture is decoded and never closed: no
/// decoder is needed unless wasmedge_image is used.
class DecoderLibrary {
 public:
  /// `file`: its SONAME, which the system's loader finds. `remedy` says what to install. Throws
  /// `Error(kNativeLoad)`.
  DecoderLibrary(std::string file, std::string remedy);
  DecoderLibrary(const DecoderLibrary&) = delete;
  DecoderLibrary& operator=(const DecoderLibrary&) = delete;

  /// Throws `Error(kNativeLoad)` if the library does not have this function.
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
