#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/guest_frame.h"
#include "binary/function_names.h"
#include "engine_fixtures.h"

namespace wasmedge_embed {
namespace {

using Names = std::vector<std::string>;
using Binary = std::vector<uint8_t>;

Names Read(const Binary& module, const std::vector<uint32_t>& indices) {
  return FunctionNames({module.data(), module.size()}, indices);
}

/// Imports a.b, exports function 1 as "e", and names function 2 "n".
Binary NamedModule() {
  return test::WasmModule({
      {2, {2, 1, 'a', 1, 'm', 2, 0, 1, 1, 'a', 1, 'b', 0, 0}},
      {7, {2, 1, 'e', 0, 1, 1, 'm', 2, 0}},
      {0, {4, 'n', 'a', 'm', 'e', 0, 2, 1, 'x', 1, 4, 1, 2, 1, 'n'}},
  });
}

TEST(FunctionNamesTest, AreThoseOfTheNameSectionElseOfExportsElseOfImports) {
  EXPECT_EQ(Read(NamedModule(), {2, 1, 0, 3, 2}), (Names{"n", "e", "a.b", "", "n"}));
  EXPECT_EQ(CountImportedFunctions({NamedModule().data(), NamedModule().size()}), 1U);
}

TEST(FunctionNamesTest, AreTheSameWhereOnlyTheirSectionsAreKept) {
  Binary module = NamedModule();
  module.insert(module.end(), {0, 3, 1, 'x', 9});
  const Binary kept = KeepNames({module.data(), module.size()});
  EXPECT_EQ(kept, NamedModule());
  EXPECT_EQ(Read(kept, {2, 1, 0}), (Names{"n", "e", "a.b"}));
}

TEST(FunctionNamesTest, AreCut) {
  Binary payload{4, 'n', 'a', 'm', 'e'};
  constexpr size_t kSize = 100'000;
  const auto number = [](Binary& bytes, size_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<uint8_t>(value | 0x80));
    bytes.push_back(static_cast<uint8_t>(value));
  };
  Binary names{1, 7};
  number(names, kSize);
  names.insert(names.end(), kSize, 0xFF);
  payload.push_back(1);
  number(payload, names.size());
  payload.insert(payload.end(), names.begin(), names.end());
  Binary module = test::WasmModule({});
  module.push_back(0);
  number(module, payload.size());
  module.insert(module.end(), payload.begin(), payload.end());
  EXPECT_EQ(Read(module, {7})[0], std::string(GuestFrame::kMostNameBytes, '\xFF'));
}

TEST(FunctionNamesTest, AreReadUpToWhatIsMalformed) {
  const Binary whole = NamedModule();
  for (size_t size = 8; size < whole.size(); ++size) {
    Binary cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(Read(cut, {2, 9}).size(), 2U);
    KeepNames({cut.data(), cut.size()});
  }
  // A larger count than there are entries.
  const Binary claims = test::WasmModule(
      {{0, {4, 'n', 'a', 'm', 'e', 1, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xF, 1, 2, 'o', 'k'}}});
  EXPECT_EQ(Read(claims, {1})[0], "ok");
}

}  // namespace
}  // namespace wasmedge_embed
