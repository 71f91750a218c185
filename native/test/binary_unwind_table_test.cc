#include <gtest/gtest.h>
#include <link.h>
#include <ucontext.h>
#include <unwind.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "binary/unwind_table.h"

namespace wasmedge_embed {
namespace {

int FindOwn(dl_phdr_info* info, size_t, void* argument) {
  auto& found = *static_cast<UnwindTable::Bytes*>(argument);
  uintptr_t index = 0;
  for (int each = 0; each < info->dlpi_phnum; ++each) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[each];
    if (segment.p_type == PT_GNU_EH_FRAME) index = info->dlpi_addr + segment.p_vaddr;
  }
  for (int each = 0; each < info->dlpi_phnum; ++each) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[each];
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD || index < begin || index >= begin + segment.p_filesz) continue;
    found = {reinterpret_cast<const uint8_t*>(begin), segment.p_filesz, begin, index - begin};
  }
  // The first object is the program.
  return 1;
}

const UnwindTable::Bytes& Own() {
  static const UnwindTable::Bytes own = [] {
    UnwindTable::Bytes found;
    dl_iterate_phdr(&FindOwn, &found);
    return found;
  }();
  return own;
}

/// Copies the first `size` bytes of the program's segment. They contain variables of the program,
/// and sanitizers forbid reading across those.
__attribute__((no_sanitize("address"))) std::vector<uint8_t> CopyOwn(size_t size) {
  std::vector<uint8_t> copy(size);
  const volatile uint8_t* const bytes = Own().data;
  uint8_t* const to = copy.data();
  for (size_t place = 0; place < size; ++place) to[place] = bytes[place];
  return copy;
}

_Unwind_Reason_Code Collect(_Unwind_Context* frame, void* argument) {
  auto& functions = *static_cast<std::vector<uint64_t>*>(argument);
  functions.push_back(_Unwind_GetRegionStart(frame));
  return _URC_NO_REASON;
}

volatile int depth = 0;

struct Walks {
  std::vector<uint64_t> expected;
  std::vector<uint64_t> found;
};

/// Walks outwards like `GuestFrames`, only by the rows.
__attribute__((noinline, no_sanitize("address", "undefined"))) void WalkHere(Walks* walks) {
  _Unwind_Backtrace(&Collect, &walks->expected);
  ucontext_t context;
  getcontext(&context);
#if defined(__x86_64__)
  constexpr int kOrder[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                            REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  MachineState state;
  for (size_t index = 0; index < 16; ++index) {
    state.registers[index] = static_cast<uint64_t>(context.uc_mcontext.gregs[kOrder[index]]);
  }
  state.counter = static_cast<uint64_t>(context.uc_mcontext.gregs[REG_RIP]);
#else
  MachineState state;
  std::copy(std::begin(context.uc_mcontext.regs), std::end(context.uc_mcontext.regs),
            state.registers);
  state.registers[MachineState::kStackPointer] = context.uc_mcontext.sp;
  state.counter = context.uc_mcontext.pc;
#endif
  const UnwindTable table(Own());
  while (const auto row = table.Find(state.counter - 1)) {
    walks->found.push_back(row->function);
    const uint64_t frame =
        state.registers[row->frame_register] + static_cast<uint64_t>(row->frame_offset);
    const MachineState inner = state;
    for (size_t index = 0; index < MachineState::kRegisters; ++index) {
      const auto& place = row->places[index];
      if (place.rule == UnwindRow::Rule::kAtOffset) {
        state.registers[index] = *reinterpret_cast<uint64_t*>(frame + place.value);
      }
    }
    state.registers[MachineState::kStackPointer] = frame;
    state.counter = state.registers[MachineState::kReturnAddress];
#if defined(__aarch64__)
    // Without a pointer signature, which is in bits that addresses do not use.
    state.counter &= (uint64_t{1} << 48) - 1;
#endif
    if (state.counter == inner.counter && frame == inner.registers[MachineState::kStackPointer]) {
      break;
    }
  }
}

__attribute__((noinline)) int Recurse(int level, Walks* walks) {
  depth = level;
  if (level == 0) {
    WalkHere(walks);
    return depth;
  }
  return Recurse(level - 1, walks) + depth;
}

TEST(UnwindTableTest, WalksAsTheSystemsUnwinderDoes) {
  Walks walks;
  Recurse(20, &walks);
  ASSERT_GT(walks.found.size(), 20U);
  ASSERT_LE(walks.found.size(), walks.expected.size());
  walks.expected.resize(walks.found.size());
  EXPECT_EQ(walks.found, walks.expected);
}

TEST(UnwindTableTest, HasARowForEachFunctionOfTheProgram) {
  const UnwindTable table(Own());
  ASSERT_GT(table.size(), 100U);
  const auto* const data = Own().data + Own().index;
  size_t found = 0;
  for (size_t entry = 0; entry < table.size(); ++entry) {
    int32_t offset;
    std::memcpy(&offset, data + 12 + entry * 8, sizeof offset);
    const uint64_t begin = Own().address + Own().index + static_cast<uint64_t>(int64_t{offset});
    const auto row = table.Find(begin);
    if (!row) continue;
    EXPECT_EQ(row->function, begin);
    ++found;
  }
  // The linker's own (.plt) uses expressions.
  EXPECT_GE(found + 4, table.size());
}

TEST(UnwindTableTest, HasNoRowOutsideOfItsFunctions) {
  const UnwindTable table(Own());
  EXPECT_FALSE(table.Find(0));
  EXPECT_FALSE(table.Find(UINT64_MAX));
  EXPECT_FALSE(UnwindTable().Find(1));
}

TEST(UnwindTableTest, ReadsNothingBehindItsEnd) {
  const auto& own = Own();
  for (const size_t size : {own.index, own.index + 3, own.index + 11, own.index + 19}) {
    const std::vector<uint8_t> cut = CopyOwn(size);
    const UnwindTable table({cut.data(), cut.size(), own.address, own.index});
    EXPECT_EQ(table.size(), 0U);
    EXPECT_FALSE(table.Find(reinterpret_cast<uintptr_t>(&WalkHere)));
  }
}

TEST(UnwindTableTest, AnswersWhateverTheBytes) {
  const auto& own = Own();
  std::mt19937 random(1);
  std::vector<uint8_t> bytes = CopyOwn(own.size);
  const auto begin = reinterpret_cast<uintptr_t>(&WalkHere);
  for (int round = 0; round < 20'000; ++round) {
    const size_t place = own.index + random() % (bytes.size() - own.index);
    const uint8_t kept = bytes[place];
    bytes[place] = static_cast<uint8_t>(random());
    const UnwindTable table({bytes.data(), bytes.size(), own.address, own.index});
    table.Find(begin + random() % 200);
    table.Find(own.address + place * 16);
    bytes[place] = kept;
  }
}

}  // namespace
}  // namespace wasmedge_embed
