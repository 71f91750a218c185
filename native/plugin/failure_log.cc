#include "plugin/failure_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>

#include "plugin/quote.h"
#include "plugin/starter.h"

namespace wasmedge_embed::plugin {
namespace {

std::string Line(const Error& error) {
  std::string line = "{\"code\":" + Quote(ErrorCodeName(error.code()));
  if (error.code() == ErrorCode::kLimit) line += ",\"limit\":" + Quote(error.detail());
  if (error.code() == ErrorCode::kTrap) line += ",\"trap\":" + Quote(error.detail());
  return line + ",\"message\":" + Quote(error.what()) + "}\n";
}

std::string Line(const InferenceFailure& failure) {
  return "{\"function\":" + Quote(failure.function) +
         ",\"errno\":" + std::to_string(failure.number) + ",\"reason\":" + Quote(failure.reason) +
         "}\n";
}

/// In a single write, so that the lines of several processes do not mix.
void Append(int file, const std::string& line) {
  [[maybe_unused]] const ssize_t written = write(file, line.data(), line.size());
}

template <typename Failure>
void Log(const Failure& failure) noexcept {
  const char* path = std::getenv("WASMEDGE_EMBED_LOG");
  const std::optional<int> descriptor = LogDescriptor();
  const bool has_file = path != nullptr && *path != '\0';
  if (!has_file && !descriptor) return;
  try {
    const std::string line = Line(failure);
    if (descriptor) Append(*descriptor, line);
    if (!has_file) return;
    const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (file < 0) return;
    Append(file, line);
    close(file);
  } catch (const std::bad_alloc&) {
    // The reason is lost, but not the failure.
  }
}

}  // namespace

void LogFailure(const Error& error) noexcept { Log(error); }

void LogInferenceFailure(const InferenceFailure& failure) noexcept { Log(failure); }

void EndProgram(const Error& error) noexcept {
  LogFailure(error);
  if (!LogDescriptor()) std::fprintf(stderr, "wasmedge-embed: %s\n", error.what());
  // Nothing is cleaned up: the engine is in the middle of its work.
  _exit(EXIT_FAILURE);
}

}  // namespace wasmedge_embed::plugin
