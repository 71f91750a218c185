#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "host/wasi_nn.h"
#include "test/errno_guest.h"
#include "test/inference_fixtures.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kSuccess = 0;
constexpr uint32_t kInvalidArgument = 1;
constexpr uint32_t kInvalidEncoding = 2;
constexpr uint32_t kRuntimeError = 5;
constexpr uint32_t kUnsupportedOperation = 6;
constexpr uint32_t kNotFound = 8;

constexpr uint32_t kTensorflowLite = 4;
constexpr uint32_t kAutodetect = 5;
constexpr uint32_t kCpu = 0;

constexpr uint32_t kF32 = 1;
constexpr uint32_t kU8 = 3;
constexpr uint32_t kI32 = 4;

constexpr uint32_t kEnd = FakeGuest<WasiNnState>::kPage;

// Positions in the guest's memory.
constexpr uint32_t kResult = 8;
constexpr uint32_t kBuilder = 16;
constexpr uint32_t kTensor = 32;
constexpr uint32_t kName = 64;
constexpr uint32_t kDimensions = 128;
constexpr uint32_t kData = 256;
constexpr uint32_t kOutput = 1024;
constexpr uint32_t kModel = 4096;

class WasiNnTest : public testing::Test {
 protected:
  explicit WasiNnTest(const InferenceLimits& limits = {})
      : models_(MakeModels()), state_(models_, {}, limits), guest_(WasiNnModule(), state_) {}

  static std::shared_ptr<const ModelTable> MakeModels() {
    auto models = std::make_shared<ModelTable>();
    (*models)["sum"] = test::Load(test::TinySum());
    (*models)["gather"] = test::Load(test::TinyGather());
    (*models)["uint8"] = test::Load(test::TinyQuantizedSum(test::kTinyUint8));
    (*models)["int8"] = test::Load(test::TinyQuantizedSum(test::kTinyInt8));
    return models;
  }

  uint32_t LoadByName(const std::string& name) {
    guest_.WriteString(kName, name);
    return guest_.Call("load_by_name", {kName, static_cast<uint32_t>(name.size()), kResult});
  }

  uint32_t LoadBytes(const std::vector<uint8_t>& bytes, uint32_t encoding = kTensorflowLite,
                     uint32_t target = kCpu) {
    guest_.WriteAll(kModel, bytes);
    guest_.WriteAll<uint32_t>(kBuilder, {kModel, static_cast<uint32_t>(bytes.size())});
    return guest_.Call("load", {kBuilder, 1, encoding, target, kResult});
  }

  /// A context of the model with this name.
  uint32_t Context(const std::string& name) {
    EXPECT_EQ(LoadByName(name), kSuccess);
    EXPECT_EQ(guest_.Call("init_execution_context", {guest_.Read(kResult), kResult}), kSuccess);
    return guest_.Read(kResult);
  }

  template <typename T>
  uint32_t SetInput(uint32_t context, uint32_t index, const std::vector<uint32_t>& dimensions,
                    uint32_t type, const std::vector<T>& values) {
    guest_.WriteAll(kDimensions, dimensions);
    guest_.WriteAll(kData, values);
    // A compiler may leave any bytes in the padding behind the type's byte.
    guest_.WriteAll<uint32_t>(
        kTensor, {kDimensions, static_cast<uint32_t>(dimensions.size()), type | 0xABCDEF00U, kData,
                  static_cast<uint32_t>(values.size() * sizeof(T))});
    return guest_.Call("set_input", {context, index, kTensor});
  }

  /// A context that is ready to compute.
  uint32_t ReadyContext() {
    const uint32_t context = Context("sum");
    EXPECT_EQ(SetInput<float>(context, 0, {1, 4}, kF32, {1, 2, 3, 4}), kSuccess);
    EXPECT_EQ(SetInput<float>(context, 1, {1, 4}, kF32, {10, 20, 30, 40}), kSuccess);
    return context;
  }

  std::shared_ptr<const ModelTable> models_;
  WasiNnState state_;
  test::ErrnoGuest<WasiNnState> guest_;
};

TEST_F(WasiNnTest, HasEveryFunction) {
  EXPECT_STREQ(WasiNnModule().name, "wasi_ephemeral_nn");
  EXPECT_EQ(WasiNnModule().functions.size(), 12U);
}

