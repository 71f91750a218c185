#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "binary/guest_state.h"
#include "engine_fixtures.h"

namespace wasmedge_embed {
namespace {

using Binary = std::vector<uint8_t>;

WasmBytes Of(const Binary& bytes) { return {bytes.data(), bytes.size()}; }

/// One of each section that describes state, and a custom one between them.
Binary EverySection() {
  return test::WasmModule({
      {1, {1, 0x60, 0, 0}},
      {2, {1, 1, 'e', 1, 'f', 0, 0}},
      {3, {1, 0}},
      {4, {1, 0x70, 1, 2, 9}},
      {5, {1, 1, 1, 4}},
      {6, {2, 0x7F, 1, 0x41, 5, 0x0B, 0x70, 0, 0xD2, 0, 0x0B}},
      {0, {1, 'x', 1, 2}},
      {7, {1, 1, 'g', 0, 1}},
      {8, {1}},
      {9, {2, 0, 0x41, 0, 0x0B, 1, 1, 1, 0, 1, 0}},
      {12, {2}},
      {10, {1, 2, 0, 0x0B}},
      {11, {2, 0, 0x41, 0, 0x0B, 2, 8, 9, 1, 1, 7}},
  });
}

GuestState State() {
  GuestState state;
  state.memory_pages = 3;
  state.globals.resize(2);
  state.globals[0] = {0xFF, 0xFF, 0xFF, 0xFF};
  state.tables = {{GuestState::kNull, 1, 0, GuestState::kNull, 0}};
  state.dropped_data = {false, true};
  state.dropped_elements = {false, false};
  return state;
}

TEST(GuestState, IsReadFromAModule) {
  const StateOutline outline = ReadStateOutline(Of(EverySection()), "m");
  EXPECT_EQ(outline.functions, 2);
  EXPECT_TRUE(outline.has_memory);
  ASSERT_EQ(outline.globals.size(), 2);
  EXPECT_TRUE(outline.globals[0].is_mutable);
  EXPECT_FALSE(outline.globals[1].is_mutable);
  EXPECT_EQ(outline.tables, Binary{0x70});
  ASSERT_EQ(outline.data.size(), 2);
  EXPECT_FALSE(outline.data[0].is_passive);
  EXPECT_TRUE(outline.data[1].is_passive);
  ASSERT_EQ(outline.elements.size(), 2);
  EXPECT_TRUE(outline.elements[1].is_passive);
  EXPECT_EQ(outline.exports, 1);
}

TEST(GuestState, IsWhatTheModuleSaysInItsPlace) {
  const Binary begun = BeginWithState(Of(EverySection()), State(), "m");
  EXPECT_EQ(begun, test::WasmModule({
                       {1, {1, 0x60, 0, 0}},
                       {2, {1, 1, 'e', 1, 'f', 0, 0}},
                       {3, {1, 0}},
                       {4, {1, 0x70, 1, 5, 9}},
                       {5, {1, 1, 3, 4}},
                       {6, {2, 0x7F, 1, 0x41, 0x7F, 0x0B, 0x70, 0, 0xD2, 0, 0x0B}},
                       {0, {1, 'x', 1, 2}},
                       {7, {1, 1, 'g', 0, 1}},
                       {9,
                        {4,
                         // unchanged, but empty
                         5, 0x70, 0, 1, 0, 1, 0,
                         // the contents of the table
                         2, 0, 0x41, 1, 0x0B, 0, 2, 1, 0, 2, 0, 0x41, 4, 0x0B, 0, 1, 0}},
                       {12, {2}},
                       {10, {1, 2, 0, 0x0B}},
                       {11, {2, 1, 0, 1, 0}},
                   }));
}

TEST(GuestState, HasFewSegmentsForManyRuns) {
  const Binary module = test::WasmModule({{1, {1, 0x60, 0, 0}},
                                          {3, {1, 0}},
                                          {4, {1, 0x70, 0, 0}},
                                          {7, {1, 1, 'f', 0, 0}},
                                          {10, {1, 2, 0, 0x0B}}});
  GuestState state;
  state.tables.emplace_back(1000, GuestState::kNull);
  for (size_t index = 0; index < 1000; index += 2) state.tables[0][index] = 0;
  // A gap too wide to be joined.
  std::fill_n(state.tables[0].begin() + 500, 100, GuestState::kNull);
  const Binary begun = BeginWithState(Of(module), state, "m");
  EXPECT_EQ(ReadStateOutline(Of(begun), "m").elements.size(), 2);
  // References and the gaps between them: six bytes for two elements.
  EXPECT_LT(begun.size(), 3000);

  // A few elements become segments of indices, as before.
  state.tables[0].resize(100);
  EXPECT_EQ(ReadStateOutline(Of(BeginWithState(Of(module), state, "m")), "m").elements.size(), 50);
}

TEST(GuestState, IsExportedAfterWhatTheModuleExports) {
  StateExports exports;
  const Binary exporting = ExportState(Of(EverySection()), "m", true, &exports);
  EXPECT_EQ(exports.prefix, "snapshot-0-");
  EXPECT_EQ(ReadStateOutline(Of(exporting), "m").exports, 1 + 1 + 1 + 1 + 2);
  // A second time, when those names are taken.
  StateExports further;
  ExportState(Of(exporting), "m", true, &further);
  EXPECT_EQ(further.prefix, "snapshot-1-");
}

TEST(GuestState, OfAnotherModuleDoesNotFit) {
  GuestState state = State();
  state.globals.pop_back();
  EXPECT_THROW(BeginWithState(Of(EverySection()), state, "m"), Error);
  state = State();
  state.memory_pages.reset();
  EXPECT_THROW(BeginWithState(Of(EverySection()), state, "m"), Error);
}

TEST(GuestState, OfAModuleThatImportsMoreThanFunctionsIsRefused) {
  const Binary module = test::WasmModule({{2, {1, 1, 'e', 1, 'm', 2, 0, 1}}});
  EXPECT_THROW(ReadStateOutline(Of(module), "m"), Error);
  EXPECT_FALSE(ImportsFunctionsOnly(Of(module), "m"));
  EXPECT_TRUE(ImportsFunctionsOnly(Of(EverySection()), "m"));
}

TEST(GuestState, OfADamagedModuleIsReadWithinIt) {
  const Binary whole = EverySection();
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    Binary damaged(whole.begin(), whole.begin() + static_cast<long>(random() % whole.size()) + 1);
    for (unsigned change = random() % 4; change > 0; --change) {
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    }
    damaged.shrink_to_fit();
    try {
      StateExports exports;
      ExportState(Of(damaged), "m", true, &exports);
      BeginWithState(Of(damaged), State(), "m");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kModuleInvalid);
    }
  }
}

}  // namespace
}  // namespace wasmedge_embed
