// One lie after the other about a model that is right, and the reason for which the check refuses
// it; and that there is none of its reasons that no lie has.

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <new>
#include <regex>
#include <string>
#include <vector>

#include "base/error.h"
#include "inference/check/flat_buffer.h"
#include "inference/check/model_reader.h"
#include "test/inference_fixtures.h"
#include "test/model_lies.h"

namespace wasmedge_embed {
namespace {

using test::Lie;

class LieTest : public testing::TestWithParam<Lie> {};

TEST_P(LieTest, IsRefusedForItsReason) {
  const Lie& lie = GetParam();
  ASSERT_EQ(test::RefusalOf({lie.name, lie.model, nullptr, ""}), "");
  const std::string refusal = test::RefusalOf(lie);
  EXPECT_NE(refusal.find(lie.reason), std::string::npos) << refusal;
}

INSTANTIATE_TEST_SUITE_P(Models, LieTest, testing::ValuesIn(test::AllLies()),
                         [](const testing::TestParamInfo<Lie>& info) { return info.param.name; });

/// The texts of a C++ file that are more than a word and no name of a thing ("a tensor's shape"):
/// the reasons that it gives.
std::vector<std::string> TextsOf(const std::filesystem::path& file) {
  const std::vector<uint8_t> bytes = test::ReadFile(file.string());
  const std::string source(bytes.begin(), bytes.end());
  static const std::regex kComment(R"(//[^\n]*)");
  static const std::regex kJoint(R"("\s*\n\s*")");
  static const std::regex kText(R"re("((?:[^"\\\n]|\\.)*)")re");
  static const std::regex kReason("(?!(?:an?|the|its) ).*[a-z] .*");
  static const std::regex kQuote(R"re(\\")re");
  const std::string code = std::regex_replace(std::regex_replace(source, kComment, ""), kJoint, "");
  std::vector<std::string> texts;
  for (std::sregex_iterator each(code.begin(), code.end(), kText), end; each != end; ++each) {
    const std::string text = std::regex_replace((*each)[1].str(), kQuote, "\"");
    if (std::regex_match(text, kReason)) texts.push_back(text);
  }
  return texts;
}

/// What no file that fits the other limits is refused for.
std::vector<std::string> RefusalsOfTheReader() {
  std::vector<std::string> refusals;
  const auto refused = [&](const auto& read) {
    try {
      read();
      ADD_FAILURE() << "it was not refused";
    } catch (const Error& error) {
      refusals.emplace_back(error.what());
    }
  };
  // Of a file of more than 2 GiB the first page is read.
  constexpr size_t kTooLarge = size_t{INT32_MAX} + 1;
  void* memory = mmap(nullptr, kTooLarge, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  auto* bytes = static_cast<uint8_t*>(memory);
  std::memcpy(bytes + 4, "TFL3", 4);
  refused([&] { ModelFile(bytes, kTooLarge, {1, 1, 1}); });
  refused([&] { FlatBuffer(bytes, 4).Root(); });
  munmap(memory, kTooLarge);
  return refusals;
}

TEST(LiesTest, LeaveNoReasonWithoutATest) {
  std::vector<std::string> refusals = RefusalsOfTheReader();
  for (const Lie& lie : test::AllLies()) refusals.push_back(test::RefusalOf(lie));
  size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PROJECT_ROOT) + "/native/inference/check")) {
    if (entry.path().extension() != ".cc") continue;
    for (const std::string& text : TextsOf(entry.path())) {
      ++count;
      const bool told = std::any_of(
          refusals.begin(), refusals.end(),
          [&](const std::string& refusal) { return refusal.find(text) != std::string::npos; });
      EXPECT_TRUE(told) << entry.path().filename() << ": " << text;
    }
  }
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace wasmedge_embed
