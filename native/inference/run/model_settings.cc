#include "inference/run/model_settings.h"

#include <charconv>
#include <system_error>

#include "base/error.h"
#include "inference/check/model_reader.h"

namespace wasmedge_embed {
namespace {

// Longer than any list of shapes.
constexpr size_t kMaximumLength = size_t{64} << 10;
constexpr int kMaximumThreads = 64;

/// Parses the JSON (RFC 8259) form of `ModelSettings`.
class SettingsParser {
 public:
  explicit SettingsParser(std::string_view text) noexcept : text_(text) {}

  ModelSettings Parse() {
    ModelSettings settings;
    if (text_.size() > kMaximumLength) Refuse("at most 65,536 bytes");
    if (text_.empty()) return settings;
    ReadObject([&](const std::string& key) {
      if (key == "signature" && !settings.signature) {
        settings.signature = ReadString();
      } else if (key == "shapes" && settings.shapes.empty()) {
        ReadObject([&](const std::string& name) {
          if (!settings.shapes.emplace(name, ReadShape()).second) Refuse("each input once");
        });
      } else if (key == "threads" && !settings.threads) {
        settings.threads = ReadInteger();
        if (*settings.threads < 1 || *settings.threads > kMaximumThreads) {
          Refuse("1 to 64 threads");
        }
      } else {
        Refuse("'signature', 'shapes' and 'threads', each once");
      }
    });
    SkipSpace();
    if (at_ != text_.size()) Refuse("nothing after the object");
    return settings;
  }

 private:
  [[noreturn]] void Refuse(const std::string& expected) const {
    throw Error(ErrorCode::kInvalidArgument,
                "A model's settings are JSON such as {\"signature\": \"serving_default\", "
                "\"shapes\": {\"input\": [1, 224, 224, 3]}, \"threads\": 2}; expected " +
                    expected + " at byte " + std::to_string(at_) + ".");
  }

  void SkipSpace() noexcept {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool Take(char character) noexcept {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  void Expect(char character) {
    if (!Take(character)) Refuse(std::string("'") + character + "'");
  }

  template <typename ReadValue>
  void ReadObject(const ReadValue& read_value) {
    Expect('{');
    if (Take('}')) return;
    do {
      SkipSpace();
      const std::string key = ReadString();
      Expect(':');
      read_value(key);
    } while (Take(','));
    Expect('}');
  }

  std::vector<int32_t> ReadShape() {
    std::vector<int32_t> shape;
    Expect('[');
    if (Take(']')) return shape;
    do {
      shape.push_back(ReadInteger());
      if (shape.back() < 1 || shape.size() > TensorShape::kMaximumRank) {
        Refuse("at most 8 dimensions of at least 1");
      }
    } while (Take(','));
    Expect(']');
    return shape;
  }

  int32_t ReadInteger() {
    SkipSpace();
    int32_t number = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
    if (error != std::errc()) Refuse("an integer of 32 bits");
    at_ += static_cast<size_t>(end - begin);
    return number;
  }

  std::string ReadString() {
    Expect('"');
    std::string text;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char character = text_[at_];
      if (static_cast<unsigned char>(character) < ' ') Refuse("no control character");
      ++at_;
      if (character == '\\') {
        ReadEscape(&text);
      } else {
        text += character;
      }
    }
    Expect('"');
    return text;
  }

  void ReadEscape(std::string* text) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) Refuse("an escape");
    const char letter = text_[at_++];
    if (letter == 'u') {
      uint32_t code = ReadHexadecimal();
      constexpr uint32_t kHighSurrogate = 0xD800;
      constexpr uint32_t kLowSurrogate = 0xDC00;
      constexpr uint32_t kSurrogateEnd = 0xE000;
      constexpr uint32_t kSupplement = 0x10000;
      if (code >= kLowSurrogate && code < kSurrogateEnd) Refuse("a pair of surrogates");
      if (code >= kHighSurrogate && code < kLowSurrogate) {
        if (text_.substr(at_, 2) != "\\u") Refuse("a pair of surrogates");
        at_ += 2;
        const uint32_t low = ReadHexadecimal();
        if (low < kLowSurrogate || low >= kSurrogateEnd) Refuse("a pair of surrogates");
        code = kSupplement + ((code - kHighSurrogate) << 10) + (low - kLowSurrogate);
      }
      AppendUtf8(code, text);
      return;
    }
    const size_t index = kLetters.find(letter);
    if (index == std::string_view::npos) Refuse("an escape");
    *text += kCharacters[index];
  }

  uint32_t ReadHexadecimal() {
    constexpr size_t kDigits = 4;
    constexpr int kBase = 16;
    uint32_t code = 0;
    const std::string_view digits = text_.substr(at_, kDigits);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, kBase);
    if (digits.size() != kDigits || error != std::errc() || end != digits.data() + kDigits) {
      Refuse("four hexadecimal digits");
    }
    at_ += kDigits;
    return code;
  }

  static void AppendUtf8(uint32_t code, std::string* text) {
    const auto byte = [&](uint32_t value) { *text += static_cast<char>(value); };
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xC0 | code >> 6);
      byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      byte(0xE0 | code >> 12);
      byte(0x80 | (code >> 6 & 0x3F));
      byte(0x80 | (code & 0x3F));
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
      byte(0x80 | (code >> 6 & 0x3F));
      byte(0x80 | (code & 0x3F));
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

ModelSettings ModelSettings::Parse(std::string_view json) { return SettingsParser(json).Parse(); }

ModelSettings ModelSettings::With(const ModelSettings& others) const {
  ModelSettings both = *this;
  if (others.signature) {
    both.signature = others.signature;
    // The shapes were those of another graph's inputs.
    if (others.signature != signature) both.shapes.clear();
  }
  for (const auto& [name, shape] : others.shapes) both.shapes[name] = shape;
  if (others.threads) both.threads = others.threads;
  return both;
}

}  // namespace wasmedge_embed
