#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/error.h"
#include "plugin/configuration.h"

namespace wasmedge_embed::plugin {
namespace {

constexpr char kModels[] = "WASMEDGE_EMBED_MODELS";
constexpr char kInference[] = "WASMEDGE_EMBED_INFERENCE";
constexpr char kLimits[] = "WASMEDGE_EMBED_LIMITS";

class PluginConfigurationTest : public testing::Test {
 protected:
  PluginConfigurationTest() { Clear(); }
  ~PluginConfigurationTest() override { Clear(); }

  static void Clear() {
    for (const char* name : {kModels, kInference, kLimits}) unsetenv(name);
  }

  static Configuration Read(const char* name, const std::string& value) {
    setenv(name, value.c_str(), 1);
    return Configuration::FromEnvironment();
  }

  /// The message about a refused value.
  static std::string Refusal(const char* name, const std::string& value) {
    try {
      Read(name, value);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      return error.what();
    }
    ADD_FAILURE() << name << "='" << value << "' was taken";
    return {};
  }

  static std::string PreloadRefusal(const std::string& value) {
    Configuration configuration;
    try {
      configuration.AddPreload(value);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      return error.what();
    }
    ADD_FAILURE() << value << " was taken";
    return {};
  }
};

TEST_F(PluginConfigurationTest, WithoutVariablesHasTheDefaults) {
  const Configuration configuration = Configuration::FromEnvironment();
  EXPECT_TRUE(configuration.models.empty());
  EXPECT_EQ(configuration.inference.threads, 1);
  EXPECT_EQ(configuration.inference.kernels, Kernels::kXnnpack);
  EXPECT_EQ(configuration.inference_limits.models, InferenceLimits().models);
  EXPECT_EQ(configuration.inference_limits.session_bytes, InferenceLimits().session_bytes);
}

TEST_F(PluginConfigurationTest, ReadsModelsByLine) {
  const Configuration configuration =
      Read(kModels, "default=/a=b:c/model.tflite\n\nsmall-1.0=relative\n");
  ASSERT_EQ(configuration.models.size(), 2U);
  EXPECT_EQ(configuration.models.find("default")->second, "/a=b:c/model.tflite");
  EXPECT_EQ(configuration.models.find("small-1.0")->second, "relative");
}

TEST_F(PluginConfigurationTest, RefusesModelsWithoutNameOrFile) {
  EXPECT_NE(Refusal(kModels, "model.tflite").find("NAME=FILE, one per line"), std::string::npos);
  EXPECT_NE(Refusal(kModels, "default=").find(kModels), std::string::npos);
  for (const char* name : {"", ".hidden", "a/b", "a b", "\u00e9"}) {
    EXPECT_NE(Refusal(kModels, std::string(name) + "=x").find("1 to 64"), std::string::npos)
        << name;
  }
  EXPECT_NE(Refusal(kModels, std::string(65, 'a') + "=x").find("1 to 64"), std::string::npos);
  EXPECT_EQ(Read(kModels, std::string(64, 'a') + "=x").models.size(), 1U);
}

TEST_F(PluginConfigurationTest, ReadsInferenceOptions) {
  const InferenceOptions both = Read(kInference, "threads=2,kernels=builtin").inference;
  EXPECT_EQ(both.threads, 2);
  EXPECT_EQ(both.kernels, Kernels::kBuiltin);
  EXPECT_EQ(Read(kInference, "threads=64").inference.threads, 64);
  EXPECT_TRUE(both.rewrite);
  EXPECT_TRUE(Read(kInference, "rewrite=true").inference.rewrite);
  EXPECT_FALSE(Read(kInference, "rewrite=false").inference.rewrite);
}

TEST_F(PluginConfigurationTest, RefusesOtherInferenceOptions) {
  EXPECT_NE(Refusal(kInference, "threads=0").find("from 1 to 64, got '0'"), std::string::npos);
  for (const char* value : {"threads=65", "threads=", "threads=two", "threads=2x", "threads=-1",
                            "threads= 1", "threads=18446744073709551617"}) {
    EXPECT_NE(Refusal(kInference, value).find("threads"), std::string::npos) << value;
  }
  for (const char* value : {"kernels=fast", "kernels=reference"}) {
    EXPECT_NE(Refusal(kInference, value).find("xnnpack or builtin"), std::string::npos) << value;
  }
  EXPECT_NE(Refusal(kInference, "rewrite=1").find("true or false"), std::string::npos);
  EXPECT_NE(Refusal(kInference, "thread=1").find("threads=N"), std::string::npos);
  EXPECT_NE(Refusal(kInference, "2").find("threads=N"), std::string::npos);
}

TEST_F(PluginConfigurationTest, ReadsLimits) {
  const Configuration configuration =
      Read(kLimits,
           "models=1,modelBytes=0,sessions=65536,sessionBytes=123456789012,modelSubgraphs=2,"
           "modelArithmetic=3,modelActivationBytes=4,imagePixels=7");
  const InferenceLimits& limits = configuration.inference_limits;
  EXPECT_EQ(configuration.image_limits.pixels, 7U);
  EXPECT_EQ(limits.models, 1U);
  EXPECT_EQ(limits.model_bytes, 0U);
  EXPECT_EQ(limits.sessions, 65536U);
  EXPECT_EQ(limits.session_bytes, 123456789012U);
  EXPECT_EQ(limits.OfGuestsModels().subgraphs, 2U);
  EXPECT_EQ(limits.OfGuestsModels().arithmetic, 3U);
  EXPECT_EQ(limits.OfGuestsModels().activation_bytes, 4U);
}

TEST_F(PluginConfigurationTest, RefusesOtherLimits) {
  for (const char* value :
       {"models=0", "models=65537", "sessions=0", "modelBytes=-1", "imagePixels=0",
        "modelSubgraphs=65", "modelArithmetic=0", "sessionBytes=9223372036854775808"}) {
    EXPECT_NE(Refusal(kLimits, value).find("an integer from"), std::string::npos) << value;
  }
  EXPECT_NE(Refusal(kLimits, "fuel=1").find("sessionBytes=N"), std::string::npos);
}

TEST_F(PluginConfigurationTest, TakesAPreloadAsWasmEdgesPluginDoes) {
  Configuration configuration;
  configuration.AddPreload("");
  EXPECT_TRUE(configuration.models.empty());
  configuration.AddPreload("default:TensorflowLite:CPU:/a:b.tflite");
  configuration.AddPreload("other:tensorflowlite:auto:c");
  EXPECT_EQ(configuration.models.find("default")->second, "/a:b.tflite");
  EXPECT_EQ(configuration.models.find("other")->second, "c");
}

TEST_F(PluginConfigurationTest, RefusesOtherPreloads) {
  for (const char* value : {"default", "default:TensorflowLite:CPU", "a:TensorflowLite:CPU:",
                            "a:ggml:CPU:b", "a:TensorflowLite:GPU:b", ":::"}) {
    EXPECT_NE(PreloadRefusal(value).find("NAME:TensorflowLite:CPU:FILE"), std::string::npos)
        << value;
  }
  EXPECT_NE(PreloadRefusal("a b:TensorflowLite:CPU:c").find("1 to 64"), std::string::npos);
}

}  // namespace
}  // namespace wasmedge_embed::plugin
