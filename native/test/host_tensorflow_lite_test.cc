#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/tensorflow_lite.h"
#include "test/errno_guest.h"
#include "test/inference_fixtures.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kSuccess = 0;
constexpr uint32_t kInvalidArgument = 1;
constexpr uint32_t kMissingMemory = 3;
constexpr uint32_t kRuntimeError = 5;

constexpr uint32_t kEnd = FakeGuest<TensorFlowLiteState>::kPage;

// Positions in the guest's memory.
constexpr uint32_t kResult = 8;
constexpr uint32_t kName = 64;
constexpr uint32_t kData = 256;
constexpr uint32_t kOutput = 1024;
constexpr uint32_t kModel = 4096;

class TensorFlowLiteTest : public testing::Test {
 protected:
  explicit TensorFlowLiteTest(const InferenceLimits& limits = {})
      : state_({}, limits), guest_(TensorFlowLiteModule(), state_) {}

  uint32_t CreateSession(const std::vector<uint8_t>& bytes) {
    guest_.WriteAll(kModel, bytes);
    return guest_.Call("create_session", {kModel, static_cast<uint32_t>(bytes.size()), kResult});
  }

  uint32_t MakeSession(const test::TinyModel& model) {
    EXPECT_EQ(CreateSession(test::BuildTinyModel(model)), kSuccess);
    return guest_.Read(kResult);
  }

  template <typename T>
  uint32_t AppendInput(uint32_t session, const std::string& name, const std::vector<T>& values) {
    guest_.WriteString(kName, name);
    guest_.WriteAll(kData, values);
    return guest_.Call("append_input", {session, kName, static_cast<uint32_t>(name.size()), kData,
                                        static_cast<uint32_t>(values.size() * sizeof(T))});
  }

  uint32_t GetOutputTensor(uint32_t session, const std::string& name) {
    guest_.WriteString(kName, name);
    return guest_.Call("get_output_tensor",
                       {session, kName, static_cast<uint32_t>(name.size()), kResult});
  }

  /// A session that has run.
  uint32_t RunSession() {
    const uint32_t session = MakeSession(test::TinySumAndProduct());
    EXPECT_EQ(AppendInput<float>(session, "left", {1, 2, 3, 4}), kSuccess);
    EXPECT_EQ(AppendInput<float>(session, "right", {2, 2, 2, 2}), kSuccess);
    EXPECT_EQ(guest_.Call("run_session", {session}), kSuccess);
    return session;
  }

  TensorFlowLiteState state_;
  test::ErrnoGuest<TensorFlowLiteState> guest_;
};

TEST_F(TensorFlowLiteTest, HasEveryFunction) {
  EXPECT_STREQ(TensorFlowLiteModule().name, "wasmedge_tensorflowlite");
  EXPECT_EQ(TensorFlowLiteModule().functions.size(), 14U);
}

