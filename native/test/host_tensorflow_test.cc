// wasmedge_tensorflow: every function links, and every call fails.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "host/tensorflow.h"
#include "test/fake_guest.h"

namespace wasmedge_embed {
namespace {

constexpr std::string_view kPrefix = "wasmedge_tensorflow_";

/// Every bit of every argument is set: arguments are ignored.
std::vector<uint64_t> Hostile(const HostFunction<TensorFlowState>& function) {
  return std::vector<uint64_t>(std::string_view(function.signature).find(':'), ~uint64_t{0});
}

TEST(TensorFlowTest, HasTheFunctionsOfBothInterfaces) {
  std::set<std::string> present;
  std::set<std::string> former;
  for (const HostFunction<TensorFlowState>& function : TensorFlowModule().functions) {
    const std::string_view name = function.name;
    if (name.rfind(kPrefix, 0) == 0) {
      former.emplace(name.substr(kPrefix.size()));
    } else {
      present.emplace(name);
    }
  }
  const std::set<std::string> common{
      "create_session",  "delete_session", "run_session",   "get_output_tensor", "get_tensor_len",
      "get_tensor_data", "append_input",   "append_output", "clear_input",       "clear_output"};
  EXPECT_EQ(former, common);
  std::set<std::string> all = common;
  all.insert("create_session_saved_model");
  EXPECT_EQ(present, all);
}

TEST(TensorFlowTest, AnswersEachCallAsOneThatFails) {
  TensorFlowState state;
  for (const HostFunction<TensorFlowState>& function : TensorFlowModule().functions) {
    FakeGuest<TensorFlowState> guest(TensorFlowModule(), state);
    const std::string_view signature = function.signature;
    const std::string name = function.name;
    if (signature.back() == ':') {
      try {
        guest.Call(function, Hostile(function));
        ADD_FAILURE() << name << " did not trap";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kTrap) << name;
        EXPECT_EQ(error.detail(), "host-function") << name;
        EXPECT_NE(std::string_view(error.what()).find(name), std::string_view::npos);
        EXPECT_NE(std::string_view(error.what()).find("not part of this package"),
                  std::string_view::npos);
      }
      continue;
    }
    EXPECT_EQ(guest.Call(function, Hostile(function)), HostOutcome::kReturn) << name;
    const bool is_former = name.rfind(kPrefix, 0) == 0;
    const bool is_run = name == "wasmedge_tensorflow_run_session";
    EXPECT_EQ(guest.result(), is_former ? (is_run ? 1U : 0U) : 5U) << name;
    const auto failures = guest.invocation().TakeInferenceFailures();
    ASSERT_EQ(failures.size(), 1U) << name;
    EXPECT_EQ(failures[0].function, "wasmedge_tensorflow." + name);
    EXPECT_NE(failures[0].reason.find("not part of this package"), std::string::npos);
  }
}

}  // namespace
}  // namespace wasmedge_embed
