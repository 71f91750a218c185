#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "inference/run/compiled_model_pool.h"
#include "test/inference_fixtures.h"
#include "test/lstm_models.h"
#include "test/state_models.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kPlenty = uint64_t{1} << 30;

float Next(Session& session, float value) {
  Invocation invocation;
  EXPECT_TRUE(test::Set<float>(session, 0, {value}));
  session.Run(invocation);
  const auto values = test::Get<float>(session, 0);
  return values.empty() ? -1 : values[0];
}

std::string LimitOf(const std::function<void()>& use) {
  try {
    use();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLimit) << error.what();
    return error.detail();
  }
  return "none";
}

std::string RefusalOf(const std::function<void()>& use) {
  try {
    use();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(StateTest, BelongsToTheSession) {
  const auto model = test::Load(BuildModel(test::AccumulatorModel()));
  ASSERT_TRUE(model->keeps_state());
  // A sentence without its full stop.
  EXPECT_NE(model->rewritten().reason.back(), '.') << model->rewritten().reason;
  Session one(model, {});
  Session other(model, {});
  EXPECT_EQ(Next(one, 1), 1);
  EXPECT_EQ(Next(other, 10), 10);
  EXPECT_EQ(Next(one, 2), 3);
  EXPECT_EQ(Next(other, 20), 30);
  Session third(model, {});
  EXPECT_EQ(Next(third, 5), 5);
  EXPECT_EQ(Next(one, 3), 6);
  // None of them has come out of a pool, or goes into one.
  EXPECT_EQ(model->Pool({}).idle(), 0U);
}

TEST(StateTest, CarriesOverThousandsOfRunsInSeveralThreads) {
  constexpr int kRuns = 2000;
  constexpr size_t kThreads = 3;
  const auto model = test::Load(BuildModel(test::AccumulatorModel()));
  std::vector<int> wrong(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Session session(model, {});
      const auto step = static_cast<float>(i + 1);
      for (int run = 1; run <= kRuns; ++run) {
        if (Next(session, step) != step * static_cast<float>(run)) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(kThreads));
}

TEST(StateTest, BeginsAnewAfterARunThatWasStopped) {
  const auto model = test::Load(BuildModel(test::AccumulatorModel()));
  Session session(model, {});
  EXPECT_EQ(Next(session, 1), 1);
  EXPECT_EQ(Next(session, 1), 2);
  Invocation stopped;
  stopped.RequestStop(StopReason::kAborted);
  EXPECT_THROW(session.Run(stopped), Error);
  EXPECT_EQ(session.Output(0), nullptr);
  EXPECT_EQ(Next(session, 7), 7);
}

TEST(StateTest, ThatIsAnInputIsSeenByEachRun) {
  for (const bool are_variables : {false, true}) {
    const auto model = test::Load(BuildModel(test::LegacyLstmModel(are_variables)));
    ASSERT_EQ(model->keeps_state(), are_variables);
    for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin}) {
      for (const size_t batch : {1, 3, 1}) {
        Session session(model, {1, kernels});
        for (int run = 1; run <= 3; ++run) {
          const auto activation = static_cast<float>(run);
          const auto cell = static_cast<float>(4 * run);
          for (size_t input = 0; input < 3; ++input) {
            const std::vector<float> values(batch, input == 2 ? cell : activation);
            ASSERT_TRUE(session.SetInput(input, {static_cast<int32_t>(batch), 1},
                                         reinterpret_cast<const uint8_t*>(values.data()),
                                         values.size() * sizeof(float)));
          }
          Invocation invocation;
          session.Run(invocation);
          const float next = std::tanh(activation) / 2 + cell / 2;
          const auto activations = test::Get<float>(session, 0);
          const auto cells = test::Get<float>(session, 1);
          ASSERT_EQ(cells.size(), batch);
          for (size_t i = 0; i < batch; ++i) {
            EXPECT_NEAR(activations[i], std::tanh(next) / 2, 1e-6) << "run " << run;
            EXPECT_NEAR(cells[i], next, 1e-5) << "run " << run;
          }
        }
      }
    }
  }
}

TEST(StateTest, ThatIsAnInputIsRefusedWhereItIsPreparedLate) {
  for (const bool are_variables : {false, true}) {
    const auto model = test::Load(BuildModel(test::ReshapedLegacyLstmModel(are_variables)));
    for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin}) {
      Session session(model, {1, kernels});
      ASSERT_TRUE(test::Set<float>(session, 0, {1}));
      ASSERT_TRUE(test::Set<float>(session, 1, {1}));
      ASSERT_TRUE(test::Set<float>(session, 2, {4}));
      ASSERT_TRUE(test::Set<int32_t>(session, 3, {1, 1}));
      for (int run = 1; run <= 2; ++run) {
        Invocation invocation;
        EXPECT_EQ(RefusalOf([&] { session.Run(invocation); }),
                  "The model passes an input to an LSTM as its state, after an operator whose "
                  "result has a shape that is only known while it runs. LiteRT does not support "
                  "both together.");
      }
    }
  }
}

