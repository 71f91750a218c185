// Limits on the cost of pictures that the host decodes: pictures of a few bytes that ask for a lot
// of work.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "image/decode.h"
#include "image/jpeg_survey.h"
#include "image/png_bounds.h"
#include "test/image_fixtures.h"

namespace wasmedge_embed::test {
namespace {

using PictureBytes = std::vector<uint8_t>;

constexpr uint8_t kBaseline = 0xC0;
constexpr uint8_t kProgressive = 0xC2;
constexpr uint16_t kSide = 7071;
/// Of a greyscale picture of this size.
constexpr size_t kBlocks = size_t{884} * 884;

PictureBytes Join(std::initializer_list<PictureBytes> parts) {
  PictureBytes joined;
  for (const PictureBytes& part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

PictureBytes Times(size_t count, const PictureBytes& part) {
  PictureBytes repeated;
  for (size_t index = 0; index < count; ++index) {
    repeated.insert(repeated.end(), part.begin(), part.end());
  }
  return repeated;
}

PictureBytes Segment(uint8_t marker, const PictureBytes& content) {
  const size_t length = content.size() + 2;
  return Join(
      {{0xFF, marker, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)}, content});
}

/// Quantization tables, and two Huffman tables whose only code, the bit 0, means a difference of
/// zero and the end of the block.
PictureBytes Tables() {
  PictureBytes code(18, 0);
  code[1] = 1;
  const PictureBytes dc = code;
  code[0] = 0x10;
  return Join(
      {Segment(0xDB, Join({{0}, PictureBytes(64, 1)})), Segment(0xC4, dc), Segment(0xC4, code)});
}

PictureBytes Frame(uint8_t marker, uint16_t width, uint16_t height, const PictureBytes& sampling) {
  PictureBytes content = {8,
                          static_cast<uint8_t>(height >> 8),
                          static_cast<uint8_t>(height),
                          static_cast<uint8_t>(width >> 8),
                          static_cast<uint8_t>(width),
                          static_cast<uint8_t>(sampling.size())};
  for (size_t index = 0; index < sampling.size(); ++index) {
    content.insert(content.end(), {static_cast<uint8_t>(index + 1), sampling[index], 0});
  }
  return Segment(marker, content);
}

PictureBytes Scan(const PictureBytes& components, uint8_t first, uint8_t last, uint8_t bits = 0) {
  PictureBytes content = {static_cast<uint8_t>(components.size())};
  for (const uint8_t component : components) content.insert(content.end(), {component, 0});
  content.insert(content.end(), {first, last, bits});
  return Segment(0xDA, content);
}

/// A file of these parts, preceded by `size` bytes of comments.
PictureBytes File(std::initializer_list<PictureBytes> parts, size_t size = 0) {
  PictureBytes file = {0xFF, 0xD8};
  while (file.size() < size) file = Join({file, Segment(0xFE, PictureBytes(60'000, 0))});
  return Join({file, Tables(), Join(parts), {0xFF, 0xD9}});
}

JpegSurvey Survey(PictureBytes file) {
  const auto survey = SurveyJpeg({file.data(), file.size()});
  EXPECT_TRUE(survey.has_value());
  return survey.value_or(JpegSurvey{});
}

bool IsDecoded(PictureBytes file) {
  return DecodeJpeg({file.data(), file.size()}, ImageLimits{}).has_value();
}

TEST(JpegSurveyTest, CountsBlocksWorkAndMemory) {
  // Two MCUs of 16 × 16.
  const PictureBytes frame = Frame(kBaseline, 17, 16, {0x22, 0x11, 0x11});
  const JpegSurvey together = Survey(File({frame, Scan({1, 2, 3}, 0, 63)}));
  EXPECT_EQ(together.pixels, 17U * 16);
  EXPECT_EQ(together.blocks, 12U);
  // Three segments of tables, the frame, the scan.
  EXPECT_EQ(together.work, 5U * 1024 + 12 * 8);
  EXPECT_EQ(together.memory, 3U * 17 * 16);

  const JpegSurvey apart =
      Survey(File({frame, Scan({1}, 0, 63), Scan({2}, 0, 63), Scan({3}, 0, 63)}));
  EXPECT_EQ(apart.work, 7U * 1024 + 12 * 8);
  EXPECT_EQ(apart.memory, 3U * 17 * 16 + 12 * 128);

  const JpegSurvey refined = Survey(File({Frame(kProgressive, 8, 8, {0x11}),
                                          Scan({1}, 0, 0, 1),
                                          Scan({1}, 1, 63, 0x10),
                                          {1, 0xFF, 0, 0xFF, 0xD0, 2}}));
  EXPECT_EQ(refined.work, 6U * 1024 + 8 + 63);
}

TEST(JpegSurveyTest, TakesTheKindsThatAreDecoded) {
  for (const uint8_t marker : {0xC0, 0xC1, 0xC2}) {
    PictureBytes file = File({Frame(marker, 8, 8, {0x11})});
    EXPECT_TRUE(SurveyJpeg({file.data(), file.size()}));
  }
  // Lossless, hierarchical, arithmetic coding.
  for (const uint8_t marker : {0xC3, 0xC5, 0xC9, 0xCA}) {
    PictureBytes file = File({Frame(marker, 8, 8, {0x11})});
    EXPECT_FALSE(SurveyJpeg({file.data(), file.size()}));
  }
  PictureBytes damaged = File({Segment(kBaseline, {8, 0, 8, 0, 8, 3, 1, 0x11, 0})});
  EXPECT_FALSE(SurveyJpeg({damaged.data(), damaged.size()}));
  for (size_t length = 0; length < 12; ++length) EXPECT_FALSE(SurveyJpeg({damaged.data(), length}));
}

TEST(JpegSurveyTest, SurvivesEveryTruncation) {
  const PictureBytes whole =
      File({Frame(kProgressive, 8, 8, {0x11}), Scan({1}, 0, 0), Scan({1}, 1, 63)});
  for (size_t length = 0; length <= whole.size(); ++length) {
    // At its exact size, so that an access to the first byte beyond it is detected.
    PictureBytes part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length));
    SurveyJpeg({part.data(), part.size()});
  }
}

TEST(JpegBoundsTest, LetsThroughWhatEncodersWrite) {
  const PictureBytes all = {1, 2, 3};
  PictureBytes scans = Scan(all, 0, 0, 0x01);
  for (const uint8_t component : all) {
    scans = Join({scans, Scan({component}, 1, 8, 0x03), Scan({component}, 9, 63, 0x03)});
    for (const uint8_t bits : {0x32, 0x21, 0x10}) {
      scans = Join({scans, Scan({component}, 1, 63, bits)});
    }
  }
  const PictureBytes frame = Frame(kProgressive, kSide, kSide, {0x11, 0x11, 0x11});
  EXPECT_TRUE(Survey(File({frame, scans}, kBlocks * 3 / 8)).IsWithinBounds());
  EXPECT_TRUE(IsDecoded(FromHex(kRgbJpeg)));
}

TEST(JpegBoundsTest, RefusesWhatAsksForMoreThanItBrings) {
  const PictureBytes large = Frame(kProgressive, kSide, kSide, {0x11});
  const PictureBytes means = Scan({1}, 0, 0);
  const PictureBytes rest = Scan({1}, 1, 63);
  EXPECT_FALSE(IsDecoded(File({large, means})));
  EXPECT_FALSE(IsDecoded(File({large, means, Times(2000, rest)})));
  EXPECT_FALSE(IsDecoded(File({large, means, Times(2000, rest)}, kBlocks / 8)));
  EXPECT_FALSE(IsDecoded(
      File({Frame(kBaseline, kSide, kSide, {0x11}), Times(500, Scan({1}, 0, 63))}, kBlocks / 8)));
  const PictureBytes megapixel = Frame(kProgressive, 1000, 1000, {0x11});
  EXPECT_FALSE(IsDecoded(File({megapixel, means, Times(50'000, rest)})));
  EXPECT_FALSE(IsDecoded(File({megapixel, means, Times(400, Scan({1}, 1, 63, 0x10))})));
  const PictureBytes tiny = Frame(kProgressive, 8, 8, {0x11});
  EXPECT_FALSE(IsDecoded(File({tiny, means, Times(20'000, Segment(0xFE, {}))})));
  // The coefficients of 50 megapixels of four inks.
  const PictureBytes ink = Frame(kProgressive, 65'535, 762, {0x11, 0x11, 0x11, 0x11});
  EXPECT_FALSE(IsDecoded(File({ink, Scan({1, 2, 3, 4}, 0, 0)})));
  EXPECT_FALSE(IsDecoded(File({ink, Scan({1, 2, 3, 4}, 0, 0)}, kBlocks)));
}

TEST(PngBoundsTest, BytesBoundThePixels) {
  PictureBytes png = FromHex(kRgbPng);
  const ByteSpan bytes{png.data(), png.size()};
  EXPECT_TRUE(DecodePng(bytes, ImageLimits{}));
  // 24 bits per pixel.
  const auto pixels = static_cast<uint32_t>(1032 * png.size() / 3);
  EXPECT_TRUE(CanHoldPixels(bytes, pixels, 1));
  EXPECT_FALSE(CanHoldPixels(bytes, pixels + 1, 1));
  EXPECT_FALSE(CanHoldPixels(bytes, 0x7FFF'FFFF, 0x7FFF'FFFF));
  // One bit per pixel.
  png[24] = 1;
  png[25] = 0;
  EXPECT_TRUE(CanHoldPixels(bytes, 24 * pixels, 1));
  EXPECT_FALSE(CanHoldPixels({png.data(), 25}, 1, 1));
}

}  // namespace
}  // namespace wasmedge_embed::test
