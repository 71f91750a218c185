#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/image.h"
#include "image/resize.h"
#include "test/errno_guest.h"
#include "test/image_fixtures.h"

namespace wasmedge_embed {
namespace {

using Pixels = std::vector<uint8_t>;

constexpr uint32_t kImage = 64;
constexpr uint32_t kBuffer = 4096;
constexpr uint32_t kEnd = 65'536;

/// The element types of a result, as the interface numbers them since 0.13.
constexpr uint32_t kRgb8 = 0;
constexpr uint32_t kBgr8 = 1;
constexpr uint32_t kRgb32F = 2;
constexpr uint32_t kBgr32F = 3;

class ImageTest : public testing::Test {
 protected:
  explicit ImageTest(const ImageLimits& limits = {})
      : state_(limits), guest_(ImageModule(), state_) {}

  /// The arguments for an image in the guest's memory: address and length, width and height.
  std::vector<uint32_t> Place(const Pixels& image, uint32_t width, uint32_t height) {
    guest_.WriteAll(kImage, image);
    return {kImage, static_cast<uint32_t>(image.size()), width, height};
  }

  uint32_t Load(std::string_view function, const Pixels& image, uint32_t width, uint32_t height,
                uint32_t elements = kRgb8) {
    std::vector<uint32_t> arguments = Place(image, width, height);
    arguments.insert(arguments.end(), {elements, kBuffer, kEnd - kBuffer});
    return guest_.Call(function, arguments);
  }

  uint32_t LegacyLoad(const std::string& form, const Pixels& image, uint32_t width,
                      uint32_t height) {
    std::vector<uint32_t> arguments = Place(image, width, height);
    arguments.push_back(kBuffer);
    return guest_.Call("wasmedge_image_load_" + form, arguments);
  }

  template <typename T = uint8_t>
  std::vector<T> Result(size_t count) const {
    return guest_.ReadAll<T>(kBuffer, count);
  }

