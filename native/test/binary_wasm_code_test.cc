#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "binary/wasm_code.h"

namespace wasmedge_embed {
namespace {

using Binary = std::vector<uint8_t>;

void Append(Binary& bytes, const Binary& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// For content of less than 128 bytes.
Binary Sized(const Binary& content) {
  Binary bytes{static_cast<uint8_t>(content.size())};
  Append(bytes, content);
  return bytes;
}

/// A module of two types, () -> () and (i32, i32) -> (i32), and a function of the first, whose body
/// consists of these bytes: locals, instructions and the final end.
Binary ModuleOf(const Binary& body) {
  Binary module{0, 'a', 's', 'm', 1, 0, 0, 0};
  Append(module, {1, 10, 2, 0x60, 0, 0, 0x60, 2, 0x7F, 0x7F, 1, 0x7F});
  Append(module, {3, 2, 1, 0});
  Binary code{1};
  Append(code, Sized(body));
  module.push_back(10);
  Append(module, Sized(code));
  return module;
}

/// The reason for a refusal; empty if there is none.
std::string Check(const Binary& module, CodeReading reading = CodeReading::kBodies) {
  try {
    CheckCode(ReadWasmOutline({module.data(), module.size()}, "guest.wasm"), reading, "guest.wasm");
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModuleInvalid);
    return error.what();
  }
}

/// Whether a body without locals and with these instructions is accepted. Each is followed by
/// enough bytes to detect one byte read too many or too few.
bool Takes(const Binary& instructions) {
  Binary body{0};
  Append(body, instructions);
  body.push_back(0x0B);
  return Check(ModuleOf(body)).empty();
}

/// Whether a body of these instructions is reported to make tail calls.
bool MakesTailCalls(const Binary& instructions, CodeReading reading = CodeReading::kBodies) {
  Binary body{0};
  Append(body, instructions);
  body.push_back(0x0B);
  const Binary module = ModuleOf(body);
  const WasmOutline outline = ReadWasmOutline({module.data(), module.size()}, "guest.wasm");
  return CheckCode(outline, reading, "guest.wasm").makes_tail_calls;
}

TEST(WasmCodeTest, TellsWhetherTailCallsAreMade) {
  EXPECT_FALSE(MakesTailCalls({}));
  EXPECT_FALSE(MakesTailCalls({0x10, 0}));
  EXPECT_FALSE(MakesTailCalls({0x11, 0, 0}));
  EXPECT_TRUE(MakesTailCalls({0x12, 0}));
  EXPECT_TRUE(MakesTailCalls({0x13, 0, 0}));
  // Even if unreachable, and next to other instructions.
  EXPECT_TRUE(MakesTailCalls({0x10, 0, 0x00, 0x02, 0x40, 0x12, 0, 0x0B, 0x10, 0}));
  // The same byte as an immediate is not a tail call.
  EXPECT_FALSE(MakesTailCalls({0x10, 0x12, 0x41, 0x13, 0x1A}));
  EXPECT_FALSE(MakesTailCalls({0x12, 0}, CodeReading::kLocals));
}

TEST(WasmCodeTest, TakesWhatFollowsEachOpcode) {
  // The immediates would be unknown opcodes.
  for (const Binary& each : std::vector<Binary>{
           {0x00},
           {0x02, 0x40, 0x0B},
           {0x03, 0x7B, 0x0B},
           {0x04, 0x01, 0x05, 0x0B},
           {0x02, 0x81, 0x80, 0x80, 0x80, 0x00, 0x0B},
           {0x0C, 0xFF, 0x07},
           {0x0E, 2, 7, 7, 7},
           {0x0F},
           {0x10, 0x07},
           {0x11, 0x01, 0x07},
           {0x12, 0x07},
           {0x13, 0x01, 0x07},
           {0x1B},
           {0x1C, 1, 0x7F},
           {0x20, 0xFF, 0xFF, 0x03},
           {0x26, 0x07},
           {0x28, 0x07, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F},
           {0x3F, 0x07},
           {0x42, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00},
           {0x43, 7, 7, 7, 7},
           {0x44, 7, 7, 7, 7, 7, 7, 7, 7},
           {0x45},
           {0xC4},
           {0xD0, 0x6F},
           {0xD2, 0x07},
           {0xFC, 0x07},
           {0xFC, 0x08, 0x07, 0x07},
           {0xFC, 0x09, 0x07},
           {0xFC, 0x0B, 0x07},
           {0xFC, 0x0E, 0x07, 0x07},
           {0xFC, 0x11, 0x07},
           {0xFD, 0x0B, 0x07, 0x07},
           {0xFD, 0x0C, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7},
           {0xFD, 0x15, 0x07},
           {0xFD, 0x22, 0x07},
           {0xFD, 0x23},
           {0xFD, 0x54, 0x07, 0x07, 0x07},
           {0xFD, 0x5D, 0x07, 0x07},
           {0xFD, 0x93, 0x02},
       }) {
    EXPECT_TRUE(Takes(each)) << static_cast<int>(each[0]) << " " << each.size();
    // Without the last byte, the immediate swallows the end.
    EXPECT_FALSE(each.size() > 1 && Takes({each.begin(), each.end() - 1}));
    // The opcode 7 is unknown, so an unread byte is detected.
    Binary longer = each;
    longer.push_back(0x07);
    EXPECT_FALSE(Takes(longer));
  }
}

TEST(WasmCodeTest, RefusesInstructionsOfWhatIsOff) {
  for (const unsigned opcode :
       {0x06U, 0x07U, 0x08U, 0x09U, 0x0AU, 0x14U, 0x15U, 0x18U, 0x19U, 0x1FU, 0x27U,
        0xC5U, 0xCFU, 0xD3U, 0xD4U, 0xD5U, 0xD6U, 0xFAU, 0xFBU, 0xFEU, 0xFFU}) {
    EXPECT_FALSE(Takes({static_cast<uint8_t>(opcode), 0, 0, 0})) << opcode;
  }
  EXPECT_FALSE(Takes({0xFC, 0x12, 0x00}));
  EXPECT_FALSE(Takes({0xFD, 0x94, 0x02}));
  EXPECT_NE(Check(ModuleOf({0, 0xFE, 3, 0, 0x0B})).find("instruction 0xfe in function 0"),
            std::string::npos);
}

TEST(WasmCodeTest, RefusesBlockTypesThatAreWrittenInAnotherWay) {
  EXPECT_FALSE(Takes({0x02, 0xC0, 0x7F, 0x0B}));
  EXPECT_FALSE(Takes({0x02, 0xC0, 0x7E, 0x0B}));
  EXPECT_FALSE(Takes({0x02, 0xFF, 0x7F, 0x0B}));
  EXPECT_FALSE(Takes({0x02, 0x6E, 0x0B}));
  EXPECT_FALSE(Takes({0x02, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0B}));
}

TEST(WasmCodeTest, RefusesWhatIsCutOffAtAnyByte) {
  const Binary body{1, 2, 0x7E, 0x02, 0x40, 0x41, 0x07, 0x1A, 0x0B, 0x0B};
  EXPECT_EQ(Check(ModuleOf(body)), "");
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_NE(Check(ModuleOf({body.begin(), body.begin() + static_cast<ptrdiff_t>(size)})), "");
  }
  Binary longer = body;
  longer.push_back(0x01);
  EXPECT_NE(Check(ModuleOf(longer)).find("bytes follow the end"), std::string::npos);
}

TEST(WasmCodeTest, SumsLocalsWithoutOverflow) {
  // Two times 2^32 - 1, plus three: 1 in 32 bits.
  const Binary most{0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F};
  Binary body{3};
  Append(body, most);
  Append(body, most);
  Append(body, {3, 0x7F, 0x0B});
  for (const CodeReading reading : {CodeReading::kLocals, CodeReading::kBodies}) {
    EXPECT_EQ(Check(ModuleOf(body), reading),
              "guest.wasm has 8589934593 locals in a function; the limit is 50000.");
  }
}

TEST(WasmCodeTest, OfCompiledModulesOnlyLocalsAreRead) {
  EXPECT_EQ(Check(ModuleOf({0, 0xFE, 3, 0, 0x0B}), CodeReading::kLocals), "");
  EXPECT_NE(Check(ModuleOf({1, 1, 0x69, 0x0B}), CodeReading::kLocals), "");
}

}  // namespace
}  // namespace wasmedge_embed
