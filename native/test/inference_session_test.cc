#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "inference/run/compiled_model_pool.h"
#include "test/inference_fixtures.h"

namespace wasmedge_embed {
namespace {

constexpr Kernels kAllKernels[] = {Kernels::kXnnpack, Kernels::kBuiltin};

size_t Top(const std::vector<uint8_t>& scores) {
  return static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

TEST(SessionTest, RunsFloatInAllKernels) {
  const auto model = test::Load(test::TinySumAndProduct());
  for (const Kernels kernels : kAllKernels) {
    Session session(model, {1, kernels});
    Invocation invocation;
    ASSERT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
    ASSERT_TRUE(test::Set<float>(session, 1, {0.5F, 0.5F, -1, 100}));
    session.Run(invocation);
    EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{1.5F, 2.5F, 2, 104}));
    EXPECT_EQ(test::Get<float>(session, 1), (std::vector<float>{0.5F, 1, -3, 400}));
  }
}

TEST(SessionTest, RunsUint8AndInt8InAllKernels) {
  for (const Kernels kernels : kAllKernels) {
    Invocation invocation;
    Session unsigned_session(test::Load(test::TinyQuantizedSum(test::kTinyUint8)), {1, kernels});
    ASSERT_TRUE(test::Set<uint8_t>(unsigned_session, 0, {1, 2, 200, 255}));
    ASSERT_TRUE(test::Set<uint8_t>(unsigned_session, 1, {1, 0, 55, 255}));
    unsigned_session.Run(invocation);
    EXPECT_EQ(test::Get<uint8_t>(unsigned_session, 0), (std::vector<uint8_t>{2, 2, 255, 255}));

    Session signed_session(test::Load(test::TinyQuantizedSum(test::kTinyInt8)), {1, kernels});
    ASSERT_TRUE(test::Set<int8_t>(signed_session, 0, {1, -2, 100, -128}));
    ASSERT_TRUE(test::Set<int8_t>(signed_session, 1, {1, 3, 100, -1}));
    signed_session.Run(invocation);
    EXPECT_EQ(test::Get<int8_t>(signed_session, 0), (std::vector<int8_t>{2, 1, 127, -128}));
  }
}

TEST(SessionTest, KernelsAgreeOnTheTopOfTheDefaultModel) {
  const auto model = test::Load(test::DefaultModel());
  const size_t size = model->inputs()[0].byte_size;
  for (const auto& input :
       {std::vector<uint8_t>(size), std::vector<uint8_t>(size, 255), test::Noise(size, 1)}) {
    const auto reference = test::Classify(model, input, {1, Kernels::kBuiltin});
    ASSERT_EQ(reference.size(), 23U);
    for (const Kernels kernels : kAllKernels) {
      const auto scores = test::Classify(model, input, {1, kernels});
      EXPECT_EQ(Top(scores), Top(reference));
      for (size_t i = 0; i < scores.size(); ++i) EXPECT_NEAR(scores[i], reference[i], 25);
    }
  }
}

TEST(SessionTest, TwoRunsAndTwoThreadsGiveTheSame) {
  const auto model = test::Load(test::DefaultModel());
  const auto input = test::Noise(model->inputs()[0].byte_size, 7);
  const auto first = test::Classify(model, input);
  EXPECT_EQ(test::Classify(model, input), first);
  EXPECT_EQ(test::Classify(model, input, {2, Kernels::kXnnpack}), first);
}

TEST(SessionTest, ChecksSizesAndIndices) {
  Session session(test::Load(test::TinySum()), {});
  EXPECT_FALSE(test::Set<float>(session, 0, {1, 2, 3}));
  EXPECT_FALSE(test::Set<float>(session, 0, {1, 2, 3, 4, 5}));
  EXPECT_FALSE(test::Set<float>(session, 2, {1, 2, 3, 4}));
  EXPECT_FALSE(test::Set<float>(session, SIZE_MAX, {1, 2, 3, 4}));
  EXPECT_FALSE(session.ready());
  EXPECT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
  EXPECT_FALSE(session.ready());
  EXPECT_TRUE(test::Set<float>(session, 1, {1, 2, 3, 4}));
  EXPECT_TRUE(session.ready());
  EXPECT_EQ(session.Output(0), nullptr);
  Invocation invocation;
  session.Run(invocation);
  EXPECT_NE(session.Output(0), nullptr);
  EXPECT_EQ(session.Output(1), nullptr);
}

TEST(SessionTest, FindsTensorsByName) {
  const Session session(test::Load(test::TinySumAndProduct()), {});
  EXPECT_EQ(session.InputIndex("right"), 1U);
  EXPECT_EQ(session.OutputIndex("product"), 1U);
  EXPECT_EQ(session.InputIndex("product"), std::nullopt);
  EXPECT_EQ(session.InputIndex(""), std::nullopt);
  EXPECT_EQ(session.OutputIndex("produc"), std::nullopt);
}

TEST(SessionTest, AddsItsTimeToTheInvocation) {
  Session session(test::Load(test::TinySum()), {});
  ASSERT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
  ASSERT_TRUE(test::Set<float>(session, 1, {1, 2, 3, 4}));
  Invocation invocation;
  EXPECT_EQ(invocation.inference_time().count(), 0);
  session.Run(invocation);
  EXPECT_GT(invocation.inference_time().count(), 0);
}

TEST(SessionTest, KeepsItsModelAlive) {
  // A guest in an earlier test may have supplied the same model.
  ForgetGuestModels();
  auto model = test::Load(test::TinySum());
  const std::weak_ptr<Model> watched = model;
  {
    Session session(std::move(model), {});
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

TEST(CompiledModelPoolTest, SharesGrowsAndKeepsWhatWasInUse) {
  const auto model = test::Load(test::TinySum());
  CompiledModelPool& pool = model->Pool({});
  EXPECT_EQ(&model->Pool({}), &pool);
  EXPECT_NE(&model->Pool({1, Kernels::kBuiltin}), &pool);
  EXPECT_EQ(pool.idle(), 0U);
  const CompiledModel* first = nullptr;
  {
    const auto lease = pool.Acquire();
    first = &*lease;
  }
  EXPECT_EQ(pool.idle(), 1U);
  {
    const auto one = pool.Acquire();
    const auto two = pool.Acquire();
    EXPECT_EQ(&*one, first);
    EXPECT_NE(&*two, first);
    EXPECT_EQ(pool.idle(), 0U);
  }
  EXPECT_EQ(pool.idle(), 2U);
}

TEST(CompiledModelPoolTest, RefusesThreadCountsOutOfRange) {
  const auto model = test::Load(test::TinySum());
  for (const int threads : {0, -1, 257}) {
    try {
      model->Pool({threads, Kernels::kXnnpack});
      ADD_FAILURE() << threads << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    }
  }
}

TEST(CompiledModelPoolTest, DropsACompiledModelThatFailed) {
  const auto model = test::Load(test::TinyGather());
  Session session(model, {});
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 0, {10, 20, 30, 40}));
  ASSERT_TRUE(test::Set<int32_t>(session, 1, {3, 0}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{40, 10}));
  EXPECT_EQ(model->Pool({}).idle(), 1U);

  ASSERT_TRUE(test::Set<int32_t>(session, 1, {3, 99}));
  try {
    session.Run(invocation);
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel);
    EXPECT_NE(std::string(error.what()).find("gather"), std::string::npos) << error.what();
  }
  EXPECT_EQ(session.Output(0), nullptr);
  EXPECT_EQ(model->Pool({}).idle(), 0U);