TEST_F(WasiNnTest, RunsAModelOfTheHost) {
  const uint32_t context = ReadyContext();
  EXPECT_EQ(guest_.Call("compute", {context}), kSuccess);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 100, kResult}), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 16U);
  EXPECT_EQ(guest_.ReadAll<float>(kOutput, 4), (std::vector<float>{11, 22, 33, 44}));
  EXPECT_GT(guest_.invocation().inference_time().count(), 0);
  EXPECT_EQ(guest_.Call("finalize_execution_context", {context}), kSuccess);
  EXPECT_EQ(guest_.Call("finalize_execution_context", {context}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("compute", {context}), kInvalidArgument);
}

TEST_F(WasiNnTest, RunsAModelOfTheGuest) {
  const auto bytes = test::BuildTinyModel(test::TinySumAndProduct());
  for (const uint32_t encoding : {kTensorflowLite, kAutodetect}) {
    for (const uint32_t target : {0U, 3U}) {
      ASSERT_EQ(LoadBytes(bytes, encoding, target), kSuccess);
      const uint32_t graph = guest_.Read(kResult);
      ASSERT_EQ(guest_.Call("init_execution_context", {graph, kResult}), kSuccess);
      const uint32_t context = guest_.Read(kResult);
      // The host has its own copy.
      guest_.WriteAll(kModel, std::vector<uint8_t>(bytes.size(), 0xFF));
      EXPECT_EQ(guest_.Call("unload", {graph}), kSuccess);
      EXPECT_EQ(guest_.Call("unload", {graph}), kInvalidArgument);
      ASSERT_EQ(SetInput<float>(context, 0, {2, 2}, kF32, {1, 2, 3, 4}), kSuccess);
      ASSERT_EQ(SetInput<float>(context, 1, {2, 2}, kF32, {2, 2, 2, 2}), kSuccess);
      ASSERT_EQ(guest_.Call("compute", {context}), kSuccess);
      ASSERT_EQ(guest_.Call("get_output", {context, 1, kOutput, 16, kResult}), kSuccess);
      EXPECT_EQ(guest_.ReadAll<float>(kOutput, 4), (std::vector<float>{2, 4, 6, 8}));
      ASSERT_EQ(guest_.Call("get_output", {context, 0, kOutput, 16, kResult}), kSuccess);
      EXPECT_EQ(guest_.ReadAll<float>(kOutput, 4), (std::vector<float>{3, 4, 5, 6}));
    }
  }
}

TEST_F(WasiNnTest, TakesBytesForUint8AndInt8) {
  for (const char* name : {"uint8", "int8"}) {
    const uint32_t context = Context(name);
    ASSERT_EQ(SetInput<uint8_t>(context, 0, {1, 4}, kU8, {1, 2, 3, 4}), kSuccess);
    ASSERT_EQ(SetInput<uint8_t>(context, 1, {1, 4}, kU8, {9, 9, 9, 9}), kSuccess);
    ASSERT_EQ(guest_.Call("compute", {context}), kSuccess);
    ASSERT_EQ(guest_.Call("get_output", {context, 0, kOutput, 4, kResult}), kSuccess);
    EXPECT_EQ(guest_.Read(kResult), 4U);
    EXPECT_EQ(guest_.ReadAll<uint8_t>(kOutput, 4), (std::vector<uint8_t>{10, 11, 12, 13}));
  }
}

