#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "binary/wasm_outline.h"

namespace wasmedge_embed {
namespace {

using Binary = std::vector<uint8_t>;

/// A module of sections of less than 128 bytes, each with its identifier first.
Binary ModuleOf(const std::vector<Binary>& sections) {
  Binary module{0, 'a', 's', 'm', 1, 0, 0, 0};
  for (const Binary& section : sections) {
    module.push_back(section[0]);
    module.push_back(static_cast<uint8_t>(section.size() - 1));
    module.insert(module.end(), section.begin() + 1, section.end());
  }
  return module;
}

WasmOutline Read(const Binary& module) {
  return ReadWasmOutline({module.data(), module.size()}, "guest.wasm");
}

/// The reason for a refusal; empty if there is none.
std::string Refusal(const std::vector<Binary>& sections) {
  try {
    Read(ModuleOf(sections));
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModuleInvalid);
    return error.what();
  }
}

TEST(WasmOutlineTest, ReadsTypesAndFunctions) {
  const Binary module = ModuleOf({{1, 2, 0x60, 2, 0x7F, 0x6F, 1, 0x7B, 0x60, 0, 0},
                                  {2, 2, 1, 'm', 1, 'n', 0, 0, 0, 0, 2, 1, 3, 4},
                                  {3, 2, 1, 0},
                                  {0, 8, 'w', 'a', 's', 'm', 'e', 'd', 'g', 'e', 5, 6},
                                  {10, 2, 2, 0, 0x0B, 2, 0, 0x0B}});
  const WasmOutline outline = Read(module);
  EXPECT_EQ(outline.imported_functions, 1U);
  ASSERT_EQ(outline.functions, (std::vector<uint32_t>{0, 1, 0}));
  EXPECT_EQ(outline.TypeOfFunction(0).parameters, 2U);
  EXPECT_EQ(outline.TypeOfFunction(0).results, 1U);
  EXPECT_EQ(outline.TypeOfFunction(1).parameters, 0U);
  EXPECT_EQ(outline.TypeOfFunction(3).parameters, 0U);
  EXPECT_EQ(outline.memory_minimum, 3U);
  EXPECT_EQ(outline.compiled_section->size, 2U);
  EXPECT_EQ(outline.compiled_section->data[0], 5);
  EXPECT_EQ(outline.code.size, 7U);
}

TEST(WasmOutlineTest, TellsAModuleWithoutMemory) {
  EXPECT_EQ(Read(ModuleOf({})).memory_minimum, std::nullopt);
}

TEST(WasmOutlineTest, RefusesOtherHeaders) {
  const Binary whole = ModuleOf({});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(Read({whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)}), Error);
  }
  EXPECT_THROW(Read({0, 'a', 's', 'm', 13, 0, 1, 0}), Error);
}

TEST(WasmOutlineTest, RefusesFormsOfTypesOtherThanFunctions) {
  for (unsigned form = 0; form < 256; ++form) {
    const bool taken = Refusal({{1, 1, static_cast<uint8_t>(form), 0, 0}}).empty();
    EXPECT_EQ(taken, form == 0x60) << form;
  }
}

TEST(WasmOutlineTest, RefusesTypesOfValuesThatAreOff) {
  for (unsigned type = 0; type < 256; ++type) {
    const auto byte = static_cast<uint8_t>(type);
    const bool known = (type >= 0x7B && type <= 0x7F) || type == 0x70 || type == 0x6F;
    EXPECT_EQ(Refusal({{1, 1, 0x60, 0, 1, byte}}).empty(), known) << type;
    EXPECT_EQ(Refusal({{2, 1, 0, 0, 3, byte, 0}}).empty(), known) << type;
    EXPECT_EQ(Refusal({{4, 1, byte, 0, 0}}).empty(), known) << type;
  }
}

TEST(WasmOutlineTest, RefusesLimitsThatAreOff) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    const auto byte = static_cast<uint8_t>(flags);
    const bool known = flags <= 1;
    EXPECT_EQ(Refusal({{4, 1, 0x70, byte, 0, 0}}).empty(), known) << flags;
    EXPECT_EQ(Refusal({{5, 1, byte, 0, 0}}).empty(), known) << flags;
    EXPECT_EQ(Refusal({{2, 1, 0, 0, 1, 0x70, byte, 0, 0}}).empty(), known) << flags;
    EXPECT_EQ(Refusal({{2, 1, 0, 0, 2, byte, 0, 0}}).empty(), known) << flags;
  }
}

TEST(WasmOutlineTest, RefusesMoreThanOneMemory) {
  EXPECT_EQ(Refusal({{5, 2, 0, 0, 0, 0}}), "guest.wasm has 2 memories; the limit is 1.");
  EXPECT_EQ(Refusal({{2, 1, 0, 0, 2, 0, 0}, {5, 1, 0, 0}}),
            "guest.wasm has 2 memories; the limit is 1.");
}

TEST(WasmOutlineTest, RefusesSectionsOutOfOrder) {
  constexpr uint8_t kOrder[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11};
  for (const uint8_t first : kOrder) {
    bool later = false;
    for (const uint8_t second : kOrder) {
      EXPECT_EQ(Refusal({{first, 0}, {0, 0}, {second, 0}}).empty(), later)
          << int{first} << " " << int{second};
      later |= second == first;
    }
  }
  for (unsigned id = 13; id < 256; ++id) EXPECT_NE(Refusal({{static_cast<uint8_t>(id)}}), "");
}

TEST(WasmOutlineTest, RefusesAnnouncementsThatNothingFollows) {
  for (const uint8_t id : {1, 2, 3, 4, 6, 7, 9, 10, 11}) {
    EXPECT_NE(Refusal({{id, 0x10}, {0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}}), "");
    EXPECT_NE(Refusal({{id, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}}), "");
    EXPECT_NE(Refusal({{id}}), "");
  }
}

TEST(WasmOutlineTest, RefusesWhatIsCutOffAtAnyByte) {
  const Binary whole = ModuleOf(
      {{1, 1, 0x60, 1, 0x7F, 0}, {2, 1, 1, 'm', 1, 'n', 1, 0x70, 1, 0, 9}, {7, 1, 1, 'e', 1, 0}});
  EXPECT_NO_THROW(Read(whole));
  // Cut between sections, it is a module.
  for (size_t size = 8; size < whole.size(); ++size) {
    const Binary part{whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)};
    if (size == 8 || size == 8 + 7 || size == 8 + 7 + 12) continue;
    EXPECT_THROW(Read(part), Error) << size;
  }
}

}  // namespace
}  // namespace wasmedge_embed
