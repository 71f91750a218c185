#pragma once

#include <cstdio>
#include <iosfwd>
#include <string>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Keeps what LiteRT says from the process's standard streams: it writes to stderr whatever its log
/// level is. Its own references to `stderr`, `std::cerr` and `std::cout` are redirected; the
/// process's streams and descriptors stay untouched. What it writes to descriptor 2 directly, it
/// writes before it aborts the process, and is left.
class LitertOutput {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLitertOutput;

  LitertOutput() = delete;

  static void Install(void* litert_library);

  /// The stream that LiteRT gets for its `stderr`: whatever is written to it goes to the `Scope` of
  /// the writing thread, or nowhere. Lives as long as the process.
  static std::FILE* File();

  /// The same for its `std::cerr` and `std::cout`.
  static std::ostream* Stream();

  /// Collects what LiteRT says on this thread while it lives, so that an error can tell LiteRT's
  /// own reason. Keeps the first 2,048 bytes. An inner one hides an outer one.
  class Scope : public ThreadScope<Scope> {
   public:
    /// The lines that report an error, without their "ERROR: " marks and joined by "; "; empty when
    /// there is none.
    std::string Errors() const;

    void Add(const char* text, size_t size) noexcept;

   private:
    std::string text_;
  };
};

}  // namespace wasmedge_embed
