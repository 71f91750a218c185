#include "plugin/program_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace wasmedge_embed::plugin {

std::optional<int> LogDescriptor() noexcept {
  const char* text = std::getenv("WASMEDGE_EMBED_LOG_DESCRIPTOR");
  if (text == nullptr) return std::nullopt;
  const char* const end = text + std::strlen(text);
  int descriptor = 0;
  const auto [rest, error] = std::from_chars(text, end, descriptor);
  // Not one of the guest's own.
  if (error != std::errc() || rest != end || descriptor <= STDERR_FILENO) return std::nullopt;
  if (fcntl(descriptor, F_GETFD) < 0) return std::nullopt;
  return descriptor;
}

void RedirectProgramLog() noexcept {
  static bool done = false;
  const std::optional<int> descriptor = LogDescriptor();
  if (done || !descriptor) return;
  done = true;
  std::fflush(stdout);
  // WasmEdge's logger writes to C's stream, whose pointer it has kept; its WASI writes to
  // descriptor
  // 1. So the stream gets another descriptor. The C library has no function for it: freopen() keeps
  // the number, and assigning `stdout` does not reach pointers that were kept.
  stdout->_fileno = *descriptor;
  constexpr std::string_view kGreeting = "{\"log\":1}\n";
  [[maybe_unused]] const ssize_t written = write(*descriptor, kGreeting.data(), kGreeting.size());
}

}  // namespace wasmedge_embed::plugin
