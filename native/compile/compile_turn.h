#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// A place in the process's only queue of untrusted modules to be compiled, for all JavaScript
/// threads together. The first place has the turn; destroying the object gives up the place.
class CompileTurn {
 public:
  /// The most modules that may wait while one is compiled.
  static constexpr size_t kMaxWaiting = 16;

  /// Joins the queue at the end. Throws `Error(kQueueFull)`.
  CompileTurn();
  ~CompileTurn();
  CompileTurn(const CompileTurn&) = delete;
  CompileTurn& operator=(const CompileTurn&) = delete;

  bool IsFirst() const;

 private:
  uint64_t ticket_;
};

}  // namespace wasmedge_embed
