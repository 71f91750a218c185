#include <elf.h>
#include <gtest/gtest.h>
#include <link.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/guest_frame.h"
#include "compile/compiler.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"

namespace wasmedge_embed {
namespace {

using Binary = std::vector<uint8_t>;

/// The functions that fail, by their names and bodies: each has an exported function "0", "1" and
/// so on that calls it in a roundabout way (`FailingModule`).
const std::vector<std::pair<std::string, Binary>>& Failures() {
  static const std::vector<std::pair<std::string, Binary>> failures{
      {"unreachable", {0x00}},
      // (i32.div_s (i32.const 1) (i32.load (i32.const 0)))
      {"divide", {0x41, 1, 0x41, 0, 0x28, 2, 0, 0x6D}},
      // (i32.load (i32.const 0x7fffff00))
      {"load", {0x41, 0x80, 0xFE, 0xFF, 0xFF, 0x07, 0x28, 2, 0}},
      // (loop (br 0)) (unreachable)
      {"spin", {0x03, 0x40, 0x0C, 0, 0x0B, 0x00}},
      // (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 60000)) (br 0)) (unreachable)
      {"fill",
       {0x03, 0x40, 0x41, 0, 0x41, 1, 0x41, 0xE0, 0xD4, 0x03, 0xFC, 0x0B, 0, 0x0C, 0, 0x0B, 0x00}},
      // (table.set (i32.const 100) (ref.null func)) (i32.const 1)
      {"table", {0x41, 0xE4, 0, 0xD0, 0x70, 0x26, 0, 0x41, 1}},
      // (i32.add (call $recurse) (i32.load (i32.const 0)))
      {"recurse", {0x10, 6, 0x41, 0, 0x28, 2, 0, 0x6A}},
  };
  return failures;
}

void Append(Binary& bytes, const Binary& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void AppendBody(Binary& code, const Binary& instructions) {
  code.push_back(static_cast<uint8_t>(instructions.size() + 2));
  code.push_back(0);
  Append(code, instructions);
  code.push_back(0x0B);
}

void AppendName(Binary& names, uint8_t index, const std::string& name) {
  names.push_back(index);
  names.push_back(static_cast<uint8_t>(name.size()));
  names.insert(names.end(), name.begin(), name.end());
}

/// Those that fail are the first functions, each in the table at its own index. Then comes one
/// that calls the element of which it is given the index, then the exported ones, which call that
/// one through the table: nothing can be inlined.
Binary FailingModule() {
  const auto count = static_cast<uint8_t>(Failures().size());
  Binary functions{static_cast<uint8_t>(2 * count + 1)};
  Binary exports{count};
  Binary elements{1, 0, 0x41, 0, 0x0B, static_cast<uint8_t>(count + 1)};
  Binary code{static_cast<uint8_t>(2 * count + 1)};
  Binary names{static_cast<uint8_t>(count + 1)};
  for (uint8_t index = 0; index < count; ++index) {
    const auto& [name, instructions] = Failures()[index];
    functions.push_back(0);
    elements.push_back(index);
    AppendBody(code, instructions);
    AppendName(names, index, name);
  }
  functions.push_back(1);
  elements.push_back(count);
  // (i32.add (call_indirect (result i32) (local.get 0)) (i32.const 1))
  AppendBody(code, {0x20, 0, 0x11, 0, 0, 0x41, 1, 0x6A});
  AppendName(names, count, "through");
  for (uint8_t index = 0; index < count; ++index) {
    functions.push_back(0);
    Append(exports,
           {1, static_cast<uint8_t>('0' + index), 0, static_cast<uint8_t>(count + 1 + index)});
    AppendBody(code, {0x41, index, 0x41, count, 0x11, 1, 0, 0x41, 1, 0x6A});
  }
  Binary section{4, 'n', 'a', 'm', 'e', 1, static_cast<uint8_t>(names.size())};
  Append(section, names);
  return test::WasmModule({{1, {2, 0x60, 0, 1, 0x7F, 0x60, 1, 0x7F, 1, 0x7F}},
                           {3, functions},
                           {4, {1, 0x70, 0, 16}},
                           {5, {1, 0, 1}},
                           {7, exports},
                           {9, elements},
                           {10, code},
                           {0, section}});
}

/// None for those that end by themselves.
Invocation::Clock::duration TimeoutOf(size_t failure) {
  const std::string& name = Failures()[failure].first;
  const bool is_endless = name == "spin" || name == "fill";
  return is_endless ? std::chrono::milliseconds(200) : Invocation::Clock::duration::max();
}

class EngineGuestTrace : public testing::TestWithParam<CompiledFormat> {
 protected:
  EngineGuestTrace() {
    CompileOptions options;
    options.format = GetParam();
    CompileModule(FailingModule(), file_.path(), options);
    pool_ = test::MakePool(Module::Load(file_.path(), {}), 2);
  }

  Error Fail(size_t failure) const {
    return test::Start(*pool_, std::to_string(failure), nullptr, TimeoutOf(failure))
        .get()
        .error.value();
  }

 private:
  const test::TemporaryFile file_{GetParam() == CompiledFormat::kUniversal ? ".wasm" : ".so"};
  std::unique_ptr<WorkerPool> pool_;
};

TEST_P(EngineGuestTrace, TellsWhereTheGuestWas) {
  const size_t count = Failures().size();
  for (int round = 0; round < 2; ++round) {
    for (size_t failure = 0; failure < count; ++failure) {
      const auto& name = Failures()[failure].first;
      if (name == "recurse") continue;
      const Error error = Fail(failure);
      ASSERT_NE(error.trace(), nullptr) << name;
      const std::vector<GuestFrame>& frames = error.trace()->frames;
      ASSERT_EQ(frames.size(), 3) << name << ": " << error.what();
      EXPECT_EQ(frames[0].name, name);
      EXPECT_EQ(frames[0].index, failure);
      EXPECT_EQ(frames[1].name, "through");
      EXPECT_EQ(frames[1].index, count);
      // It has an export's name alone.
      EXPECT_EQ(frames[2].name, std::to_string(failure));
      EXPECT_EQ(frames[2].index, count + 1 + failure);
      EXPECT_EQ(error.trace()->omitted, 0);
    }
  }
}

TEST_P(EngineGuestTrace, HasTheInnermostOfARecursion) {
  const size_t recurse = Failures().size() - 1;
  const Error error = Fail(recurse);
  EXPECT_EQ(error.detail(), "stack-overflow");
  ASSERT_NE(error.trace(), nullptr);
  ASSERT_EQ(error.trace()->frames.size(), 64);
  for (const GuestFrame& frame : error.trace()->frames) EXPECT_EQ(frame.index, recurse);
  EXPECT_GT(error.trace()->omitted, 1000);
}

enum class Damage { kEntries, kIndex };

/// Damages a shared object's tables of unwinding: puts an instruction that does not exist into each
/// entry, or a place outside of the file into each element of their index.
void SpoilTables(Binary& library, Damage damage) {
  const auto read = [&library](auto* value, size_t place) {
    ASSERT_LE(place + sizeof *value, library.size());
    std::memcpy(value, library.data() + place, sizeof *value);
  };
  ElfW(Ehdr) head;
  read(&head, 0);
  for (unsigned index = 0; index < head.e_phnum; ++index) {
    ElfW(Phdr) segment;
    read(&segment, head.e_phoff + index * sizeof segment);
    if (segment.p_type != PT_GNU_EH_FRAME) continue;
    uint32_t entries = 0;
    read(&entries, segment.p_offset + 8);
    ASSERT_GT(entries, Failures().size());
    for (uint32_t entry = 0; entry < entries; ++entry) {
      const size_t element = segment.p_offset + 12 + size_t{entry} * 8 + 4;
      int32_t place = 0;
      read(&place, element);
      if (damage == Damage::kIndex) {
        place = INT32_MAX;
        std::memcpy(library.data() + element, &place, sizeof place);
        continue;
      }
      // Behind length, common entry, begin, size, and the length of no further data.
      constexpr int kInstructions = 17;
      library.at(static_cast<size_t>(static_cast<int64_t>(segment.p_offset) + place) +
                 kInstructions) = 0x3F;
    }
    return;
  }
  FAIL() << "It has no tables.";
}

class EngineGuestTraceTables : public testing::TestWithParam<Damage> {};

TEST_P(EngineGuestTraceTables, AreNotTrusted) {
  const test::TemporaryFile file(".so");
  CompileModule(FailingModule(), file.path(), {});
  std::ifstream input(file.path(), std::ios::binary);
  Binary library{std::istreambuf_iterator<char>(input), {}};
  SpoilTables(library, GetParam());
  file.Write(library);
  const auto pool = test::MakePool(Module::Load(file.path(), {}), 1);
  // The first is left by a call of the engine's, the next two by a signal in the guest's own code,
  // the last one by a signal that finds it in the engine's.
  for (const size_t failure : {0, 1, 3, 4}) {
    const auto& name = Failures()[failure].first;
    const Outcome outcome =
        test::Start(*pool, std::to_string(failure), nullptr, TimeoutOf(failure)).get();
    ASSERT_TRUE(outcome.error) << name;
    ASSERT_NE(outcome.error->trace(), nullptr) << name;
    EXPECT_TRUE(outcome.error->trace()->frames.empty()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EngineGuestTraceTables,
                         testing::Values(Damage::kEntries, Damage::kIndex), [](const auto& info) {
                           return info.param == Damage::kEntries ? "Entries" : "Index";
                         });

INSTANTIATE_TEST_SUITE_P(Forms, EngineGuestTrace,
                         testing::Values(CompiledFormat::kSharedLibrary,
                                         CompiledFormat::kUniversal),
                         [](const auto& info) {
                           return info.param == CompiledFormat::kUniversal ? "Universal"
                                                                           : "Library";
                         });

}  // namespace
}  // namespace wasmedge_embed
