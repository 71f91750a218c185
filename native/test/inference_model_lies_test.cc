// One lie after another about a valid model, and the reason for which the check refuses it. Also
// checks that each of the check's reasons has a lie.

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "inference/check/flat_buffer.h"
#include "inference/check/model_reader.h"
#include "test/host_lies.h"
#include "test/inference_fixtures.h"
#include "test/model_lies.h"
#include "test/places.h"

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

class HostLieTest : public testing::TestWithParam<Lie> {};

TEST_P(HostLieTest, IsRefusedForItsReason) {
  const Lie& lie = GetParam();
  ASSERT_EQ(test::HostRefusalOf({lie.name, lie.model, nullptr, ""}), "");
  const std::string refusal = test::HostRefusalOf(lie);
  EXPECT_NE(refusal.find(lie.reason), std::string::npos) << refusal;
}

INSTANTIATE_TEST_SUITE_P(Models, HostLieTest, testing::ValuesIn(test::LiesOfHosts()),
                         [](const testing::TestParamInfo<Lie>& info) { return info.param.name; });

/// Whether a text in the sources is the reason of a refusal: it has more than one word, and is not
/// the name of a thing ("a tensor's shape").
bool IsReason(const std::string& text) {
  for (const char* thing : {"a ", "an ", "the ", "its "}) {
    if (text.rfind(thing, 0) == 0) return false;
  }
  const size_t space = text.find(' ', 1);
  return space != std::string::npos &&
         std::islower(static_cast<unsigned char>(text[space - 1])) != 0;
}

/// The reasons in a C++ file. String literals separated only by white space are one.
std::vector<std::string> ReasonsOf(const std::filesystem::path& file) {
  const std::vector<uint8_t> bytes = test::ReadFile(file.string());
  const std::string source(bytes.begin(), bytes.end());
  std::vector<std::string> texts;
  bool continues = false;
  for (size_t at = 0; at < source.size(); ++at) {
    if (source.compare(at, 2, "//") == 0) {
      at = std::min(source.find('\n', at), source.size());
    } else if (source[at] == '"') {
      std::string text;
      while (source[++at] != '"') {
        if (source[at] == '\\') ++at;
        text += source[at];
      }
      if (continues) {
        texts.back() += text;
      } else {
        texts.push_back(text);
      }
      continues = true;
    } else if (std::isspace(static_cast<unsigned char>(source[at])) == 0) {
      continues = false;
    }
  }
  texts.erase(std::remove_if(texts.begin(), texts.end(),
                             [](const std::string& text) { return !IsReason(text); }),
              texts.end());
  return texts;
}

/// Refusals that no file within the other limits can cause.
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
  // Only the first page of this file of more than 2 GiB is read.
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
  for (const Lie& lie : test::LiesOfHosts()) refusals.push_back(test::HostRefusalOf(lie));
  size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::ProjectRoot() + "/native/inference/check")) {
    if (entry.path().extension() != ".cc") continue;
    for (const std::string& text : ReasonsOf(entry.path())) {
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