TEST_F(TensorFlowLiteTest, RunsAModel) {
  const uint32_t session = RunSession();
  EXPECT_GT(guest_.invocation().inference_time().count(), 0);
  ASSERT_EQ(GetOutputTensor(session, "product"), kSuccess);
  const uint32_t tensor = guest_.Read(kResult);
  ASSERT_EQ(guest_.Call("get_tensor_len", {session, tensor, kResult}), kSuccess);
  ASSERT_EQ(guest_.Read(kResult), 16U);
  ASSERT_EQ(guest_.Call("get_tensor_data", {session, tensor, kOutput, 16, kResult}), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 16U);
  EXPECT_EQ(guest_.ReadAll<float>(kOutput, 4), (std::vector<float>{2, 4, 6, 8}));
  EXPECT_EQ(guest_.Call("delete_session", {session}), kSuccess);
  EXPECT_EQ(guest_.Call("delete_session", {session}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("run_session", {session}), kInvalidArgument);
}

TEST_F(TensorFlowLiteTest, CopiesTheModel) {
  const auto bytes = test::BuildTinyModel(test::TinySum());
  ASSERT_EQ(CreateSession(bytes), kSuccess);
  const uint32_t session = guest_.Read(kResult);
  guest_.WriteAll(kModel, std::vector<uint8_t>(bytes.size(), 0xFF));
  ASSERT_EQ(AppendInput<float>(session, "left", {1, 2, 3, 4}), kSuccess);
  ASSERT_EQ(AppendInput<float>(session, "right", {1, 1, 1, 1}), kSuccess);
  EXPECT_EQ(guest_.Call("run_session", {session}), kSuccess);
}

TEST_F(TensorFlowLiteTest, RefusesWhatIsNoModel) {
  EXPECT_EQ(CreateSession({}), kInvalidArgument);
  EXPECT_EQ(CreateSession(std::vector<uint8_t>(1000, 7)), kInvalidArgument);
}

TEST_F(TensorFlowLiteTest, RefusesWrongNamesAndSizes) {
  const uint32_t session = MakeSession(test::TinySum());
  const std::vector<float> values{1, 2, 3, 4};
  EXPECT_EQ(AppendInput(session, "nothing", values), kInvalidArgument);
  EXPECT_EQ(AppendInput(session, "", values), kInvalidArgument);
  EXPECT_EQ(AppendInput(session, "sum", values), kInvalidArgument);
  EXPECT_EQ(AppendInput<float>(session, "left", {1, 2, 3}), kInvalidArgument);
  EXPECT_EQ(AppendInput<float>(session, "left", {1, 2, 3, 4, 5}), kInvalidArgument);
  EXPECT_EQ(AppendInput(session + 1, "left", values), kInvalidArgument);
  EXPECT_EQ(GetOutputTensor(session, "left"), kInvalidArgument);
  EXPECT_EQ(GetOutputTensor(session, "su"), kInvalidArgument);
  EXPECT_EQ(GetOutputTensor(session + 1, "sum"), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_tensor_len", {session, 1, kResult}), kInvalidArgument);
}

TEST_F(TensorFlowLiteTest, RefusesToRunWithoutEveryInput) {
  const uint32_t session = MakeSession(test::TinySum());
  EXPECT_EQ(guest_.Call("run_session", {session}), kInvalidArgument);
  ASSERT_EQ(AppendInput<float>(session, "left", {1, 2, 3, 4}), kSuccess);
  EXPECT_EQ(guest_.Call("run_session", {session}), kInvalidArgument);
}

TEST_F(TensorFlowLiteTest, GivesDataAfterTheRunIntoABufferOfItsSizeOnly) {
  const uint32_t session = MakeSession(test::TinySum());
  guest_.Write<uint32_t>(kResult, 77);
  EXPECT_EQ(guest_.Call("get_tensor_data", {session, 0, kOutput, 16, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Read(kResult), 0U);
  const uint32_t other = RunSession();
  EXPECT_EQ(guest_.Call("get_tensor_data", {other, 0, kOutput, 15, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_tensor_data", {other, 0, kOutput, 17, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_tensor_data", {other, 2, kOutput, 16, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_tensor_data", {other, 0, kEnd - 15, 16, kResult}), kMissingMemory);
  EXPECT_EQ(guest_.Call("get_tensor_data", {other, 0, kEnd - 16, 16, kResult}), kSuccess);
}

TEST_F(TensorFlowLiteTest, AFailedRunIsARuntimeError) {
  const uint32_t session = MakeSession(test::TinyGather());
  ASSERT_EQ(AppendInput<float>(session, "values", {1, 2, 3, 4}), kSuccess);
  ASSERT_EQ(AppendInput<int32_t>(session, "indices", {0, 99}), kSuccess);
  EXPECT_EQ(guest_.Call("run_session", {session}), kRuntimeError);
}

TEST_F(TensorFlowLiteTest, ResetFreesEverything) {
  const uint32_t session = RunSession();
  state_.Reset();
  EXPECT_EQ(guest_.Call("run_session", {session}), kInvalidArgument);
  EXPECT_EQ(MakeSession(test::TinySum()), 0U);
}

TEST_F(TensorFlowLiteTest, BoundsSessions) {
  const auto bytes = test::BuildTinyModel(test::TinySum());
  for (int i = 0; i < 64; ++i) ASSERT_EQ(CreateSession(bytes), kSuccess);
  EXPECT_EQ(test::LimitOf([&] { CreateSession(bytes); }), "sessions");
  EXPECT_EQ(guest_.Call("delete_session", {5}), kSuccess);
  EXPECT_EQ(CreateSession(bytes), kSuccess);
}

class TensorFlowLiteLimitsTest : public TensorFlowLiteTest {
 protected:
  TensorFlowLiteLimitsTest() : TensorFlowLiteTest({64, 64, 2000, 100}) {}
};

TEST_F(TensorFlowLiteLimitsTest, BoundsBytes) {
  auto bytes = test::BuildTinyModel(test::TinySum());
  ASSERT_LT(bytes.size(), 1000U);
  ASSERT_EQ(CreateSession(bytes), kSuccess);
  ASSERT_EQ(CreateSession(bytes), kSuccess);
  // Each has tensors of 48 bytes.
  EXPECT_EQ(test::LimitOf([&] { CreateSession(bytes); }), "sessionBytes");
  EXPECT_EQ(guest_.Call("delete_session", {0}), kSuccess);
  bytes.resize(1900);
  EXPECT_EQ(test::LimitOf([&] { CreateSession(bytes); }), "modelBytes");
}

TEST_F(TensorFlowLiteTest, SurvivesEveryHostileArgument) {
  const auto model = test::BuildTinyModel(test::TinySum());
  for (const HostFunction<TensorFlowLiteState>& function : TensorFlowLiteModule().functions) {
    // The functions of WasmEdge 0.8 have a test of their own.
    if (std::string_view(function.name).rfind("wasmedge_", 0) == 0) continue;
    state_.Reset();
    RunSession();
    guest_.WriteAll(kModel, model);
    guest_.WriteString(kName, "left");
    auto values = test::HostileValues(kEnd);
    values.push_back(16);
    size_t calls = 0;
    test::CallWithEverything(guest_, function, values, [&](uint32_t result) {
      ++calls;
      ASSERT_LE(result, 5U) << function.name;
    });
    EXPECT_GE(calls, values.size()) << function.name;
  }
}

TEST_F(TensorFlowLiteTest, FindsTheTensorsOfARealModel) {
  const auto bytes = test::SampleData("models/mobilenet_v1_0.25_128_quant.tflite");
  SKIP_WITHOUT_DATA(bytes);
  const Session session(test::Load(bytes), {});
  EXPECT_EQ(session.InputIndex("input"), 0U);
  EXPECT_EQ(session.OutputIndex("MobilenetV1/Predictions/Reshape_1"), 0U);
}

}  // namespace
}  // namespace wasmedge_embed
