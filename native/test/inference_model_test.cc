#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/page_buffer.h"
#include "inference/check/model_check.h"
#include "test/inference_fixtures.h"

namespace wasmedge_embed {
namespace {

using test::BuildTinyModel;
using test::Load;

/// The message of the refusal; fails the test if there is none.
std::string Refusal(const std::vector<uint8_t>& bytes) {
  try {
    Load(bytes)->graph();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "it was not refused";
  return {};
}

TEST(TensorTest, ByteSizesAreCheckedForOverflow) {
  EXPECT_EQ(TensorByteSize(TensorType::kFloat32, {1, 2, 3}, 1000), 24U);
  EXPECT_EQ(TensorByteSize(TensorType::kInt8, {}, 1000), 1U);
  EXPECT_EQ(TensorByteSize(TensorType::kFloat64, {125}, 1000), 1000U);
  EXPECT_EQ(TensorByteSize(TensorType::kFloat64, {126}, 1000), std::nullopt);
  EXPECT_EQ(TensorByteSize(TensorType::kUint8, {0}, 1000), std::nullopt);
  EXPECT_EQ(TensorByteSize(TensorType::kUint8, {-1}, 1000), std::nullopt);
  const std::vector<int32_t> huge(8, 2147483647);
  EXPECT_EQ(TensorByteSize(TensorType::kInt64, huge, UINT64_MAX), std::nullopt);
}

TEST(ModelTest, TellsWhatTheDefaultModelTakesAndGives) {
  const auto model = Load(test::DefaultModel());
  ASSERT_EQ(model->inputs().size(), 1U);
  const TensorInfo& input = model->inputs()[0];
  EXPECT_EQ(input.type, TensorType::kUint8);
  EXPECT_EQ(input.shape, (std::vector<int32_t>{1, 128, 128, 3}));
  EXPECT_EQ(input.byte_size, 49152U);
  ASSERT_TRUE(input.quantization);
  EXPECT_FLOAT_EQ(input.quantization->scale, 2.0F / 255);
  EXPECT_EQ(input.quantization->zero_point, 127);
  ASSERT_EQ(model->outputs().size(), 1U);
  const TensorInfo& output = model->outputs()[0];
  EXPECT_EQ(output.type, TensorType::kUint8);
  EXPECT_EQ(output.shape, (std::vector<int32_t>{1, 23}));
  ASSERT_TRUE(output.quantization);
  EXPECT_FLOAT_EQ(output.quantization->scale, 1.0F / 256);
  EXPECT_EQ(output.quantization->zero_point, 0);
  EXPECT_EQ(model->tensor_bytes(), 49152U + 23U);
}

TEST(ModelTest, TellsWhatARealModelTakesAndGives) {
  const auto bytes = test::SampleData("models/mobilenet_v1_0.25_128_quant.tflite");
  SKIP_WITHOUT_DATA(bytes);
  const auto model = Load(bytes);
  EXPECT_EQ(model->inputs()[0].name, "input");
  EXPECT_EQ(model->inputs()[0].shape, (std::vector<int32_t>{1, 128, 128, 3}));
  EXPECT_EQ(model->outputs()[0].name, "MobilenetV1/Predictions/Reshape_1");
  EXPECT_EQ(model->outputs()[0].shape, (std::vector<int32_t>{1, 1001}));
}

TEST(ModelTest, KeepsTheOrderOfTheGraphWhateverTheSignatureSays) {
  test::TinyModel tiny = test::TinySumAndProduct();
  tiny.signature_inputs = {1, 0};
  tiny.signature_outputs = {3, 2};
  const auto model = Load(tiny);
  EXPECT_EQ(model->inputs()[0].name, "left");
  EXPECT_EQ(model->inputs()[1].name, "right");
  EXPECT_EQ(model->outputs()[0].name, "sum");
  EXPECT_EQ(model->outputs()[1].name, "product");
  Session session(model, {});
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
  ASSERT_TRUE(test::Set<float>(session, 1, {5, 6, 7, 8}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{6, 8, 10, 12}));
  EXPECT_EQ(test::Get<float>(session, 1), (std::vector<float>{5, 12, 21, 32}));
}

TEST(ModelTest, RefusesWhatIsNoModel) {
  EXPECT_NE(Refusal({}).find("0 bytes"), std::string::npos);
  EXPECT_NE(Refusal(std::vector<uint8_t>(7)).find("7 bytes"), std::string::npos);
  EXPECT_NE(Refusal(std::vector<uint8_t>(1000)).find("TFL3"), std::string::npos);
}

TEST(ModelTest, RefusesDamagedHeaders) {
  const auto model = BuildTinyModel(test::TinySum());
  const auto with_root = [&](uint32_t offset) {
    auto bytes = model;
    std::memcpy(bytes.data(), &offset, sizeof(offset));
    return bytes;
  };
  const auto size = static_cast<uint32_t>(model.size());
  for (const uint32_t offset :
       {0U, 4U, 9U, size, size - 3, 0x7FFFFFFCU, 0x80000000U, 0xFFFFFFFCU, 0xFFFFFFFFU}) {
    EXPECT_NE(Refusal(with_root(offset)).find("damaged"), std::string::npos) << offset;
  }
  uint32_t root = 0;
  std::memcpy(&root, model.data(), sizeof(root));
  for (const int32_t distance : {INT32_MIN, INT32_MAX, -static_cast<int32_t>(size), 1}) {
    auto bytes = model;
    std::memcpy(bytes.data() + root, &distance, sizeof(distance));
    EXPECT_NE(Refusal(bytes).find("damaged"), std::string::npos) << distance;
  }
}

TEST(ModelTest, RefusesEveryTruncationOfTheHeader) {
  const auto model = BuildTinyModel(test::TinySum());
  uint32_t root = 0;
  std::memcpy(&root, model.data(), sizeof(root));
  for (uint32_t size = 0; size < root + 4; ++size) {
    // On the heap at its exact size, so that a sanitizer detects an access to the first byte beyond
    // it.
    const std::vector<uint8_t> bytes(model.begin(), model.begin() + size);
    EXPECT_THROW(CheckModel(bytes.data(), bytes.size(), ModelLimits::Own()), Error) << size;
  }
}

TEST(ModelTest, TakesTheStatedSizeOfAFreeDimension) {
  test::TinyModel tiny = test::TinySum();
  for (test::TinyTensor& tensor : tiny.tensors) tensor.shape_signature = {-1, 4};
  const auto model = Load(tiny);
  EXPECT_EQ(model->inputs()[0].shape, (std::vector<int32_t>{1, 4}));
  EXPECT_EQ(model->outputs()[0].shape, (std::vector<int32_t>{1, 4}));
}

TEST(ModelTest, RefusesShapesThatNobodyFixes) {
  test::TinyModel tiny = test::TinySum();
  tiny.tensors[1].shape = {-1, 4};
  const auto model = Load(tiny);
  EXPECT_EQ(model->inputs()[1].shape, (std::vector<int32_t>{1, 4}));
  EXPECT_EQ(model->inputs()[1].shape_signature, (std::vector<int32_t>{-1, 4}));
  // An unspecified first dimension is 1; the host must specify the others.
  tiny.tensors[1].shape = {1, -1};
  const std::string message = Refusal(BuildTinyModel(tiny));
  EXPECT_NE(message.find("\"right\""), std::string::npos) << message;
  EXPECT_NE(message.find("[1,-1]"), std::string::npos) << message;
  ModelSettings settings;
  settings.shapes["right"] = {1, 4};
  EXPECT_EQ(Load(tiny)->graph(settings).inputs[1].shape, (std::vector<int32_t>{1, 4}));
}

TEST(ModelTest, RefusesTypesThatGuestsCannotPass) {
  test::TinyModel tiny = test::TinySum();
  tiny.tensors[0].type = test::kTinyString;
  const std::string message = Refusal(BuildTinyModel(tiny));
  EXPECT_NE(message.find("input 0 (\"left\")"), std::string::npos) << message;
}

TEST(ModelTest, RefusesEmptyAndHugeTensors) {
  for (const std::vector<int32_t>& shape :
       {std::vector<int32_t>{1, 0}, std::vector<int32_t>{65536, 65536}}) {
    test::TinyModel tiny = test::TinySum();
    for (test::TinyTensor& tensor : tiny.tensors) tensor.shape = shape;
    EXPECT_NE(Refusal(BuildTinyModel(tiny)).find("empty or larger"), std::string::npos);
  }
}

TEST(ModelTest, RefusesGraphsWithoutOutput) {
  test::TinyModel nothing = test::TinySum();
  nothing.outputs = {};
  EXPECT_NE(Refusal(BuildTinyModel(nothing)).find("no output"), std::string::npos);
}

TEST(ModelTest, GivesAnInputBackAndAnOutputTwice) {
  test::TinyModel tiny = test::TinySum();
  tiny.outputs = {0, 2, 2};
  Session session(Load(tiny), {});
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
  ASSERT_TRUE(test::Set<float>(session, 1, {1, 1, 1, 1}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(test::Get<float>(session, 1), (std::vector<float>{2, 3, 4, 5}));
  EXPECT_EQ(test::Get<float>(session, 2), (std::vector<float>{2, 3, 4, 5}));
}

TEST(ModelTest, TellsLiteRtsReasonWhenAModelCannotBeCompiled) {
  // An operator that only LiteRT knows, of a type for which it has no kernel.
  constexpr int8_t kLocalResponseNormalization = 13;
  test::TinyModel tiny;
  tiny.tensors = {{"input", test::kTinyInt32, {2}, {}, {}},
                  {"output", test::kTinyInt32, {2}, {}, {}}};
  tiny.operators = {{kLocalResponseNormalization, {0}, {1}}};
  tiny.inputs = {0};
  tiny.outputs = {1};
  const auto model = Load(tiny);
  Session session(model, {});
  Invocation invocation;
  ASSERT_TRUE(test::Set<int32_t>(session, 0, {1, 2}));
  try {
    session.Run(invocation);
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel);
    const std::string message = error.what();
    EXPECT_NE(message.find("status"), std::string::npos) << message;
    EXPECT_NE(message.find("): "), std::string::npos) << message;
  }
}

TEST(ModelStoreTest, LoadsTheSameBytesOnce) {
  const auto bytes = BuildTinyModel(test::TinySum());
  const auto copy = bytes;
  const auto first = Load(bytes);
  EXPECT_EQ(Load(copy), first);
  const auto guests = LoadGuestModel(copy.data(), copy.size());
  EXPECT_NE(guests, first);
  EXPECT_EQ(LoadGuestModel(bytes.data(), bytes.size()), guests);
  EXPECT_NE(Load(test::TinySumAndProduct()), first);
  ForgetGuestModels();
}

TEST(ModelStoreTest, LoadsTheSameBytesOnceOnManyThreads) {
  const auto bytes = test::DefaultModel();
  std::vector<std::shared_ptr<Model>> models(4);
  std::vector<std::thread> threads;
  for (auto& model : models) threads.emplace_back([&] { model = Load(bytes); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& model : models) EXPECT_EQ(model, models[0]);
}

TEST(ModelStoreTest, CopiesTheBytes) {
  auto bytes = BuildTinyModel(test::TinySum());
  const auto model = Load(bytes);
  std::fill(bytes.begin(), bytes.end(), uint8_t{0xFF});
  Session session(model, {});
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
  ASSERT_TRUE(test::Set<float>(session, 1, {1, 1, 1, 1}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{2, 3, 4, 5}));
}

TEST(ModelStoreTest, FreesWhatNobodyHolds) {
  const auto bytes = BuildTinyModel(test::TinySum());
  std::weak_ptr<Model> model = Load(bytes);
  EXPECT_TRUE(model.expired());
}

/// A sum whose first tensor has this name, so that its bytes are unique.
std::vector<uint8_t> Named(const std::string& name) {
  test::TinyModel tiny = test::TinySum();
  tiny.tensors[0].name = name;
  return BuildTinyModel(tiny);
}

TEST(ModelStoreTest, KeepsTheLastFourOfGuests) {
  ForgetGuestModels();
  std::vector<std::weak_ptr<Model>> models;
  for (int i = 0; i < 4; ++i) {
    const auto bytes = Named(std::to_string(i));
    models.push_back(LoadGuestModel(bytes.data(), bytes.size()));
  }
  for (const auto& model : models) EXPECT_FALSE(model.expired());

  // The first is used again, so the second is the oldest when a fifth arrives.
  const auto first = Named("0");
  EXPECT_EQ(LoadGuestModel(first.data(), first.size()), models[0].lock());
  const auto fifth = Named("4");
  LoadGuestModel(fifth.data(), fifth.size());
  EXPECT_FALSE(models[0].expired());
  EXPECT_TRUE(models[1].expired());
  EXPECT_FALSE(models[2].expired());
  EXPECT_FALSE(models[3].expired());

  ForgetGuestModels();
  for (const auto& model : models) EXPECT_TRUE(model.expired());
}

TEST(ModelStoreTest, DoesNotKeepMoreBytesThanItSays) {
  ForgetGuestModels();
  std::vector<std::weak_ptr<Model>> models;
  for (const char* name : {"large", "as large"}) {
    // Bytes behind a FlatBuffer are ignored.
    auto bytes = Named(name);
    bytes.resize(size_t{40} << 20);
    models.push_back(LoadGuestModel(bytes.data(), bytes.size()));
  }
  EXPECT_TRUE(models[0].expired());
  EXPECT_FALSE(models[1].expired());
  ForgetGuestModels();
}

TEST(ModelStoreTest, DoesNotCopyWhatGuestsBringIfItIsNoModel) {
  // Pages of zeros that nobody has written take no memory; a copy of them would.
  constexpr size_t kSize = size_t{256} << 20;
  constexpr int64_t kMostKibibytes = 64 << 10;
  const PageBuffer garbage(kSize);
  ModelLimits limits = ModelLimits::Guest();
  limits.model_bytes = kSize;
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return int64_t{usage.ru_maxrss};
  };
  const int64_t before = peak();
  EXPECT_THROW(LoadGuestModel(garbage.data(), garbage.size(), limits), Error);
  EXPECT_LT(peak() - before, kMostKibibytes);
}

TEST(ModelStoreTest, LimitsTheFilesThatItReads) {
  // A sparse file takes no space.
  const std::string path = testing::TempDir() + "enormous-" + std::to_string(getpid()) + ".tflite";
  std::ofstream(path).put('x');
  const auto refusal = [&](uint64_t size) -> std::string {
    std::filesystem::resize_file(path, size);
    try {
      LoadModelFile(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  const uint64_t most = ModelLimits::Own().model_bytes;
  const std::string too_large =
      "Cannot read " + path + ": it is larger than " + std::to_string(most) + " bytes.";
  EXPECT_EQ(refusal(most + 1), too_large);
  // No process has so much memory.
  EXPECT_EQ(refusal(uint64_t{1} << 40), too_large);
  EXPECT_EQ(refusal(100).find("Cannot read"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(ModelStoreTest, LimitsWhatGuestsBring) {
  auto bytes = Named("too large");
  bytes.resize((size_t{64} << 20) + 1);
  try {
    LoadGuestModel(bytes.data(), bytes.size());
    FAIL() << "it was loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLimit);
    EXPECT_EQ(error.detail(), "modelBytes");
  }
  // A model that the host has loaded was checked less strictly and is only for the host.
  const auto model = LoadModel(bytes.data(), bytes.size());
  EXPECT_THROW(LoadGuestModel(bytes.data(), bytes.size()), Error);
  ForgetGuestModels();
}

}  // namespace
}  // namespace wasmedge_embed
