#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// A place in the process's one queue of untrusted modules that are to be compiled, for all threads
/// of JavaScript together. The first in it has the turn; whoever is destroyed gives the place up.
class CompileTurn {
 public:
  /// Modules that may wait while one is compiled.
  static constexpr size_t kMaxWaiting = 16;

  /// Joins at the end. Throws `Error(kQueueFull)`.
  CompileTurn();
  ~CompileTurn();
  CompileTurn(const CompileTurn&) = delete;
  CompileTurn& operator=(const CompileTurn&) = delete;

  bool IsFirst() const;

 private:
  uint64_t ticket_;
};

}  // namespace wasmedge_embed
