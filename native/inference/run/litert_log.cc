#include "inference/run/litert_log.h"

#include <sys/types.h>

#include <algorithm>
#include <memory>
#include <new>
#include <ostream>
#include <streambuf>
#include <string_view>

#include "base/error.h"

namespace wasmedge_embed::litert {
namespace {

constexpr size_t kMaximumText = 2048;
constexpr std::string_view kErrorMark = "ERROR: ";

thread_local LogCapture* current_capture = nullptr;

class LogBuffer : public std::streambuf {
 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
};

}  // namespace

void Log(const char* text, size_t size) noexcept {
  LogCapture* capture = current_capture;
  if (capture == nullptr) return;
  try {
    capture->text_.append(text, std::min(size, kMaximumText - capture->text_.size()));
  } catch (const std::bad_alloc&) {
    // The reason of an error is lost, not the error.
  }
}

namespace {

LogBuffer::int_type LogBuffer::overflow(int_type character) {
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    const char text = traits_type::to_char_type(character);
    Log(&text, 1);
  }
  return traits_type::not_eof(character);
}

std::streamsize LogBuffer::xsputn(const char* text, std::streamsize size) {
  Log(text, static_cast<size_t>(size));
  return size;
}

ssize_t WriteLog(void*, const char* text, size_t size) {
  Log(text, size);
  return static_cast<ssize_t>(size);
}

}  // namespace

std::FILE* LogFile() {
  static std::FILE* const file = [] {
    std::FILE* opened = fopencookie(nullptr, "w", {nullptr, WriteLog, nullptr, nullptr});
    if (opened == nullptr) throw std::bad_alloc();
    // Without a buffer each text is handed over by the thread that writes it, and nothing is left
    // to be written when the process ends.
    std::setvbuf(opened, nullptr, _IONBF, 0);
    return opened;
  }();
  return file;
}

std::ostream* LogStream() {
  // Never destroyed: LiteRT's threads and destructors may still write while the process ends.
  static std::ostream* const stream =
      std::make_unique<std::ostream>(std::make_unique<LogBuffer>().release()).release();
  return stream;
}

LogCapture::LogCapture() noexcept : outer_(current_capture) { current_capture = this; }

LogCapture::~LogCapture() { current_capture = outer_; }

std::string LogCapture::Errors() const {
  std::string errors;
  std::string_view rest = text_;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.substr(0, kErrorMark.size()) != kErrorMark) continue;
    line.remove_prefix(kErrorMark.size());
    if (!errors.empty()) errors += "; ";
    errors += line;
  }
  return errors;
}

void Check(Status status, const std::string& task, const LogCapture& log) {
  if (status == kStatusOk) return;
  std::string reason = log.Errors();
  if (!reason.empty()) reason = ": " + reason;
  throw Error(ErrorCode::kModel,
              "LiteRT cannot " + task + " (" + StatusText(status) + ")" + reason);
}

}  // namespace wasmedge_embed::litert
