// Models that pass the check must not harm LiteRT: the test makes thousands of damaged and lying
// models, checks them, and loads, compiles and runs those that pass in child processes.
//
// WASMEDGE_EMBED_MUTATIONS multiplies their number (default 1), WASMEDGE_EMBED_MUTATION_SEED
// chooses which ones (default 1). A model that does harm is saved in the folder for temporary
// files.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "test/inference_fixtures.h"
#include "test/model_mutation.h"
#include "test/model_spec_mutation.h"
#include "test/model_trial.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

using test::ModelTrial;
using Outcome = ModelTrial::Outcome;

uint64_t Number(const char* variable) {
  const uint64_t number = std::strtoull(test::Environment(variable, "1").c_str(), nullptr, 10);
  return std::max<uint64_t>(number, 1);
}

uint64_t Seed() { return Number("WASMEDGE_EMBED_MUTATION_SEED"); }

class ModelMutationTest : public testing::Test {
 protected:
  /// Tries `count` models, multiplied by the factor from the environment, and expects no harm.
  void Try(size_t count, const std::function<std::vector<uint8_t>(size_t)>& make,
           const test::ModelTrialOptions& options) {
    trials_ = test::TryModels(count * Number("WASMEDGE_EMBED_MUTATIONS"), make, options);
    std::cout << test::Summary(trials_) << "\n";
    for (size_t index = 0; index < trials_.size(); ++index) {
      const ModelTrial& trial = trials_[index];
      if (trial.outcome == Outcome::kRefused || trial.outcome == Outcome::kFailed ||
          trial.outcome == Outcome::kRan) {
        continue;
      }
      const auto path = std::filesystem::temp_directory_path() /
                        ("wasmedge-embed-model-" + std::to_string(index) + ".tflite");
      const std::vector<uint8_t> bytes = make(index);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
      ADD_FAILURE() << "model " << index << " (" << path << ") "
                    << (trial.outcome == Outcome::kHung      ? "hung"
                        : trial.outcome == Outcome::kCrashed ? "crashed LiteRT"
                                                             : "crashed the check")
                    << ", signal " << trial.signal;
    }
  }

  double ShareOf(Outcome outcome) const {
    const auto count = std::count_if(trials_.begin(), trials_.end(), [&](const ModelTrial& trial) {
      return trial.outcome == outcome;
    });
    return static_cast<double>(count) / static_cast<double>(trials_.size());
  }

  static test::ModelTrialOptions AllKernels() {
    test::ModelTrialOptions options;
    options.kernels = {Kernels::kXnnpack, Kernels::kBuiltin};
    return options;
  }

  std::vector<ModelTrial> trials_;
};

TEST_F(ModelMutationTest, LiteRtRunsEveryOperator) {
  const auto models = test::OperatorModels();
  // The multiplier does not apply: the number of models is fixed.
  trials_ = test::TryModels(
      models.size(), [&](size_t index) { return test::BuildModel(models[index].spec); },
      AllKernels());
  for (size_t index = 0; index < models.size(); ++index) {
    EXPECT_EQ(trials_[index].outcome, Outcome::kRan) << models[index].name;
  }
}

TEST_F(ModelMutationTest, DamagedDefaultModelsDoNoHarm) {
  const test::ModelMutator mutator(test::DefaultModel(), Seed());
  test::ModelTrialOptions options = AllKernels();
  options.in_turn = true;
  Try(1500, [&](size_t index) { return mutator.Make(index); }, options);
  EXPECT_GT(ShareOf(Outcome::kRefused), 0.5);
  EXPECT_GT(ShareOf(Outcome::kRan), 0.02);
}

TEST_F(ModelMutationTest, DamagedOperatorModelsDoNoHarm) {
  std::vector<test::ModelMutator> mutators;
  for (const test::OperatorModel& model : test::OperatorModels()) {
    mutators.emplace_back(test::BuildModel(model.spec), Seed());
  }
  Try(
      6000, [&](size_t index) { return mutators[index % mutators.size()].Make(index); },
      AllKernels());
  EXPECT_GT(ShareOf(Outcome::kRefused), 0.5);
  EXPECT_GT(ShareOf(Outcome::kRan), 0.02);
}

TEST_F(ModelMutationTest, OtherShapesOfTheHostsModelsDoNoHarm) {
  const auto models = test::OperatorModels();
  test::ModelTrialOptions options = AllKernels();
  options.limits = ModelLimits::Own();
  options.resize = true;
  Try(
      6000, [&](size_t index) { return test::BuildModel(models[index % models.size()].spec); },
      options);
  EXPECT_GT(ShareOf(Outcome::kRan), 0.1);
  EXPECT_GT(ShareOf(Outcome::kFailed), 0.05);
}

TEST_F(ModelMutationTest, LyingOperatorModelsDoNoHarm) {
  test::ModelTrialOptions options = AllKernels();
  // Small enough to be quick with the slowest kernels.
  options.limits.arithmetic = 20'000'000 * Number("WASMEDGE_EMBED_MUTATIONS");
  options.limits.activation_bytes = (16U << 20) * Number("WASMEDGE_EMBED_MUTATIONS");
  options.limits.arithmetic = std::min(options.limits.arithmetic, ModelLimits::Guest().arithmetic);
  options.limits.activation_bytes =
      std::min(options.limits.activation_bytes, ModelLimits::Guest().activation_bytes);
  const test::SpecMutator mutator(Seed(), options.limits);
  Try(1500, [&](size_t index) { return mutator.Make(index); }, options);
  EXPECT_GT(ShareOf(Outcome::kRefused), 0.1);
  EXPECT_GT(ShareOf(Outcome::kRan), 0.2);
}

}  // namespace
}  // namespace wasmedge_embed