  ASSERT_TRUE(test::Set<int32_t>(session, 1, {1, 2}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{20, 30}));
}

TEST(CompiledModelPoolTest, FourThreadsGetTheirOwnAnswers) {
  constexpr uint32_t kThreads = 4;
  constexpr int kRuns = 25;
  const auto model = test::Load(test::DefaultModel());
  const size_t size = model->inputs()[0].byte_size;
  std::vector<std::vector<uint8_t>> expected;
  for (uint32_t i = 0; i < kThreads; ++i) {
    expected.push_back(test::Classify(model, test::Noise(size, i)));
  }
  ASSERT_NE(expected[0], expected[1]);

  std::vector<int> wrong(kThreads);
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Session session(model, {});
      Invocation invocation;
      const auto input = test::Noise(size, i);
      for (int run = 0; run < kRuns; ++run) {
        if (!test::Set(session, 0, input)) ++wrong[i];
        session.Run(invocation);
        if (test::Get<uint8_t>(session, 0) != expected[i]) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(kThreads));
  EXPECT_LE(model->Pool({}).idle(), kThreads);
}

TEST(CompiledModelPoolTest, ThreadsMayMakeAndFreeModelsTogether) {
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      test::TinyModel tiny = test::TinySum();
      tiny.tensors[0].name = "left of " + std::to_string(i);
      for (int round = 0; round < 20; ++round) {
        Session session(test::Load(tiny), {});
        Invocation invocation;
        EXPECT_TRUE(test::Set<float>(session, 0, {1, 2, 3, 4}));
        EXPECT_TRUE(test::Set<float>(session, 1, {1, 1, 1, 1}));
        session.Run(invocation);
        EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{2, 3, 4, 5}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace wasmedge_embed
