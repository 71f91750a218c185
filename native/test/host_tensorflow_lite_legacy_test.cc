// The functions of wasmedge_tensorflowlite in WasmEdge 0.8 to 0.12.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "host/tensorflow_lite.h"
#include "test/combinations.h"
#include "test/errno_guest.h"
#include "test/fake_guest.h"
#include "test/tiny_model.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kName = 64;
constexpr uint32_t kData = 256;
constexpr uint32_t kOutput = 512;
constexpr uint32_t kModel = 4096;
constexpr uint32_t kEnd = 65'536;

const std::string kPrefix = "wasmedge_tensorflowlite_";

class TensorFlowLiteLegacyTest : public testing::Test {
 protected:
  explicit TensorFlowLiteLegacyTest(const InferenceLimits& limits = {})
      : state_({}, limits), guest_(TensorFlowLiteModule(), state_) {}

  /// The function's result; the name is given without the common prefix.
  uint64_t Call(const std::string& name, const std::vector<uint64_t>& arguments) {
    EXPECT_EQ(guest_.Call(kPrefix + name, arguments), HostOutcome::kReturn) << name;
    return guest_.result();
  }

  /// The trap with which the function without a result fails.
  std::string TrapOf(const std::string& name, const std::vector<uint64_t>& arguments) {
    try {
      guest_.Call(kPrefix + name, arguments);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kTrap);
      EXPECT_EQ(error.detail(), "host-function");
      EXPECT_NE(std::string(error.what()).find(kPrefix + name), std::string::npos);
      return error.what();
    }
    ADD_FAILURE() << name << " did not trap";
    return {};
  }

  uint64_t CreateSession(const std::vector<uint8_t>& bytes) {
    guest_.WriteAll(kModel, bytes);
    return Call("create_session", {kModel, bytes.size()});
  }

  template <typename T>
  std::vector<uint64_t> Input(uint64_t session, std::string_view name,
                              const std::vector<T>& values) {
    guest_.WriteString(kName, name);
    guest_.WriteAll(kData, values);
    return {session, kName, name.size(), kData, values.size() * sizeof(T)};
  }

  uint64_t OutputTensor(uint64_t session, std::string_view name) {
    guest_.WriteString(kName, name);
    return Call("get_output_tensor", {session, kName, name.size()});
  }

  /// A session whose inputs are set.
  uint64_t ReadySession() {
    const uint64_t session = CreateSession(test::BuildTinyModel(test::TinySumAndProduct()));
    Call("append_input", Input<float>(session, "left", {1, 2, 3, 4}));
    Call("append_input", Input<float>(session, "right", {2, 2, 2, 2}));
    return session;
  }

  std::vector<float> Data(uint64_t tensor) {
    Call("get_tensor_data", {tensor, kOutput});
    std::vector<float> values;
    for (uint32_t index = 0; index < 4; ++index) {
      values.push_back(guest_.Read<float>(kOutput + index * sizeof(float)));
    }
    return values;
  }

  TensorFlowLiteState state_;
  FakeGuest<TensorFlowLiteState> guest_;
};

TEST_F(TensorFlowLiteLegacyTest, RunsAModel) {
  const uint64_t session = ReadySession();
  ASSERT_NE(session, 0U);
  EXPECT_EQ(Call("run_session", {session}), 0U);
  const uint64_t sum = OutputTensor(session, "sum");
  const uint64_t product = OutputTensor(session, "product");
  ASSERT_NE(sum, 0U);
  ASSERT_NE(product, 0U);
  EXPECT_EQ(std::set<uint64_t>({session, sum, product}).size(), 3U);
  EXPECT_EQ(Call("get_tensor_len", {product}), 16U);
  EXPECT_EQ(Data(product), (std::vector<float>{2, 4, 6, 8}));
  EXPECT_EQ(Data(sum), (std::vector<float>{3, 4, 5, 6}));
  Call("delete_session", {session});
  EXPECT_EQ(Call("run_session", {session}), 1U);
}

TEST_F(TensorFlowLiteLegacyTest, AnswersWithZeroWhatCannotBeHad) {
  EXPECT_EQ(CreateSession({}), 0U);
  EXPECT_EQ(CreateSession(std::vector<uint8_t>(1000, 7)), 0U);
  EXPECT_EQ(Call("create_session", {kEnd - 10, 11}), 0U);
  EXPECT_EQ(Call("create_session", {0xFFFF'FFFF, 0xFFFF'FFFF}), 0U);
  const uint64_t session = ReadySession();
  EXPECT_EQ(OutputTensor(session, "left"), 0U);
  EXPECT_EQ(OutputTensor(session, ""), 0U);
  EXPECT_EQ(Call("get_output_tensor", {session, kEnd - 2, 3}), 0U);
}

TEST_F(TensorFlowLiteLegacyTest, RefusesToRunWithoutEveryInput) {
  const uint64_t session = CreateSession(test::BuildTinyModel(test::TinySum()));
  EXPECT_EQ(Call("run_session", {session}), 1U);
  Call("append_input", Input<float>(session, "left", {1, 2, 3, 4}));
  EXPECT_EQ(Call("run_session", {session}), 1U);
}

TEST_F(TensorFlowLiteLegacyTest, AFailedRunIsTold) {
  const uint64_t session = CreateSession(test::BuildTinyModel(test::TinyGather()));
  Call("append_input", Input<float>(session, "values", {1, 2, 3, 4}));
  Call("append_input", Input<int32_t>(session, "indices", {0, 99}));
  EXPECT_EQ(Call("run_session", {session}), 1U);
}

