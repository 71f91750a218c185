#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "host/assembly_script.h"
#include "test/fake_guest.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kText = 64;
constexpr uint32_t kFile = 4096;
constexpr uint32_t kMemoryEnd = 65'536;

class AssemblyScriptTest : public testing::Test {
 protected:
  AssemblyScriptTest()
      : state_{[this](std::string_view text) { stderr_ += text; }},
        guest_(AssemblyScriptModule(), state_) {}

  /// Places a string in AssemblyScript's format, preceded by the number of its bytes.
  void Place(uint32_t address, const std::u16string& text) {
    const auto size = static_cast<uint32_t>(text.size() * 2);
    std::memcpy(guest_.memory().data() + address - 4, &size, sizeof size);
    std::memcpy(guest_.memory().data() + address, text.data(), size);
  }

  /// The message with which `abort` ends the guest.
  std::string Abort(uint32_t message, uint32_t file, uint32_t line = 3, uint32_t column = 5) {
    try {
      guest_.Call("abort", {message, file, line, column});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kTrap);
      EXPECT_EQ(error.detail(), "abort");
      return error.what();
    }
    return "returned";
  }

  void Trace(uint32_t message, uint32_t count, std::vector<double> numbers) {
    std::vector<uint64_t> arguments{message, count};
    numbers.resize(5);
    for (const double number : numbers) {
      uint64_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      arguments.push_back(bits);
    }
    EXPECT_EQ(guest_.Call("trace", arguments), HostOutcome::kReturn);
  }

  std::string stderr_;
  AssemblyScriptState state_;
  FakeGuest<AssemblyScriptState> guest_;
};

TEST_F(AssemblyScriptTest, AbortsWithMessageAndPlace) {
  Place(kText, u"größe 🙂");
  Place(kFile, u"assembly/index.ts");
  EXPECT_EQ(Abort(kText, kFile), "The guest aborted: größe 🙂 (assembly/index.ts:3:5).");
  EXPECT_EQ(Abort(0, 0), "The guest aborted: no message (unknown file:3:5).");
}

TEST_F(AssemblyScriptTest, TakesHostileStrings) {
  Place(kText, {u'a', char16_t{0xD800}, u'b', char16_t{0xDC00}, char16_t{0xD83D}});
  EXPECT_EQ(Abort(kText, 0), "The guest aborted: a\uFFFDb\uFFFD\uFFFD (unknown file:3:5).");
  for (const uint32_t address : {1u, 3u, kMemoryEnd - 1, kMemoryEnd, 0xFFFF'FFFFu}) {
    EXPECT_EQ(Abort(address, address), "The guest aborted: no message (unknown file:3:5).");
  }
  // The longest possible, and longer than the memory.
  for (const uint32_t size : {kMemoryEnd - kText, kMemoryEnd - kText + 1, 0xFFFF'FFFFu}) {
    std::memcpy(guest_.memory().data() + kText - 4, &size, sizeof size);
    const std::string message = Abort(kText, 0);
    EXPECT_EQ(message.find("no message") == std::string::npos, size == kMemoryEnd - kText);
    EXPECT_LT(message.size(), 20'000u);
  }
  // An odd number of bytes, at the very end.
  const uint32_t three = 3;
  std::memcpy(guest_.memory().data() + kMemoryEnd - 7, &three, sizeof three);
  EXPECT_NE(Abort(kMemoryEnd - 3, 0), "returned");
}

TEST_F(AssemblyScriptTest, TracesToStandardError) {
  Place(kText, u"sum");
  Trace(kText, 0, {});
  Trace(kText, 2, {1, 2.5});
  Trace(kText, 0xFFFF'FFFF, {1e21, -0.0, 0.1, 3, 4});
  EXPECT_EQ(stderr_, "trace: sum\ntrace: sum 1, 2.5\ntrace: sum 1e+21, -0, 0.1, 3, 4\n");
}

TEST_F(AssemblyScriptTest, WritesAsManyDigitsAsTheNumberNeeds) {
  Place(kText, u"sum");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Trace(kText, 5, {0.1 + 0.2, 1.0 / 3, 5e-324, 1.7976931348623157e308, 100});
  Trace(kText, 3, {kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(stderr_,
            "trace: sum 0.30000000000000004, 0.3333333333333333, 5e-324, "
            "1.7976931348623157e+308, 100\ntrace: sum inf, -inf, nan\n");
}

TEST_F(AssemblyScriptTest, SeedsAnInteger) {
  guest_.Call("seed", {});
  const uint64_t first = guest_.result();
  guest_.Call("seed", {});
  EXPECT_NE(first, guest_.result());
  double number;
  std::memcpy(&number, &first, sizeof number);
  EXPECT_GE(number, 0);
  EXPECT_LT(number, 9007199254740992.0);
  EXPECT_EQ(number, static_cast<double>(static_cast<uint64_t>(number)));
}

}  // namespace
}  // namespace wasmedge_embed