TEST(StateTest, ThatIsAnInputIsNotPlacedWhereItTakesTooMuch) {
  constexpr int32_t kBatch = 4096;
  constexpr uint64_t kFew = 16 << 10;
  const std::vector<float> values(kBatch);
  for (const bool are_variables : {false, true}) {
    const auto model = test::Load(BuildModel(test::LegacyLstmModel(are_variables)));
    SessionBudget budget(kPlenty, kFew);
    Session session(model, model->graph(), {}, &budget);
    for (size_t input = 0; input < 3; ++input) {
      ASSERT_TRUE(session.SetInput(input, {kBatch, 1},
                                   reinterpret_cast<const uint8_t*>(values.data()),
                                   values.size() * sizeof(float)));
    }
    for (int run = 1; run <= 2; ++run) {
      Invocation invocation;
      EXPECT_EQ(LimitOf([&] { session.Run(invocation); }), "modelActivationBytes");
    }
  }
}

TEST(StateTest, CountsWhatACompiledModelTakes) {
  const auto model = test::Load(BuildModel(test::AccumulatorModel()));
  SessionBudget budget(kPlenty);
  {
    const Session session(model, model->graph(), {}, &budget);
    EXPECT_GT(session.byte_size(), model->tensor_bytes());
    EXPECT_EQ(budget.left(), kPlenty - session.byte_size());
  }
  EXPECT_EQ(budget.left(), kPlenty);
  SessionBudget small(model->tensor_bytes());
  EXPECT_EQ(LimitOf([&] { const Session session(model, model->graph(), {}, &small); }),
            "sessionBytes");
  EXPECT_EQ(small.left(), model->tensor_bytes());
}

TEST(ResizeTest, GivesAnInputOfAnotherBatchItsOutput) {
  const auto model = test::Load(BuildModel(test::DoublingModel()));
  EXPECT_EQ(model->inputs()[0].shape_signature, (std::vector<int32_t>{-1, 2}));
  SessionBudget budget(kPlenty);
  Session session(model, model->graph(), {}, &budget);
  Invocation invocation;
  const auto run = [&](const std::vector<int32_t>& shape, const std::vector<float>& values) {
    EXPECT_TRUE(session.SetInput(0, shape, reinterpret_cast<const uint8_t*>(values.data()),
                                 values.size() * sizeof(float)));
    session.Run(invocation);
    EXPECT_EQ(session.outputs()[0].shape, shape);
    return test::Get<float>(session, 0);
  };
  EXPECT_EQ(run({1, 2}, {1, 2}), (std::vector<float>{2, 4}));
  const uint64_t before = session.byte_size();
  EXPECT_EQ(run({3, 2}, {1, 2, 3, 4, 5, 6}), (std::vector<float>{2, 4, 6, 8, 10, 12}));
  EXPECT_GT(session.byte_size(), before + 2 * 16);
  EXPECT_EQ(run({1, 3}, {1, 2, 3}), (std::vector<float>{2, 4, 6}));
  EXPECT_EQ(run({1, 2}, {5, 6}), (std::vector<float>{10, 12}));
  EXPECT_EQ(session.byte_size(), before);
  EXPECT_EQ(budget.left(), kPlenty - before);
}

