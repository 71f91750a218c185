#include "workarounds/litert_output.h"

#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <ostream>
#include <streambuf>
#include <string_view>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kMaximumText = 2048;
constexpr std::string_view kErrorMark = "ERROR: ";

void Say(const char* text, size_t size) noexcept {
  if (auto* const scope = LitertOutput::Scope::Current()) scope->Add(text, size);
}

class LogBuffer : public std::streambuf {
 protected:
  int_type overflow(int_type character) override {
    if (!traits_type::eq_int_type(character, traits_type::eof())) {
      const char text = traits_type::to_char_type(character);
      Say(&text, 1);
    }
    return traits_type::not_eof(character);
  }

  std::streamsize xsputn(const char* text, std::streamsize size) override {
    Say(text, static_cast<size_t>(size));
    return size;
  }
};

ssize_t Write(void*, const char* text, size_t size) {
  Say(text, size);
  return static_cast<ssize_t>(size);
}

}  // namespace

void LitertOutput::Install(void* litert_library) {
  const ElfSlots slots(litert_library);
  // A variable's slot holds its address: that of `FILE* stderr`, or of a stream object.
  static std::FILE* file = File();
  slots.Redirect("stderr", &file);
  slots.Redirect("_ZSt4cerr", Stream());
  slots.Redirect("_ZSt4cout", Stream());
}

std::FILE* LitertOutput::File() {
  static std::FILE* const file = [] {
    std::FILE* opened = fopencookie(nullptr, "w", {nullptr, Write, nullptr, nullptr});
    if (opened == nullptr) throw std::bad_alloc();
    // Without a buffer, each text is passed on by the thread that writes it, and nothing remains to
    // be written when the process ends.
    std::setvbuf(opened, nullptr, _IONBF, 0);
    return opened;
  }();
  return file;
}

std::ostream* LitertOutput::Stream() {
  // Never destroyed: LiteRT's threads and destructors may still write while the process ends.
  static std::ostream* const stream =
      std::make_unique<std::ostream>(std::make_unique<LogBuffer>().release()).release();
  return stream;
}

void LitertOutput::Scope::Add(const char* text, size_t size) noexcept {
  try {
    text_.append(text, std::min(size, kMaximumText - text_.size()));
  } catch (const std::bad_alloc&) {
    // The reason for an error is lost, but not the error.
  }
}

std::string LitertOutput::Scope::Errors() const {
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

}  // namespace wasmedge_embed
