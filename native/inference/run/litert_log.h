#pragma once

#include <cstdio>
#include <iosfwd>
#include <string>

#include "inference/run/litert_api.h"

namespace wasmedge_embed::litert {

/// The stream that LiteRT gets for its `stderr`: whatever is written to it goes to the
/// `LogCapture` of the writing thread, or nowhere. Lives as long as the process.
std::FILE* LogFile();

/// The same for its `std::cerr` and `std::cout`.
std::ostream* LogStream();

/// Collects what LiteRT says on this thread while it lives, so that an error can tell LiteRT's own
/// reason. Keeps the first 2,048 bytes. An inner capture hides an outer one.
class LogCapture {
 public:
  LogCapture() noexcept;
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// The lines that report an error, without their "ERROR: " marks and joined by "; "; empty when
  /// there is none.
  std::string Errors() const;

 private:
  friend void Log(const char* text, size_t size) noexcept;

  LogCapture* outer_;
  std::string text_;
};

/// Throws `Error(kModel)` "LiteRT cannot `task` (status …): its reason" unless the status is
/// success.
void Check(Status status, const std::string& task, const LogCapture& log);

}  // namespace wasmedge_embed::litert
