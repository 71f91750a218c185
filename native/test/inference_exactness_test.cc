#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "test/inference_fixtures.h"
#include "test/layer_comparison.h"
#include "test/pictures.h"
#include "test/places.h"
#include "test/score_differences.h"

namespace wasmedge_embed {
namespace {

using test::Picture;
using test::ScoreDifferences;

std::string DataFolder() {
  return test::Environment("WASMEDGE_EMBED_DATA", test::ProjectRoot() + "/../shared/data");
}

/// With WASMEDGE_EMBED_TEST_PICTURES set, only that many of each kind, evenly spaced: for slow
/// machines.
std::vector<Picture> Thin(std::vector<Picture> pictures) {
  const std::string wanted = test::Environment("WASMEDGE_EMBED_TEST_PICTURES", "");
  if (wanted.empty()) return pictures;
  const size_t count = std::min<size_t>(std::stoul(wanted), pictures.size());
  std::vector<Picture> chosen;
  for (size_t i = 0; i < count; ++i) chosen.push_back(pictures[i * pictures.size() / count]);
  return chosen;
}

/// Photographs that were not used to design the rewrite, in addition to the sample data.
std::string OtherPhotographs() {
  return test::Environment("WASMEDGE_EMBED_OTHER_PHOTOGRAPHS",
                           DataFolder() + "/../imagenet-samples");
}

/// The rewritten model differs from the built-in kernels about as much as the original model does
/// on the same library, both run on the same pictures.
void ExpectNoFurther(const std::string& name, const std::vector<uint8_t>& bytes,
                     const std::vector<Picture>& pictures) {
  const auto model = test::Load(bytes);
  ASSERT_TRUE(model->rewritten().rewritten()) << model->rewritten().reason;
  ScoreDifferences as_it_is;
  ScoreDifferences rewritten;
  for (const Picture& picture : pictures) {
    // TensorFlow Lite's own kernels, the reference for the others.
    const auto reference = test::Classify(model, picture.bytes, {1, Kernels::kBuiltin, true});
    as_it_is.Add(reference, test::Classify(model, picture.bytes, {1, Kernels::kXnnpack, false}));
    rewritten.Add(reference, test::Classify(model, picture.bytes, {1, Kernels::kXnnpack, true}));
  }
  std::printf("%s, %zu of %zu channels inexact\n  as it is:  %s\n  rewritten: %s\n", name.c_str(),
              model->rewritten().inexact_channels, model->rewritten().channels,
              as_it_is.ToString().c_str(), rewritten.ToString().c_str());
  constexpr double kFactor = 1.25;
  EXPECT_LE(rewritten.largest(), as_it_is.largest() * kFactor);
  constexpr double kFactorOfMeans = 1.12;
  EXPECT_LE(rewritten.mean_largest(), as_it_is.mean_largest() * kFactorOfMeans);
  EXPECT_LE(rewritten.mean_sum(), as_it_is.mean_sum() * kFactorOfMeans);
  // Between two equally likely classes, rounding decides.
  constexpr double kTies = 0.015;
  EXPECT_GE(
      static_cast<double>(rewritten.agreements()),
      static_cast<double>(as_it_is.agreements()) - kTies * static_cast<double>(pictures.size()));
}

TEST(ExactnessTest, LeavesTheDefaultModelAsItIs) {
  // Internally it is int8, and uint8 at its borders: there is nothing to gain.
  const auto model = test::Load(test::DefaultModel());
  EXPECT_FALSE(model->rewritten().rewritten());
  EXPECT_EQ(&model->Pool({1, Kernels::kXnnpack, true}),
            &model->Pool({1, Kernels::kXnnpack, false}));
}

class RealModelExactnessTest : public testing::TestWithParam<const char*> {};

std::vector<Picture> PicturesFor(const std::vector<uint8_t>& model,
                                 std::vector<Picture> (*make)(size_t width, size_t height)) {
  const std::vector<int32_t> shape = test::Load(model)->inputs()[0].shape;
  return Thin(make(static_cast<size_t>(shape[2]), static_cast<size_t>(shape[1])));
}

TEST_P(RealModelExactnessTest, IsNoFurtherFromTheReference) {
  const auto bytes = test::SampleData(std::string("models/") + GetParam());
  SKIP_WITHOUT_DATA(bytes);
  std::vector<Picture> pictures = PicturesFor(bytes, test::MakePictures);
  for (Picture& picture : PicturesFor(bytes, [](size_t width, size_t height) {
         return test::ReadPhotographs(DataFolder(), width, height);
       })) {
    pictures.push_back(std::move(picture));
  }
  ExpectNoFurther(GetParam(), bytes, pictures);
}

TEST_P(RealModelExactnessTest, IsNoFurtherOnPicturesThatNothingWasChosenOn) {
  const auto bytes = test::SampleData(std::string("models/") + GetParam());
  SKIP_WITHOUT_DATA(bytes);
  const auto pictures = PicturesFor(bytes, [](size_t width, size_t height) {
    return test::ReadPhotographs(OtherPhotographs(), width, height);
  });
  // Not part of the sample data.
  if (pictures.empty()) GTEST_SKIP() << "no photographs: WASMEDGE_EMBED_OTHER_PHOTOGRAPHS";
  ExpectNoFurther(GetParam(), bytes, pictures);
}

INSTANTIATE_TEST_SUITE_P(Models, RealModelExactnessTest,
                         testing::Values("mobilenet_v1_0.25_128_quant.tflite",
                                         "mobilenet_v1_0.75_192_quant.tflite"));

TEST_P(RealModelExactnessTest, EveryOperatorIsCloseToTheReference) {
  const auto bytes = test::SampleData(std::string("models/") + GetParam());
  SKIP_WITHOUT_DATA(bytes);
  const auto model = test::Load(bytes);
  const auto noise = test::Noise(model->inputs()[0].byte_size, 1);
  const auto as_it_is = test::CompareLayers(bytes, noise, {1, Kernels::kXnnpack, false});
  const auto rewritten = test::CompareLayers(bytes, noise, {1, Kernels::kXnnpack, true});
  for (size_t place = 0; place < rewritten.size(); ++place) {
    // For a single input; channels that do not convert exactly differ a little more.
    EXPECT_LE(rewritten[place].largest, 16) << test::ToString(rewritten);
    EXPECT_LE(rewritten[place].mean, as_it_is[place].mean + 0.08) << test::ToString(rewritten);
  }
}

}  // namespace
}  // namespace wasmedge_embed