  ImageState state_;
  test::ErrnoGuest<ImageState> guest_;
};

TEST_F(ImageTest, HasBothInterfaces) {
  EXPECT_STREQ(ImageModule().name, "wasmedge_image");
  EXPECT_EQ(ImageModule().functions.size(), 10U);
}

TEST_F(ImageTest, DecodesAJpeg) {
  ASSERT_EQ(Load("load_jpg", test::FromHex(test::kRgbJpeg), 2, 1), 0U);
  EXPECT_EQ(Result(6), (Pixels{255, 0, 8, 0, 248, 136}));
  ASSERT_EQ(Load("load_jpg", test::FromHex(test::kGreyJpeg), 1, 1), 0U);
  EXPECT_EQ(Result(3), (Pixels{72, 72, 72}));
  ASSERT_EQ(Load("load_jpg", test::FromHex(test::kCmykJpeg), 1, 1), 0U);
  // 200 * 128 / 255 and so on: paper minus ink minus black.
  EXPECT_EQ(Result(3), (Pixels{100, 52, 28}));
}

TEST_F(ImageTest, DecodesAPng) {
  ASSERT_EQ(Load("load_png", test::FromHex(test::kRgbPng), 2, 2), 0U);
  EXPECT_EQ(Result(12), (Pixels{255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}));
  ASSERT_EQ(Load("load_png", test::FromHex(test::kTransparentPng), 2, 1), 0U);
  EXPECT_EQ(Result(6), (Pixels{0, 0, 0, 1, 2, 3})) << "what is transparent lies on black";
}

TEST_F(ImageTest, GivesTheElementsThatAreAskedFor) {
  const Pixels image = test::FromHex(test::kRgbPng);
  ASSERT_EQ(Load("load_png", image, 2, 2, kBgr8), 0U);
  EXPECT_EQ(Result(12), (Pixels{0, 0, 255, 0, 255, 0, 255, 0, 0, 30, 20, 10}));
  const std::vector<float> rgb{1, 0, 0, 0, 1, 0, 0, 0, 1, 10 / 255.0F, 20 / 255.0F, 30 / 255.0F};
  ASSERT_EQ(Load("load_png", image, 2, 2, kRgb32F), 0U);
  EXPECT_EQ(Result<float>(12), rgb);
  const std::vector<float> bgr{0, 0, 1, 0, 1, 0, 1, 0, 0, 30 / 255.0F, 20 / 255.0F, 10 / 255.0F};
  ASSERT_EQ(Load("load_png", image, 2, 2, kBgr32F), 0U);
  EXPECT_EQ(Result<float>(12), bgr);
  EXPECT_EQ(Load("load_png", image, 2, 2, 4), 1U);
  EXPECT_EQ(Load("load_png", image, 2, 2, 0xFFFF'FFFF), 1U);
}

TEST_F(ImageTest, ServesTheInterfaceOf0_8) {
  const Pixels jpeg = test::FromHex(test::kRgbJpeg);
  const Pixels png = test::FromHex(test::kRgbPng);
  ASSERT_EQ(LegacyLoad("jpg_to_rgb8", jpeg, 2, 1), 0U);
  EXPECT_EQ(Result(6), (Pixels{255, 0, 8, 0, 248, 136}));
  ASSERT_EQ(LegacyLoad("jpg_to_bgr8", jpeg, 2, 1), 0U);
  EXPECT_EQ(Result(6), (Pixels{8, 0, 255, 136, 248, 0}));
  ASSERT_EQ(LegacyLoad("jpg_to_rgb32f", jpeg, 1, 1), 0U);
  EXPECT_EQ(Result<float>(3), (std::vector<float>{1, 0, 8 / 255.0F}));
  ASSERT_EQ(LegacyLoad("jpg_to_bgr32f", jpeg, 1, 1), 0U);
  EXPECT_EQ(Result<float>(3), (std::vector<float>{8 / 255.0F, 0, 1}));
  ASSERT_EQ(LegacyLoad("png_to_rgb8", png, 1, 1), 0U);
  EXPECT_EQ(Result(3), (Pixels{255, 0, 0}));
  ASSERT_EQ(LegacyLoad("png_to_bgr8", png, 1, 1), 0U);
  EXPECT_EQ(Result(3), (Pixels{0, 0, 255}));
  ASSERT_EQ(LegacyLoad("png_to_rgb32f", png, 1, 1), 0U);
  EXPECT_EQ(Result<float>(3), (std::vector<float>{1, 0, 0}));
  ASSERT_EQ(LegacyLoad("png_to_bgr32f", png, 1, 1), 0U);
  EXPECT_EQ(Result<float>(3), (std::vector<float>{0, 0, 1}));
}

TEST_F(ImageTest, RefusesWhatIsNoSuchPicture) {
  const Pixels jpeg = test::FromHex(test::kRgbJpeg);
  const Pixels png = test::FromHex(test::kRgbPng);
  EXPECT_EQ(Load("load_png", jpeg, 1, 1), 1U);
  EXPECT_EQ(Load("load_jpg", png, 1, 1), 1U);
  for (const char* function : {"load_jpg", "load_png"}) {
    EXPECT_EQ(Load(function, {}, 1, 1), 1U);
    EXPECT_EQ(Load(function, Pixels(1000, 0), 1, 1), 1U);
    EXPECT_EQ(Load(function, Pixels(1000, 0xFF), 1, 1), 1U);
  }
  for (size_t size = 0; size < png.size() - 20; ++size) {
    EXPECT_EQ(Load("load_png", {png.begin(), png.begin() + static_cast<ptrdiff_t>(size)}, 1, 1), 1U)
        << size;
  }
  EXPECT_EQ(Load("load_png", png, 0, 1), 1U);
  EXPECT_EQ(Load("load_png", png, 1, 0), 1U);
}

TEST_F(ImageTest, SurvivesEveryChangedByteAndEveryTruncation) {
  for (const auto& [function, text] :
       {std::pair("load_jpg", test::kRgbJpeg), std::pair("load_png", test::kRgbPng)}) {
    const Pixels image = test::FromHex(text);
    for (size_t index = 0; index < image.size(); ++index) {
      for (const uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xDA, 0xFF}) {
        Pixels changed = image;
        changed[index] = value;
        EXPECT_LE(Load(function, changed, 3, 3), 1U);
      }
      EXPECT_LE(
          Load(function, {image.begin(), image.begin() + static_cast<ptrdiff_t>(index)}, 3, 3), 1U);
    }
  }
}

TEST_F(ImageTest, RefusesWhatLiesOutsideOfTheMemory) {
  const Pixels image = test::FromHex(test::kRgbPng);
  const auto length = static_cast<uint32_t>(image.size());
  Place(image, 2, 2);
  EXPECT_EQ(guest_.Call("load_png", {kImage, length, 2, 2, kRgb8, kEnd - 12, 12}), 0U);
  EXPECT_EQ(guest_.Call("load_png", {kImage, length, 2, 2, kRgb8, kEnd - 11, 12}), 1U);
  EXPECT_EQ(guest_.Call("load_png", {kImage, length, 2, 2, kRgb8, kBuffer, 11}), 1U);
  EXPECT_EQ(guest_.Call("load_png", {kImage, length, 2, 2, kRgb32F, kBuffer, 47}), 1U);
  EXPECT_EQ(guest_.Call("load_png", {kImage, length, 2, 2, kRgb32F, kBuffer, 48}), 0U);
  EXPECT_EQ(guest_.Call("load_png", {kEnd - 1, length, 2, 2, kRgb8, kBuffer, 12}), 1U);
  const std::string legacy = "wasmedge_image_load_png_to_rgb32f";
  EXPECT_EQ(guest_.Call(legacy, {kImage, length, 2, 2, kEnd - 48}), 0U);
  EXPECT_EQ(guest_.Call(legacy, {kImage, length, 2, 2, kEnd - 47}), 1U);
  // 2^32 bytes, and sizes whose product wraps around.
  for (const uint32_t side : {0x5556U, 0x1'0000U, 0x8000'0000U, 0xFFFF'FFFFU}) {
    EXPECT_EQ(guest_.Call(legacy, {kImage, length, side, side, kBuffer}), 1U) << side;
  }
}

TEST_F(ImageTest, MayWriteOverTheImage) {
  const Pixels image = test::FromHex(test::kRgbPng);
  Place(image, 2, 2);
  EXPECT_EQ(guest_.Call("load_png",
                        {kImage, static_cast<uint32_t>(image.size()), 2, 2, kRgb8, kImage, 12}),
            0U);
  EXPECT_EQ(guest_.ReadAll<uint8_t>(kImage, 12),
            (Pixels{255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}));
}

TEST_F(ImageTest, SurvivesEveryHostileArgument) {
  for (const HostFunction<ImageState>& function : ImageModule().functions) {
    const bool is_png = std::string_view(function.name).find("png") != std::string_view::npos;
    const Pixels image = test::FromHex(is_png ? test::kRgbPng : test::kRgbJpeg);
    guest_.WriteAll(kImage, image);
    const std::vector<uint32_t> values{0,        1,      0xFFFF'FFFF,
                                       kEnd - 4, kImage, static_cast<uint32_t>(image.size())};
    test::CallWithEverything(guest_, function, values, [&](uint32_t result) {
      ASSERT_LE(result, 1U) << function.name;
      guest_.WriteAll(kImage, image);
    });
  }
}

class SmallImageTest : public ImageTest {
 protected:
  SmallImageTest() : ImageTest(ImageLimits{100}) {}
};

TEST_F(SmallImageTest, BoundsThePixelsOfThePictureAndOfTheResult) {
  EXPECT_EQ(Load("load_jpg", test::FromHex(test::kRgbJpeg), 1, 1), 1U);
  const Pixels png = test::FromHex(test::kRgbPng);
  EXPECT_EQ(Load("load_png", png, 10, 10), 0U);
  EXPECT_EQ(test::LimitOf([&] { Load("load_png", png, 101, 1); }), "imagePixels");
  EXPECT_EQ(Load("load_jpg", test::FromHex(test::kGreyJpeg), 1, 1), 0U);
}

TEST(ResizeBilinearTest, KeepsTheCorners) {
  const Picture picture{2, 2, {0, 10, 100, 100, 20, 0, 200, 30, 50, 40, 40, 255}};
  Pixels same(12);
  ResizeBilinear(picture, 2, 2, same.data());
  EXPECT_EQ(same, picture.pixels);
  Pixels larger(27);
  ResizeBilinear(picture, 3, 3, larger.data());
  // Halfway, rounded down: (0 + 100) / 2, (0 + 100 + 200 + 40) / 4, (50 + 255) / 2.
  EXPECT_EQ(larger[0], 0);
  EXPECT_EQ(larger[3], 50);
  EXPECT_EQ(larger[12], 85);
  EXPECT_EQ(larger[23], 152);
  EXPECT_EQ(larger[26], 255);
}

TEST(ResizeBilinearTest, TakesTheNearestFourWhenItShrinks) {
  Picture picture{5, 1, {}};
  for (const uint8_t value : {0, 90, 200, 30, 40})
    picture.pixels.insert(picture.pixels.end(), 3, value);
  Pixels result(9);
  ResizeBilinear(picture, 3, 1, result.data());
  EXPECT_EQ(result, (Pixels{0, 0, 0, 200, 200, 200, 40, 40, 40}));
  ResizeBilinear(picture, 1, 1, result.data());
  EXPECT_EQ(result[0], 0) << "a single pixel is the first";
}

TEST(ResizeBilinearTest, LeavesOneColourAsItIs) {
  for (const uint8_t value : {1, 127, 254, 255}) {
    const Picture picture{7, 11, Pixels(7 * 11 * 3, value)};
    for (const uint32_t size : {1U, 2U, 3U, 10U, 13U, 224U}) {
      Pixels result(size * size * 3);
      ResizeBilinear(picture, size, size, result.data());
      EXPECT_EQ(result, Pixels(result.size(), value)) << size;
    }
  }
}

TEST(ResizeBilinearTest, TakesASinglePixel) {
  const Picture picture{1, 1, {1, 2, 3}};
  Pixels result(12);
  ResizeBilinear(picture, 2, 2, result.data());
  EXPECT_EQ(result, (Pixels{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}));
}

}  // namespace
}  // namespace wasmedge_embed
