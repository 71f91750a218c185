#include "plugin/starter.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/parent_process.h"
#include "plugin/quote.h"
#include "workarounds/absent_llvm.h"
#include "workarounds/program_log.h"

namespace wasmedge_embed::plugin {

namespace {

/// A number that is the entire text of a variable.
std::optional<int> NumberOf(const char* variable) noexcept {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const char* const end = text + std::strlen(text);
  int number = 0;
  const auto [rest, error] = std::from_chars(text, end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

void Report(int descriptor, std::string_view line) noexcept {
  [[maybe_unused]] const ssize_t written = write(descriptor, line.data(), line.size());
}

}  // namespace

void FollowParent() noexcept {
  static bool done = false;
  const std::optional<int> parent = NumberOf("WASMEDGE_EMBED_PARENT");
  if (done || !parent) return;
  done = true;
  // Another program may be in between, which has its own rules.
  if (getppid() == *parent) DieWithParent(*parent);
}

std::optional<int> LogDescriptor() noexcept {
  const std::optional<int> descriptor = NumberOf("WASMEDGE_EMBED_LOG_DESCRIPTOR");
  // Not one of the guest's own.
  if (!descriptor || *descriptor <= STDERR_FILENO) return std::nullopt;
  if (fcntl(*descriptor, F_GETFD) < 0) return std::nullopt;
  return descriptor;
}

void RedirectProgramLog() noexcept {
  static bool done = false;
  const std::optional<int> descriptor = LogDescriptor();
  if (done || !descriptor) return;
  done = true;
  LeadProgramLogTo(*descriptor);
  Report(*descriptor, "{\"log\":1}\n");
}

void ReportLibrary(const std::string& path) {
  static bool done = false;
  const std::optional<int> descriptor = LogDescriptor();
  if (done || !descriptor) return;
  done = true;
  const char* const llvm = IsLlvmLoaded() ? "true" : "false";
  Report(*descriptor, "{\"library\":" + Quote(path) + ",\"llvm\":" + llvm + "}\n");
}

}  // namespace wasmedge_embed::plugin