TEST_F(WasiNnTest, GivesHandlesFromZeroAndTheSameGraphForTheSameName) {
  EXPECT_EQ(LoadByName("sum"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 0U);
  EXPECT_EQ(LoadByName("gather"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 1U);
  EXPECT_EQ(LoadByName("sum"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 0U);
  EXPECT_EQ(guest_.Call("unload", {0}), kSuccess);
  EXPECT_EQ(LoadByName("sum"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 0x10000U);
  EXPECT_EQ(guest_.Call("init_execution_context", {0, kResult}), kInvalidArgument);
}

TEST_F(WasiNnTest, RefusesUnknownNamesEncodingsAndTargets) {
  EXPECT_EQ(LoadByName("nothing"), kNotFound);
  EXPECT_EQ(LoadByName(""), kNotFound);
  EXPECT_EQ(LoadByName("sum2"), kNotFound);
  const auto bytes = test::BuildTinyModel(test::TinySum());
  for (const uint32_t encoding : {0U, 1U, 2U, 3U, 6U, 260U, 0xFFFFFFFFU}) {
    EXPECT_EQ(LoadBytes(bytes, encoding), kInvalidEncoding) << encoding;
  }
  EXPECT_EQ(LoadBytes({1, 2, 3, 4, 5, 6, 7, 8}, kAutodetect), kInvalidEncoding);
  EXPECT_EQ(LoadBytes(bytes, kTensorflowLite, 1), kUnsupportedOperation);
  EXPECT_EQ(LoadBytes(bytes, kTensorflowLite, 2), kUnsupportedOperation);
  EXPECT_EQ(LoadBytes(bytes, kTensorflowLite, 4), kInvalidArgument);
  EXPECT_EQ(LoadBytes(bytes, kTensorflowLite, 0xFFFFFFFF), kInvalidArgument);
  EXPECT_EQ(LoadBytes({1, 2, 3}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("load", {kBuilder, 0, kTensorflowLite, kCpu, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("load", {kBuilder, 2, kTensorflowLite, kCpu, kResult}), kInvalidArgument);
}

TEST_F(WasiNnTest, TakesAConfigurationThatFitsTheModel) {
  guest_.WriteString(kName, "sum");
  EXPECT_EQ(guest_.Call("load_by_name_with_config", {kName, 3, 0, 0, kResult}), kSuccess);
  EXPECT_EQ(guest_.Call("load_by_name_with_config", {kName, 3, kData, 2, kResult}),
            kInvalidArgument);
  EXPECT_EQ(guest_.Call("load_by_name_with_config", {kName, 3, kEnd, 1, kResult}),
            kInvalidArgument);
  const auto load = [&](const std::string& config) {
    guest_.WriteString(kData, config);
    return guest_.Call("load_by_name_with_config",
                       {kName, 3, kData, static_cast<uint32_t>(config.size()), kResult});
  };
  EXPECT_EQ(load("{\"threads\":2}"), kSuccess);
  const uint32_t graph = guest_.Read(kResult);
  EXPECT_EQ(load("{\"threads\":2}"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), graph);
  EXPECT_EQ(load("{\"threads\":1}"), kSuccess);
  EXPECT_NE(guest_.Read(kResult), graph);
  EXPECT_EQ(load("{\"signature\":\"none\"}"), kInvalidArgument);
  EXPECT_EQ(load("{\"shapes\":{\"none\":[1]}}"), kInvalidArgument);
}

TEST_F(WasiNnTest, RefusesInputsOfTheWrongSizeShapeOrType) {
  const uint32_t context = Context("sum");
  const std::vector<float> values{1, 2, 3, 4};
  EXPECT_EQ(SetInput<float>(context, 0, {1, 4}, kF32, {1, 2, 3}), kInvalidArgument);
  EXPECT_EQ(SetInput<float>(context, 0, {1, 4}, kF32, {1, 2, 3, 4, 5}), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {4, 2}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {0, 4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {0x80000001, 4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {1, 4, 1}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {}, kF32, values), kInvalidArgument);
  // 2 is what U8 was before wasi-nn 0.6, and is F64 now.
  for (const uint32_t type : {0U, 2U, kU8, kI32, 5U, 6U, 255U}) {
    EXPECT_EQ(SetInput(context, 0, {1, 4}, type, values), kInvalidArgument) << type;
  }
  EXPECT_EQ(SetInput(context, 2, {1, 4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0xFFFFFFFF, {1, 4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context + 1, 0, {1, 4}, kF32, values), kInvalidArgument);
  EXPECT_EQ(SetInput(context, 0, {1, 4}, kF32, values), kSuccess);
}

TEST_F(WasiNnTest, RefusesToComputeWithoutEveryInput) {
  const uint32_t context = Context("sum");
  EXPECT_EQ(guest_.Call("compute", {context}), kInvalidArgument);
  EXPECT_EQ(SetInput<float>(context, 1, {1, 4}, kF32, {1, 2, 3, 4}), kSuccess);
  EXPECT_EQ(guest_.Call("compute", {context}), kInvalidArgument);
}

TEST_F(WasiNnTest, GivesNoOutputBeforeTheRunNorATruncatedOne) {
  const uint32_t context = ReadyContext();
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 16, kResult}), kInvalidArgument);
  ASSERT_EQ(guest_.Call("compute", {context}), kSuccess);
  guest_.Write<uint32_t>(kResult, 77);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 15, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_output", {context, 1, kOutput, 16, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Read(kResult), 77U);
  EXPECT_EQ(guest_.ReadAll<uint8_t>(kOutput, 16), std::vector<uint8_t>(16));
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kEnd - 16, 16, kResult}), kSuccess);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kEnd - 15, 16, kResult}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 16, kEnd - 3}), kInvalidArgument);
}