TEST(ResizeTest, RefusesWhatFitsNeitherItselfNorTheBudget) {
  const auto model = test::Load(BuildModel(test::DoublingModel()));
  SessionBudget budget(4096);
  Session session(model, model->graph(), {}, &budget);
  const std::vector<float> values(1024);
  const auto set = [&](const std::vector<int32_t>& shape, size_t count) {
    return session.SetInput(0, shape, reinterpret_cast<const uint8_t*>(values.data()),
                            count * sizeof(float));
  };
  EXPECT_FALSE(set({2, 2}, 3));
  EXPECT_FALSE(set({4}, 4));
  EXPECT_FALSE(set({0, 2}, 0));
  EXPECT_FALSE(session.SetInput(1, {1, 2}, nullptr, 8));
  const uint64_t left = budget.left();
  EXPECT_EQ(LimitOf([&] { static_cast<void>(set({512, 2}, 1024)); }), "sessionBytes");
  EXPECT_EQ(budget.left(), left);
  // What was refused has changed nothing.
  Invocation invocation;
  ASSERT_TRUE(set({1, 2}, 2));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{0, 0}));
}

TEST(ResizeTest, IsNotForModelsThatGuestsBring) {
  const auto bytes = BuildModel(test::DoublingModel());
  const auto model = LoadGuestModel(bytes.data(), bytes.size(), ModelLimits::Guest());
  Session session(model, {});
  const std::vector<float> values(4);
  const auto* data = reinterpret_cast<const uint8_t*>(values.data());
  EXPECT_FALSE(session.SetInput(0, {2, 2}, data, 16));
  ASSERT_TRUE(session.SetInput(0, {1, 2}, data, 8));
  Invocation invocation;
  session.Run(invocation);
  EXPECT_EQ(session.outputs()[0].shape, (std::vector<int32_t>{1, 2}));
}

TEST(StateTest, OfAModelThatAGuestBringsBelongsToTheSession) {
  for (const test::OperatorModel& lstm : test::LstmModels()) {
    const auto bytes = BuildModel(lstm.spec);
    const auto model = LoadGuestModel(bytes.data(), bytes.size(), ModelLimits::Guest());
    ASSERT_TRUE(model->keeps_state()) << lstm.name;
    const auto hosts = test::Load(bytes);
    std::vector<std::vector<uint8_t>> answers;
    Session one(model, {});
    Session other(model, {});
    Session of_host(hosts, {});
    const auto next = [&](Session& session, uint32_t seed) {
      Invocation invocation;
      const uint64_t size = session.inputs()[0].byte_size;
      if (session.inputs()[0].type == TensorType::kFloat32) {
        std::vector<float> values;
        for (const uint8_t byte : test::Noise(size / sizeof(float), seed)) {
          values.push_back(static_cast<float>(byte) / 4096);
        }
        EXPECT_TRUE(test::Set(session, 0, values));
      } else {
        EXPECT_TRUE(test::Set(session, 0, test::Noise(size, seed)));
      }
      session.Run(invocation);
      return test::Get<uint8_t>(session, 0);
    };
    for (uint32_t run = 0; run < 4; ++run) {
      answers.push_back(next(one, run));
      EXPECT_EQ(answers.back(), next(of_host, run)) << lstm.name;
    }
    for (uint32_t run = 0; run < 4; ++run) {
      EXPECT_EQ(next(other, run), answers[run]) << lstm.name;
    }
    EXPECT_EQ(model->Pool({}).idle(), 0U);
  }
}

TEST(ResizeTest, ForgetsThePoolsOfShapesThatNobodyAsksFor) {
  const auto model = test::Load(BuildModel(test::DoublingModel()));
  const auto pool = model->Pool({}, model->graph());
  std::weak_ptr<CompiledModelPool> first;
  for (int32_t batch = 2; batch < 30; ++batch) {
    ModelSettings settings;
    settings.shapes["x"] = {batch, 2};
    const auto resized = model->Pool({}, model->graph(settings));
    if (batch == 2) first = resized;
    EXPECT_EQ(resized, model->Pool({}, model->graph(settings)));
  }
  EXPECT_TRUE(first.expired());
  EXPECT_EQ(model->Pool({}, model->graph()), pool);
}

