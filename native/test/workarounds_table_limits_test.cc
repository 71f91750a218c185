#include <gtest/gtest.h>

#include "base/error.h"
#include "workarounds/table_limits.h"

namespace wasmedge_embed {
namespace {

using Binary = std::vector<uint8_t>;

/// A module with a type section, the given table section and a custom section.
Binary ModuleWith(const Binary& tables) {
  Binary module{0, 'a', 's', 'm', 1, 0, 0, 0, /*type*/ 1, 1, 0, /*table*/ 4};
  module.push_back(static_cast<uint8_t>(tables.size()));
  module.insert(module.end(), tables.begin(), tables.end());
  const Binary custom{0, 3, 1, 'n', 7};
  module.insert(module.end(), custom.begin(), custom.end());
  return module;
}

std::optional<Binary> Limit(const Binary& module, uint64_t elements) {
  return LimitTables({module.data(), module.size()}, elements, "guest.wasm");
}

TEST(TableLimitsTest, LeavesAModuleWithoutTables) {
  EXPECT_EQ(Limit({0, 'a', 's', 'm', 1, 0, 0, 0}, 5), std::nullopt);
  EXPECT_EQ(Limit({0, 'a', 's', 'm'}, 5), std::nullopt);
  EXPECT_EQ(Limit(ModuleWith({0}), 5), std::nullopt);
}

TEST(TableLimitsTest, LeavesMaximumsThatAreLowEnough) {
  EXPECT_EQ(Limit(ModuleWith({1, 0x70, 1, 2, 5}), 5), std::nullopt);
}

TEST(TableLimitsTest, AddsAMaximum) {
  EXPECT_EQ(Limit(ModuleWith({1, 0x70, 0, 2}), 5), ModuleWith({1, 0x70, 1, 2, 5}));
}

TEST(TableLimitsTest, LowersAMaximum) {
  EXPECT_EQ(Limit(ModuleWith({1, 0x70, 1, 2, 6}), 5), ModuleWith({1, 0x70, 1, 2, 5}));
  // All 32 bits take five bytes.
  EXPECT_EQ(Limit(ModuleWith({1, 0x6F, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}), 300),
            ModuleWith({1, 0x6F, 1, 2, 0xAC, 0x02}));
}

TEST(TableLimitsTest, SharesWhatIsLeftEvenly) {
  EXPECT_EQ(Limit(ModuleWith({2, 0x70, 0, 2, 0x6F, 0, 1}), 10),
            ModuleWith({2, 0x70, 1, 2, 5, 0x6F, 1, 1, 4}));
}

TEST(TableLimitsTest, KeepsOtherFlags) {
  EXPECT_EQ(Limit(ModuleWith({1, 0x70, 4, 2}), 5), ModuleWith({1, 0x70, 5, 2, 5}));
}

TEST(TableLimitsTest, RefusesMinimumsBeyondTheLimit) {
  const auto code_of = [](const Binary& tables) {
    try {
      Limit(ModuleWith(tables), 5);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kClosed;
  };
  EXPECT_EQ(code_of({1, 0x70, 0, 6}), ErrorCode::kLimit);
  EXPECT_EQ(code_of({2, 0x70, 0, 3, 0x70, 0, 3}), ErrorCode::kLimit);
  // Minimums whose sum wraps around.
  EXPECT_EQ(
      code_of({2, 0x70, 4, 4, 0x70, 4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}),
      ErrorCode::kLimit);
}

TEST(TableLimitsTest, RefusesWhatIsCutOff) {
  const Binary whole{2, 0x70, 1, 2, 6, 0x6F, 0, 2};
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(
        Limit(ModuleWith({whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)}), 9), Error)
        << size;
  }
  EXPECT_THROW(Limit(ModuleWith({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}), 9), Error);
}

}  // namespace
}  // namespace wasmedge_embed