TEST_F(WasiNnTest, AFailedRunIsARuntimeErrorAndCanBeRepeated) {
  const uint32_t context = Context("gather");
  ASSERT_EQ(SetInput<float>(context, 0, {4}, kF32, {1, 2, 3, 4}), kSuccess);
  ASSERT_EQ(SetInput<int32_t>(context, 1, {2}, kI32, {0, 99}), kSuccess);
  EXPECT_EQ(guest_.Call("compute", {context}), kRuntimeError);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 16, kResult}), kInvalidArgument);
  ASSERT_EQ(SetInput<int32_t>(context, 1, {2}, kI32, {3, 1}), kSuccess);
  EXPECT_EQ(guest_.Call("compute", {context}), kSuccess);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, kOutput, 16, kResult}), kSuccess);
  EXPECT_EQ(guest_.ReadAll<float>(kOutput, 2), (std::vector<float>{4, 2}));
}

TEST_F(WasiNnTest, HasNoStreaming) {
  const uint32_t context = ReadyContext();
  EXPECT_EQ(guest_.Call("compute_single", {context}), kUnsupportedOperation);
  EXPECT_EQ(guest_.Call("fini_single", {context}), kUnsupportedOperation);
  EXPECT_EQ(guest_.Call("get_output_single", {context, 0, kOutput, 16, kResult}),
            kUnsupportedOperation);
  EXPECT_EQ(guest_.Call("compute_single", {99}), kInvalidArgument);
}

TEST_F(WasiNnTest, ResetFreesEverything) {
  const auto bytes = test::BuildTinyModel(test::TinySumAndProduct());
  ASSERT_EQ(LoadBytes(bytes), kSuccess);
  const uint32_t context = ReadyContext();
  state_.Reset();
  EXPECT_EQ(guest_.Call("compute", {context}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("unload", {0}), kInvalidArgument);
  EXPECT_EQ(LoadByName("sum"), kSuccess);
  EXPECT_EQ(guest_.Read(kResult), 0U);
}

TEST_F(WasiNnTest, BoundsHandles) {
  ASSERT_EQ(LoadByName("sum"), kSuccess);
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(guest_.Call("init_execution_context", {0, kResult}), kSuccess);
  }
  EXPECT_EQ(test::LimitOf([&] { guest_.Call("init_execution_context", {0, kResult}); }),
            "sessions");
  const auto bytes = test::BuildTinyModel(test::TinySum());
  for (int i = 1; i < 64; ++i) ASSERT_EQ(LoadBytes(bytes), kSuccess);
  EXPECT_EQ(test::LimitOf([&] { LoadBytes(bytes); }), "models");
  EXPECT_EQ(test::LimitOf([&] { LoadByName("gather"); }), "models");
  EXPECT_EQ(LoadByName("sum"), kSuccess);
}

class WasiNnLimitsTest : public WasiNnTest {
 protected:
  WasiNnLimitsTest() : WasiNnTest({64, 64, 2000, 100}) {}
};

TEST_F(WasiNnLimitsTest, BoundsBytes) {
  auto bytes = test::BuildTinyModel(test::TinySum());
  bytes.resize(1500);
  ASSERT_EQ(LoadBytes(bytes), kSuccess);
  EXPECT_EQ(test::LimitOf([&] { LoadBytes(bytes); }), "modelBytes");
  EXPECT_EQ(guest_.Call("unload", {0}), kSuccess);
  ASSERT_EQ(LoadBytes(bytes), kSuccess);
  const uint32_t graph = guest_.Read(kResult);
  // 48 bytes each.
  ASSERT_EQ(guest_.Call("init_execution_context", {graph, kResult}), kSuccess);
  ASSERT_EQ(guest_.Call("init_execution_context", {graph, kResult}), kSuccess);
  EXPECT_EQ(test::LimitOf([&] { guest_.Call("init_execution_context", {graph, kResult}); }),
            "sessionBytes");
  EXPECT_EQ(guest_.Call("finalize_execution_context", {0}), kSuccess);
  EXPECT_EQ(guest_.Call("init_execution_context", {graph, kResult}), kSuccess);
}