TEST(OutputsTest, AreRightWhereLiteRtWritesNothing) {
  const auto model = test::Load(BuildModel(test::OddOutputsModel()));
  for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin}) {
    Session session(model, {1, kernels});
    Invocation invocation;
    for (int run = 0; run < 3; ++run) {
      const auto value = static_cast<float>(run);
      ASSERT_TRUE(test::Set<float>(session, 0, {value, 1, 2, 3}));
      session.Run(invocation);
      EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{1, 2, 3}));
      EXPECT_EQ(test::Get<float>(session, 1), (std::vector<float>{value, 1, 2, 3}));
      EXPECT_EQ(test::Get<float>(session, 2), (std::vector<float>{5, 7, 9}));
      EXPECT_EQ(test::Get<int32_t>(session, 3), (std::vector<int32_t>{1, 4}));
    }
  }
}

TEST(OutputsTest, AreScalarsByAShapeWithoutElements) {
  const auto model = test::Load(BuildModel(test::ScalarModel()));
  Session session(model, {});
  EXPECT_EQ(Next(session, 7), 7);
  EXPECT_TRUE(session.outputs()[0].shape.empty());
}

TEST(OutputsTest, AreRightWhereAModelHasHundredsOfGraphs) {
  const auto model = test::Load(BuildModel(test::ManyGraphsModel(300)));
  Session session(model, {});
  EXPECT_EQ(Next(session, 1), 301);
  EXPECT_EQ(Next(session, 2), 302);
}

TEST(OutputsTest, HaveTheShapeThatARunGivesThem) {
  const auto model = test::Load(BuildModel(test::ShapeAsInputModel()));
  SessionBudget budget(kPlenty);
  Session session(model, model->graph(), {}, &budget);
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 1, {1, 2, 3, 4, 5, 6}));
  for (const auto& shape : {std::vector<int32_t>{2, 3}, {6, 1}, {3, 2}}) {
    ASSERT_TRUE(test::Set<int32_t>(session, 0, shape));
    session.Run(invocation);
    EXPECT_EQ(session.outputs()[0].shape, shape);
    EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  }
  // A shape that does not fit fails the run, and the next one works.
  ASSERT_TRUE(test::Set<int32_t>(session, 0, {5, 5}));
  EXPECT_THROW(session.Run(invocation), Error);
  EXPECT_EQ(session.Output(0), nullptr);
  ASSERT_TRUE(test::Set<int32_t>(session, 0, {1, 6}));
  session.Run(invocation);
  EXPECT_EQ(test::Get<float>(session, 0).size(), 6U);
}

TEST(OutputsTest, StayWithinTheBudget) {
  const auto model = test::Load(BuildModel(test::ShapeAsInputModel()));
  // The inputs and one float.
  SessionBudget budget(8 + 24 + 4);
  Session session(model, model->graph(), {}, &budget);
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 1, {1, 2, 3, 4, 5, 6}));
  ASSERT_TRUE(test::Set<int32_t>(session, 0, {2, 3}));
  EXPECT_EQ(LimitOf([&] { session.Run(invocation); }), "sessionBytes");
  EXPECT_EQ(session.Output(0), nullptr);
}

