#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "test/errno_guest.h"
#include "test/inference_fixtures.h"

// The reason for an error number: the host of the guest reads these messages, and nothing else.

namespace wasmedge_embed {
namespace {

constexpr uint32_t kPage = FakeGuest<WasiNnState>::kPage;
constexpr uint32_t kResult = 8;
constexpr uint32_t kTensor = 32;
constexpr uint32_t kName = 64;
constexpr uint32_t kDimensions = 512;
constexpr uint32_t kData = 1024;

/// A call, and the message about it.
struct Refused {
  const char* function;
  std::vector<uint32_t> arguments;
  uint32_t number;
  std::string reason;
};

template <typename State>
void ExpectTold(test::ErrnoGuest<State>& guest, const char* module, const Refused& refused) {
  EXPECT_EQ(guest.Call(refused.function, refused.arguments), refused.number) << refused.reason;
  const auto failures = guest.invocation().TakeInferenceFailures();
  ASSERT_EQ(failures.size(), 1U) << refused.reason;
  EXPECT_EQ(failures[0].function, std::string(module) + "." + refused.function);
  EXPECT_EQ(failures[0].number, refused.number);
  EXPECT_EQ(failures[0].reason, refused.reason);
}

class WasiNnFailuresTest : public testing::Test {
 protected:
  WasiNnFailuresTest() : state_(Models(), {}), guest_(WasiNnModule(), state_) {
    guest_.WriteString(kName, "sum");
    EXPECT_EQ(guest_.Call("load_by_name", {kName, 3, kResult}), 0U);
    EXPECT_EQ(guest_.Call("init_execution_context", {0, kResult}), 0U);
  }

  static std::shared_ptr<const ModelTable> Models() {
    auto models = std::make_shared<ModelTable>();
    (*models)["sum"] = test::Load(test::TinySum());
    return models;
  }

  /// A tensor in the guest's memory.
  void Put(const std::vector<uint32_t>& shape, uint32_t type, uint32_t data, uint32_t size) {
    guest_.WriteAll(kDimensions, shape);
    guest_.WriteAll<uint32_t>(kTensor,
                              {kDimensions, static_cast<uint32_t>(shape.size()), type, data, size});
  }

  void ExpectTold(const Refused& refused) {
    wasmedge_embed::ExpectTold(guest_, "wasi_ephemeral_nn", refused);
  }

