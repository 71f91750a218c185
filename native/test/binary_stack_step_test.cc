#include <gtest/gtest.h>

#include <array>

#include "binary/stack_step.h"

namespace wasmedge_embed {
namespace {

using Rule = UnwindRow::Rule;

constexpr size_t kSaved = 12;
constexpr size_t kOther = 3;
constexpr uint64_t kCaller = 0x40'0000;
constexpr uint64_t kKept = 0x1234;

/// A function that has called the current one: its frame has eight words, of which the last is the
/// return address, and the one before it a saved register.
class StackStepTest : public testing::Test {
 protected:
  StackStepTest() {
    words_[6] = kKept;
    words_[7] = kCaller;
    state_.registers[MachineState::kStackPointer] = AddressOf(0);
    row_.frame_register = MachineState::kStackPointer;
    row_.frame_offset = 64;
    row_.places[MachineState::kReturnAddress] = {Rule::kAtOffset, -8};
    row_.places[kSaved] = {Rule::kAtOffset, -16};
  }

  uint64_t AddressOf(size_t word) const { return reinterpret_cast<uintptr_t>(&words_[word]); }
  StackRange Stack() const { return {AddressOf(0), AddressOf(0) + sizeof words_}; }
  bool Step() { return StepOut(row_, Stack(), &state_); }

  alignas(16) std::array<uint64_t, 16> words_{};
  UnwindRow row_;
  MachineState state_;
};

TEST_F(StackStepTest, LeadsToTheCaller) {
  state_.registers[kOther] = 5;
  ASSERT_TRUE(Step());
  EXPECT_EQ(state_.counter, kCaller);
  EXPECT_EQ(state_.registers[MachineState::kStackPointer], AddressOf(8));
  EXPECT_EQ(state_.registers[kSaved], kKept);
  EXPECT_EQ(state_.registers[kOther], 5U);
}

TEST_F(StackStepTest, ReadsNothingOutsideOfTheStack) {
  for (const int64_t offset : {-72, 64, 1 << 20, -3}) {
    SCOPED_TRACE(offset);
    row_.places[kSaved] = {Rule::kAtOffset, offset};
    EXPECT_FALSE(Step());
  }
}

TEST_F(StackStepTest, LeadsOnlyOutwards) {
  row_.frame_offset = -8;
  EXPECT_FALSE(Step());
}

TEST_F(StackStepTest, EndsAtTheOutermostFunction) {
  words_[7] = 0;
  EXPECT_FALSE(Step());
}

TEST_F(StackStepTest, NeedsTheAddressOfReturn) {
  row_.places[MachineState::kReturnAddress] = {Rule::kUnknown, 0};
  EXPECT_FALSE(Step());
}

// A register that is saved in an unknown way still has the value of an inner function, from which
// an outer frame must not be computed.
TEST_F(StackStepTest, FindsNoFrameByARegisterThatIsNotKnown) {
  row_.places[kSaved] = {Rule::kUnknown, 0};
  state_.registers[kSaved] = AddressOf(8);
  ASSERT_TRUE(Step());
  row_.frame_register = kSaved;
  EXPECT_FALSE(Step());
}

TEST_F(StackStepTest, KnowsARegisterAgainThatWasKept) {
  row_.places[kSaved] = {Rule::kUnknown, 0};
  ASSERT_TRUE(Step());
  words_[14] = AddressOf(8);
  words_[15] = kCaller;
  row_.places[kSaved] = {Rule::kAtOffset, -16};
  ASSERT_TRUE(Step());
  EXPECT_EQ(state_.registers[kSaved], AddressOf(8));
  EXPECT_EQ(state_.unknown, 0U);
}

TEST_F(StackStepTest, KnowsNoCopyOfWhatIsNotKnown) {
  row_.places[kSaved] = {Rule::kUnknown, 0};
  row_.places[kOther] = {Rule::kInRegister, static_cast<int64_t>(kSaved)};
  ASSERT_TRUE(Step());
  row_.places[kOther] = {Rule::kInRegister, static_cast<int64_t>(kSaved)};
  words_[15] = kCaller;
  ASSERT_TRUE(Step());
  row_.frame_register = kOther;
  EXPECT_FALSE(Step());
}

}  // namespace
}  // namespace wasmedge_embed