TEST(ActivationTest, StayWithinTheLimitWhereValuesTellTheirSize) {
  constexpr uint64_t kActivationBytes = uint64_t{1} << 20;
  constexpr int32_t kElements = 1024;
  const auto model = test::Load(BuildModel(test::RepeatingModel()));
  ASSERT_LT(model->summary().activation_bytes, kActivationBytes);
  SessionBudget budget(kPlenty, kActivationBytes);
  Invocation invocation;
  for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin}) {
    Session session(model, model->graph(), {1, kernels}, &budget);
    ASSERT_TRUE(test::Set<float>(session, 0, std::vector<float>(kElements, 0.5F)));
    const auto sum_of = [&](int32_t count) {
      EXPECT_TRUE(test::Set<int32_t>(session, 1, {count}));
      session.Run(invocation);
      return test::Get<float>(session, 0);
    };
    EXPECT_EQ(sum_of(3), (std::vector<float>{3 * kElements / 2}));
    // 4 KiB each: too much by a little, by far, and beyond what 32 bits count.
    for (const int32_t count : {256, 1 << 20, (1 << 21) - 1}) {
      EXPECT_EQ(LimitOf([&] { sum_of(count); }), "modelActivationBytes") << count;
      EXPECT_EQ(session.Output(0), nullptr);
      EXPECT_EQ(sum_of(200), (std::vector<float>{200 * kElements / 2}));
    }
  }
}

TEST(ActivationTest, AreCountedOverThousandsOfRuns) {
  const auto model = test::Load(BuildModel(test::RepeatingModel()));
  SessionBudget budget(kPlenty, uint64_t{1} << 20);
  Session session(model, model->graph(), {}, &budget);
  Invocation invocation;
  ASSERT_TRUE(test::Set<float>(session, 0, std::vector<float>(1024, 1)));
  for (int32_t run = 0; run < 3000; ++run) {
    const int32_t count = 1 + run * 37 % 250;
    ASSERT_TRUE(test::Set<int32_t>(session, 1, {count}));
    session.Run(invocation);
    ASSERT_EQ(test::Get<float>(session, 0)[0], static_cast<float>(count * 1024)) << run;
  }
}

TEST(ActivationTest, AreBoundedByTheFile) {
  // 3 GiB at a time.
  test::ModelSpec model = test::DoublingModel();
  model.graph().tensors[0].shape = {200'000'000, 2};
  model.graph().tensors[0].shape_signature.clear();
  model.graph().tensors[1] = model.graph().tensors[0];
  const auto bytes = BuildModel(model);
  EXPECT_NO_THROW(CheckHostModel(ModelFile(bytes.data(), bytes.size(), {1, 9, 9})));
  auto& graph = model.graph();
  graph.tensors.push_back(graph.tensors[1]);
  graph.operators.push_back(graph.operators[0]);
  graph.operators[1].outputs = {2};
  graph.operators[1].inputs = {0, 1};
  graph.outputs = {2};
  const auto more = BuildModel(model);
  EXPECT_EQ(LimitOf([&] { CheckHostModel(ModelFile(more.data(), more.size(), {1, 9, 9})); }),
            "modelActivationBytes");
}

TEST(SignatureTest, ChoosesTheGraph) {
  const auto model = test::Load(BuildModel(test::TwoSignaturesModel()));
  const auto run = [&](const std::optional<std::string>& key) {
    ModelSettings settings;
    settings.signature = key;
    Session session(model, model->graph(settings), {}, nullptr);
    Invocation invocation;
    EXPECT_TRUE(test::Set<float>(session, 0, {3, 5}));
    session.Run(invocation);
    EXPECT_EQ(session.OutputIndex(key == "square" ? "square" : "twice"), 0U);
    return test::Get<float>(session, 0);
  };
  EXPECT_EQ(run({}), (std::vector<float>{6, 10}));
  EXPECT_EQ(run("square"), (std::vector<float>{9, 25}));
  EXPECT_EQ(run("double"), (std::vector<float>{6, 10}));
  EXPECT_EQ(run("square"), (std::vector<float>{9, 25}));
}

TEST(SignatureTest, NamesWhatThereIs) {
  const auto model = test::Load(BuildModel(test::TwoSignaturesModel()));
  ModelSettings settings;
  settings.signature = "cube";
  EXPECT_EQ(RefusalOf([&] { model->graph(settings); }),
            "The model has no signature 'cube'. It has 'double', 'square'.");
  settings.signature = "square";
  settings.shapes["z"] = {1};
  EXPECT_EQ(RefusalOf([&] { model->graph(settings); }), "The model has no input 'z'. It has 'x'.");
  settings.shapes = {{"x", {1, 2}}};
  EXPECT_NE(RefusalOf([&] { model->graph(settings); }).find("cannot take the shape [1,2]"),
            std::string::npos);
}