  WasiNnState state_;
  test::ErrnoGuest<WasiNnState> guest_;
};

TEST_F(WasiNnFailuresTest, OfLoading) {
  const std::string outside = "lies outside the guest's memory.";
  guest_.WriteAll<uint32_t>(kData, {kName, 3});
  guest_.WriteAll<uint32_t>(kData + 8, {kPage - 1, 2});
  for (const Refused& refused : std::vector<Refused>{
           {"load", {kData, 1, 4, 0, kPage}, 1, "The place for the result " + outside},
           {"load",
            {kData, 1, 4, 1, kResult},
            6,
            "Models run on the processor: the target must be CPU (0) or AUTO (3)."},
           {"load", {kData, 1, 4, 9, kResult}, 1, "The target must be CPU (0) or AUTO (3), not 9."},
           {"load",
            {kData, 1, 2, 0, kResult},
            2,
            "The encoding must be TensorflowLite (4) or autodetect (5), not 2."},
           {"load", {kData, 2, 4, 0, kResult}, 1, "A model must be passed in one piece, not in 2."},
           {"load", {kPage, 1, 4, 0, kResult}, 1, "The model " + outside},
           {"load", {kData + 8, 1, 4, 0, kResult}, 1, "The model " + outside},
           {"load",
            {kData, 1, 5, 0, kResult},
            2,
            "The bytes are not a TensorFlow Lite model: they lack its identifier."},
           {"load",
            {kData, 1, 4, 0, kResult},
            1,
            "Not a TensorFlow Lite model: it has only 3 bytes. Expected the bytes of a .tflite "
            "file."},
           {"load_by_name", {kPage, 1, kResult}, 1, "The name " + outside},
           {"load_by_name", {kName, 2, kResult}, 8, "The host has no model named \"su\"."},
           {"load_by_name_with_config",
            {kName, 3, kPage, 1, kResult},
            1,
            "The configuration " + outside},
           {"init_execution_context", {7, kResult}, 1, "There is no graph 7."},
           {"init_execution_context", {0, kPage}, 1, "The place for the result " + outside},
           {"unload", {7}, 1, "There is no graph 7."},
           {"finalize_execution_context", {7}, 1, "There is no execution context 7."},
       }) {
    ExpectTold(refused);
  }
}

TEST_F(WasiNnFailuresTest, OfInputs) {
  const auto refuses = [this](const std::string& reason, uint32_t index = 0) {
    ExpectTold({"set_input", {0, index, kTensor}, 1, reason});
  };
  Put({1, 4}, 1, kData, 16);
  ExpectTold({"set_input", {3, 0, kTensor}, 1, "There is no execution context 3."});
  ExpectTold({"set_input", {0, 0, kPage}, 1, "The tensor lies outside the guest's memory."});
  refuses("The model has 2 inputs; there is no input 2.", 2);
  Put({1, 4}, 2, kData, 16);
  refuses("Input 0 (\"left\") takes float32 (type 1), not type 2.");
  Put({1, 5}, 1, kData, 16);
  refuses("Input 0 (\"left\") takes the shape [1, 4], not [1, 5].");
  Put({}, 1, kData, 16);
  refuses("Input 1 (\"right\") takes the shape [1, 4], not [].", 1);
  guest_.WriteAll<uint32_t>(kTensor, {kPage, 2, 1, kData, 16});
  const std::string far =
      "Input 0 (\"left\") takes the shape [1, 4], and the dimensions lie outside the guest's "
      "memory "
      "or are too many.";
  refuses(far);
  guest_.WriteAll<uint32_t>(kTensor, {kDimensions, 65, 1, kData, 16});
  refuses(far);
  Put({1, 4}, 1, kData, 12);
  refuses("Input 0 (\"left\") takes 16 bytes, not 12.");
  Put({1, 4}, 1, kPage, 16);
  refuses("The tensor's data lies outside the guest's memory.");
}

TEST_F(WasiNnFailuresTest, OfRunsAndOutputs) {
  ExpectTold({"compute", {4}, 1, "There is no execution context 4."});
  Put({1, 4}, 1, kData, 16);
  ASSERT_EQ(guest_.Call("set_input", {0, 0, kTensor}), 0U);
  ExpectTold({"compute", {0}, 1, "Input 1 (\"right\") was not set."});
  ASSERT_EQ(guest_.Call("set_input", {0, 1, kTensor}), 0U);
  ExpectTold({"get_output", {0, 0, kData, 16, kResult}, 1, "The model has not been run."});
  ASSERT_EQ(guest_.Call("compute", {0}), 0U);
  for (const Refused& refused : std::vector<Refused>{
           {"get_output",
            {0, 1, kData, 16, kResult},
            1,
            "The model has 1 output; there is no output 1."},
           {"get_output",
            {0, 0, kData, 15, kResult},
            1,
            "Output 0 (\"sum\") has 16 bytes, the buffer 15."},
           {"get_output",
            {0, 0, kPage, 16, kResult},
            1,
            "The buffer lies outside the guest's memory."},
           {"get_output_single", {9, 0, kData, 16, kResult}, 1, "There is no execution context 9."},
           {"compute_single",
            {0},
            6,
            "TensorFlow Lite computes all outputs at once: use compute and get_output."},
       }) {
    ExpectTold(refused);
  }
}

TEST_F(WasiNnFailuresTest, AreToldOfSixteenTimesAtMostAndNotOfAnInvocationThatIsToEnd) {
  for (int i = 0; i < 100; ++i) guest_.Call("unload", {static_cast<uint32_t>(100 + i)});
  const auto failures = guest_.invocation().TakeInferenceFailures();
  ASSERT_EQ(failures.size(), 16U);
  EXPECT_EQ(failures[0].reason, "There is no graph 100.");
  guest_.invocation().RequestStop(StopReason::kAborted);
  EXPECT_EQ(guest_.Call("unload", {100}), 1U);
  EXPECT_TRUE(guest_.invocation().TakeInferenceFailures().empty());
}

TEST_F(WasiNnFailuresTest, HaveNoLongNames) {
  guest_.WriteString(kData, std::string(20'000, 'x'));
  EXPECT_EQ(guest_.Call("load_by_name", {kData, 20'000, kResult}), 8U);
  const auto failures = guest_.invocation().TakeInferenceFailures();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].reason, "The host has no model named \"" + std::string(200, 'x') + "…\".");
}

TEST(TensorFlowLiteFailures, AreTold) {
  TensorFlowLiteState state(InferenceOptions{});
  test::ErrnoGuest<TensorFlowLiteState> guest(TensorFlowLiteModule(), state);
  const auto model = test::BuildTinyModel(test::TinySum());
  constexpr uint32_t kModel = 8192;
  guest.WriteAll(kModel, model);
  const auto size = static_cast<uint32_t>(model.size());
  ASSERT_EQ(guest.Call("create_session", {kModel, size, kResult}), 0U);
  guest.WriteString(kName, "left");
  guest.WriteString(kName + 8, "sum");
  const auto told = [&guest](const Refused& refused) {
    ExpectTold(guest, "wasmedge_tensorflowlite", refused);
  };
  const std::string outside = "lies outside the guest's memory.";
  told({"create_session", {kPage, 1, kResult}, 3, "The model " + outside});
  told({"create_session", {kModel, size, kPage}, 3, "The place for the result " + outside});
  told({"create_session",
        {kModel, 3, kResult},
        1,
        "Not a TensorFlow Lite model: it has only 3 bytes. Expected the bytes of a .tflite file."});
  told({"delete_session", {9}, 1, "There is no session 9."});
  told({"run_session", {9}, 1, "There is no session 9."});
  told({"run_session", {0}, 1, "Input 0 (\"left\") was not set."});
  told({"append_input", {0, kName, 3, kData, 16}, 1, "The model has no input named \"lef\"."});
  told({"append_input", {0, kName, 4, kData, 12}, 1, "Input 0 (\"left\") takes 16 bytes, not 12."});
  told({"append_input", {0, kName, 4, kPage, 16}, 3, "The tensor " + outside});
  told({"append_input", {0, kPage, 4, kData, 16}, 3, "The name " + outside});
  told({"get_output_tensor", {0, kName, 4, kResult}, 1, "The model has no output named \"left\"."});
  told({"get_output_tensor", {0, kPage, 4, kResult}, 3, "The name " + outside});
  told({"get_tensor_len", {0, 1, kResult}, 1, "The model has 1 output; there is no output 1."});
  told({"get_tensor_data",
        {0, 1, kData, 16, kResult},
        1,
        "The model has 1 output; there is no output 1."});
  told({"get_tensor_data", {0, 0, kData, 16, kResult}, 1, "The session has not run."});
  told({"get_tensor_data", {0, 0, kPage, 16, kResult}, 3, "The buffer " + outside});
}

}  // namespace
}  // namespace wasmedge_embed