TEST_F(TensorFlowLiteLegacyTest, KnowsNoForgedStaleOrForeignHandle) {
  const uint64_t session = ReadySession();
  ASSERT_EQ(Call("run_session", {session}), 0U);
  const uint64_t tensor = OutputTensor(session, "sum");
  const uint64_t stale = ReadySession();
  const uint64_t stale_tensor = OutputTensor(stale, "sum");
  Call("delete_session", {stale});

  const std::vector<uint64_t> forged{0,
                                     1,
                                     stale,
                                     session + 1,
                                     session ^ (uint64_t{1} << 33),
                                     session & 0xFFFF'FFFF,
                                     uint64_t{1} << 63,
                                     UINT64_MAX,
                                     reinterpret_cast<uint64_t>(&state_)};
  std::vector<uint64_t> no_sessions = forged;
  no_sessions.push_back(tensor);
  std::vector<uint64_t> no_tensors{session, stale_tensor, tensor + 1, tensor + (uint64_t{9} << 32),
                                   tensor & ~(uint64_t{1} << 63)};
  for (const uint64_t handle : forged) {
    if (handle != tensor) no_tensors.push_back(handle);
  }
  // The first output of the first session: forged, but equal to the real handle.
  no_tensors.erase(std::remove(no_tensors.begin(), no_tensors.end(), tensor), no_tensors.end());

  for (const uint64_t handle : no_sessions) {
    EXPECT_EQ(Call("run_session", {handle}), 1U) << handle;
    EXPECT_EQ(OutputTensor(handle, "sum"), 0U) << handle;
    EXPECT_NE(TrapOf("delete_session", {handle}).find("no such session"), std::string::npos);
    EXPECT_NE(
        TrapOf("append_input", Input<float>(handle, "left", {1, 2, 3, 4})).find("no such session"),
        std::string::npos);
  }
  for (const uint64_t handle : no_tensors) {
    EXPECT_EQ(Call("get_tensor_len", {handle}), 0U) << handle;
    EXPECT_NE(TrapOf("get_tensor_data", {handle, kOutput}).find("no such tensor"),
              std::string::npos);
  }
  EXPECT_EQ(Data(tensor), (std::vector<float>{3, 4, 5, 6}));
}

TEST_F(TensorFlowLiteLegacyTest, TrapsWhereItHasNoResult) {
  const uint64_t session = ReadySession();
  const uint64_t tensor = OutputTensor(session, "sum");
  EXPECT_NE(TrapOf("get_tensor_data", {tensor, kOutput}).find("has not run"), std::string::npos);
  ASSERT_EQ(Call("run_session", {session}), 0U);
  for (const uint64_t address : {uint64_t{kEnd} - 15, uint64_t{kEnd}, uint64_t{0xFFFF'FFFF}}) {
    EXPECT_NE(TrapOf("get_tensor_data", {tensor, address}).find("outside"), std::string::npos);
  }
  Call("get_tensor_data", {tensor, kEnd - 16});

  EXPECT_NE(TrapOf("append_input", {session, kEnd, 4, kData, 16}).find("the name lies outside"),
            std::string::npos);
  guest_.WriteString(kName, "left");
  EXPECT_NE(TrapOf("append_input", {session, kName, 4, kEnd - 15, 16}).find("the tensor lies"),
            std::string::npos);
  EXPECT_NE(TrapOf("append_input", {session, kName, 4, kData, 15}).find("takes 16 bytes, not 15"),
            std::string::npos);
  EXPECT_NE(TrapOf("append_input", {session, kName, 3, kData, 16}).find("no input of this name"),
            std::string::npos);
  EXPECT_EQ(Call("run_session", {session}), 0U) << "what was refused changed nothing";
}

TEST_F(TensorFlowLiteLegacyTest, SharesItsLimitsWithTheOtherInterface) {
  const auto bytes = test::BuildTinyModel(test::TinySum());
  for (int i = 0; i < 64; ++i) ASSERT_NE(CreateSession(bytes), 0U);
  EXPECT_EQ(test::LimitOf([&] { CreateSession(bytes); }), "sessions");
  EXPECT_EQ(test::LimitOf([&] { guest_.Call("create_session", {kModel, bytes.size(), kData}); }),
            "sessions");
}

TEST_F(TensorFlowLiteLegacyTest, SurvivesEveryHostileArgument) {
  for (const HostFunction<TensorFlowLiteState>& function : TensorFlowLiteModule().functions) {
    const std::string_view name = function.name;
    if (name.substr(0, kPrefix.size()) != kPrefix) continue;
    state_.Reset();
    const uint64_t session = ReadySession();
    ASSERT_EQ(Call("run_session", {session}), 0U);
    std::vector<uint64_t> values;
    for (const uint32_t value : test::HostileValues(kEnd)) values.push_back(value);
    values.push_back(session);
    values.push_back(OutputTensor(session, "sum"));
    values.push_back(UINT64_MAX);
    const size_t count = std::string_view(function.signature).find(':');
    test::ForEveryCombination(values, count, [&](const auto& arguments) {
      try {
        if (guest_.Call(function, arguments) != HostOutcome::kReturn) ADD_FAILURE() << name;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kTrap) << error.what();
        EXPECT_EQ(std::string_view(function.signature).back(), ':') << name;
      }
    });
  }
}

}  // namespace
}  // namespace wasmedge_embed