TEST(SignatureTest, RunsBesideAGraphThatCannotRun) {
  test::ModelSpec spec = test::TwoSignaturesModel();
  // As files for training have it: strings in one graph, an operator of TensorFlow's in another.
  test::SpecGraph strings = spec.graph();
  strings.tensors[0].type = schema::kString;
  test::SpecGraph custom = spec.graph();
  custom.operators[0].code = schema::kCustom;
  custom.operators[0].custom_name = "FlexSave";
  custom.operators[0].options_type = 0;
  custom.operators[0].options.clear();
  spec.signatures.push_back(spec.signatures[0]);
  spec.signatures.back().key = "restore";
  spec.signatures.back().subgraph = 2;
  spec.signatures.push_back(spec.signatures[0]);
  spec.signatures.back().key = "save";
  spec.signatures.back().subgraph = 3;
  spec.graphs.push_back(strings);
  spec.graphs.push_back(custom);
  const auto model = test::Load(BuildModel(spec));
  for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin}) {
    Session session(model, {1, kernels});
    Invocation invocation;
    ASSERT_TRUE(test::Set<float>(session, 0, {3, 5}));
    session.Run(invocation);
    EXPECT_EQ(test::Get<float>(session, 0), (std::vector<float>{6, 10}));
  }
  ModelSettings settings;
  settings.signature = "restore";
  EXPECT_EQ(RefusalOf([&] { model->graph(settings); }),
            "The model has strings in its input 0 (\"x\") (type STRING), which are not supported.");
  settings.signature = "save";
  EXPECT_EQ(RefusalOf([&] { model->graph(settings); }),
            "The model has an operator (0) that LiteRT does not include, \"FlexSave\".");
}

TEST(ModelSettingsTest, AreReadFromJson) {
  const ModelSettings settings = ModelSettings::Parse(
      " {\"signature\" : \"a\\u00e4\\ud83d\\ude00\\n\", \"shapes\":{\"x\":[1, "
      "2],\"y\":[]},\"threads\":4} ");
  EXPECT_EQ(settings.signature, "a\u00e4\U0001F600\n");
  EXPECT_EQ(settings.shapes.at("x"), (std::vector<int32_t>{1, 2}));
  EXPECT_TRUE(settings.shapes.at("y").empty());
  EXPECT_EQ(settings.threads, 4);
  EXPECT_FALSE(ModelSettings::Parse("{}").signature);
  EXPECT_FALSE(ModelSettings::Parse("").signature);
}

TEST(ModelSettingsTest, RefuseWhatIsNone) {
  for (const char* text : {"[]",
                           "{",
                           "{}x",
                           "{\"signature\":1}",
                           "{\"signature\":\"a\",\"signature\":\"b\"}",
                           "{\"shapes\":[1]}",
                           "{\"shapes\":{\"x\":1}}",
                           "{\"shapes\":{\"x\":[0]}}",
                           "{\"shapes\":{\"x\":[-1]}}",
                           "{\"shapes\":{\"x\":[1.5]}}",
                           "{\"shapes\":{\"x\":[1],\"x\":[1]}}",
                           "{\"shapes\":{\"x\":[1,1,1,1,1,1,1,1,1]}}",
                           "{\"threads\":0}",
                           "{\"threads\":65}",
                           "{\"threads\":99999999999}",
                           "{\"other\":1}",
                           "{\"signature\":\"\\ud800\"}",
                           "{\"signature\":\"\\x\"}",
                           "{\"signature\":\"a",
                           "{\"threads\":1,}",
                           "null"}) {
    try {
      ModelSettings::Parse(text);
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << text;
    }
  }
  EXPECT_THROW(ModelSettings::Parse(std::string(70'000, ' ')), Error);
}

}  // namespace
}  // namespace wasmedge_embed
