#pragma once

#include <cstdio>
#include <iosfwd>
#include <string>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Keeps LiteRT's messages out of the process's standard streams: it writes to stderr at any log
/// level. Its own references to `stderr`, `std::cerr` and `std::cout` are redirected; the process's
/// streams and descriptors are not changed. What it writes directly to descriptor 2, it writes
/// before it aborts the process, and this is left alone.
class LitertOutput {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLitertOutput;

  LitertOutput() = delete;

  static void Install(void* litert_library);

  /// The stream that LiteRT gets as its `stderr`: what is written to it goes to the `Scope` of the
  /// writing thread, or nowhere. Exists as long as the process.
  static std::FILE* File();

  /// The same for its `std::cerr` and `std::cout`.
  static std::ostream* Stream();

  /// Collects LiteRT's messages on this thread while it exists, so that an error can include
  /// LiteRT's own reason. Keeps the first 2,048 bytes. An inner scope hides an outer one.
  class Scope : public ThreadScope<Scope> {
   public:
    /// The lines that report an error, without their prefix "ERROR: " and joined with "; "; empty
    /// if there are none.
    std::string Errors() const;

    void Add(const char* text, size_t size) noexcept;

   private:
    std::string text_;
  };
};

}  // namespace wasmedge_embed
