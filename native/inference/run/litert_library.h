#pragma once

#include <mutex>
#include <string>

#include "inference/run/litert_api.h"

namespace wasmedge_embed::litert {

/// The opened LiteRT library: its functions, and the process's only environment.
///
/// The library does not report its version. Instead, all functions that are used must exist, and
/// one that was introduced in 2.3; and the layout of what the library writes is checked with each
/// model that is read (`Model`).
///
/// Its messages do not go to the process's streams (`LitertOutput`), and if the system has no list
/// of the processors, it gets one (`LitertProcessors`).
///
/// Nothing is ever closed or destroyed: LiteRT's threads and this object file's redirections may be
/// in use until the process ends. For the same reason, opening it keeps this code loaded when the
/// addon is closed, as Node does at the end of a worker thread.
class Library {
 public:
  /// The process's library, opened by the first call; thread-safe. Its file: the environment
  /// variable WASMEDGE_EMBED_LITERT, otherwise libLiteRt.so in the directory of the shared object
  /// (or program) that contains this code. Throws `Error(kNativeLoad)`; the next call tries again.
  static const Library& Get();

  /// The file that `Get` opens.
  static std::string DefaultPath();

  /// Opens the library at `path`. For `Get` and tests. Throws `Error(kNativeLoad)`.
  explicit Library(const std::string& path);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const Api& api() const noexcept { return api_; }
  EnvironmentT* environment() const noexcept { return environment_; }

  /// Held while models and compiled models are created and destroyed: the environment is shared and
  /// not documented to be thread-safe. Runs need no lock.
  std::unique_lock<std::mutex> Lock() const { return std::unique_lock<std::mutex>(mutex_); }

 private:
  void* handle_ = nullptr;
  Api api_{};
  EnvironmentT* environment_ = nullptr;
  mutable std::mutex mutex_;
};

}  // namespace wasmedge_embed::litert