TEST_F(WasiNnTest, AGuestWithoutMemoryGetsErrnos) {
  const uint32_t context = ReadyContext();
  guest_.memory().clear();
  EXPECT_EQ(guest_.Call("load", {0, 1, kTensorflowLite, kCpu, 0}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("load_by_name", {0, 0, 0}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("set_input", {context, 0, 0}), kInvalidArgument);
  EXPECT_EQ(guest_.Call("compute", {context}), kSuccess);
  EXPECT_EQ(guest_.Call("get_output", {context, 0, 0, 0, 0}), kInvalidArgument);
}

TEST_F(WasiNnTest, SurvivesEveryHostileArgument) {
  const auto model = test::BuildTinyModel(test::TinySum());
  for (const HostFunction<WasiNnState>& function : WasiNnModule().functions) {
    state_.Reset();
    ReadyContext();
    // Contents at 64 and at 0 that the functions may take for a builder, a tensor or a name.
    guest_.WriteAll(kModel, model);
    guest_.WriteAll<uint32_t>(64,
                              {kModel, static_cast<uint32_t>(model.size()), kF32, kEnd - 16, 16});
    guest_.WriteAll<uint32_t>(0, {0xFFFFFFFC, 0xFFFFFFFF, kF32, 0xFFFFFFFF, 16});
    auto values = test::HostileValues(kEnd);
    values.push_back(kTensorflowLite);
    size_t calls = 0;
    test::CallWithEverything(guest_, function, values, [&](uint32_t result) {
      ++calls;
      ASSERT_LE(result, 8U) << function.name;
    });
    EXPECT_GE(calls, values.size()) << function.name;
  }
}

TEST_F(WasiNnTest, SurvivesHostileStructures) {
  const uint32_t context = ReadyContext();
  const auto values = test::HostileValues(kEnd);
  for (const uint32_t a : values) {
    for (const uint32_t b : values) {
      guest_.WriteAll<uint32_t>(kBuilder, {a, b});
      EXPECT_EQ(guest_.Call("load", {kBuilder, 1, kTensorflowLite, kCpu, kResult}),
                kInvalidArgument);
      for (const uint32_t c : values) {
        for (const uint32_t d : values) {
          guest_.WriteAll<uint32_t>(kTensor, {a, b, kF32, c, d});
          EXPECT_EQ(guest_.Call("set_input", {context, 0, kTensor}), kInvalidArgument);
          guest_.WriteAll<uint32_t>(kTensor, {kDimensions, 2, kF32, c, d});
          EXPECT_EQ(guest_.Call("set_input", {context, 0, kTensor}), kInvalidArgument);
        }
      }
    }
  }
}

TEST_F(WasiNnTest, ClassifiesWithTheDefaultModel) {
  auto models = std::make_shared<ModelTable>();
  (*models)["default"] = test::Load(test::DefaultModel());
  WasiNnState state(models, {});
  test::ErrnoGuest<WasiNnState> guest(WasiNnModule(), state);
  guest.WriteString(kName, "default");
  ASSERT_EQ(guest.Call("load_by_name", {kName, 7, kResult}), kSuccess);
  ASSERT_EQ(guest.Call("init_execution_context", {0, kResult}), kSuccess);
  const auto picture = test::Noise(49152, 3);
  guest.WriteAll<uint32_t>(kDimensions, {1, 128, 128, 3});
  guest.WriteAll(kModel, picture);
  guest.WriteAll<uint32_t>(kTensor, {kDimensions, 4, kU8, kModel, 49152});
  ASSERT_EQ(guest.Call("set_input", {0, 0, kTensor}), kSuccess);
  ASSERT_EQ(guest.Call("compute", {0}), kSuccess);
  ASSERT_EQ(guest.Call("get_output", {0, 0, kOutput, 1001, kResult}), kSuccess);
  ASSERT_EQ(guest.Read(kResult), 23U);
  EXPECT_EQ(guest.ReadAll<uint8_t>(kOutput, 23),
            test::Classify(models->at("default").model, picture));
}

}  // namespace
}  // namespace wasmedge_embed
