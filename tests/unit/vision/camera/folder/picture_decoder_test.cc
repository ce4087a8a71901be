// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/picture_decoder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "tests/support/drawn_picture.h"
#include "tests/support/scratch_folder.h"

namespace veriline::camera {
namespace {

using testing::EncodePicture;
using testing::WithExifOrientation;

constexpr int kWidth = 61;
constexpr int kHeight = 47;

/// A smooth picture with a dot of noise, so that nothing compresses to nothing.
cv::Mat Picture() {
  cv::Mat picture(kHeight, kWidth, CV_8UC1);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      picture.at<uint8_t>(y, x) = static_cast<uint8_t>(2 * x + y + (x * 7 + y * 13) % 5);
    }
  }
  return picture;
}

TEST(PictureDecoder, ReadsEveryFormatAsGrey) {
  const ScratchFolder folder;
  PictureDecoder decoder;
  const cv::Mat picture = Picture();
  for (const std::string extension : {".png", ".pgm", ".tiff", ".bmp", ".jpg", ".webp"}) {
    const std::vector<int> best =
        extension == ".jpg"    ? std::vector<int>{cv::IMWRITE_JPEG_QUALITY, 100}
        : extension == ".webp" ? std::vector<int>{cv::IMWRITE_WEBP_QUALITY, 101}
                               : std::vector<int>{};
    // Quality 100 of JPEG still rounds its coefficients; WebP goes by way of colour.
    const int tolerance = extension == ".jpg" || extension == ".webp" ? 3 : 0;
    const auto view =
        decoder.Decode(folder.Write("p" + extension, EncodePicture(picture, extension, best)));
    ASSERT_TRUE(view) << view.error().ToString();
    ASSERT_EQ(view->width, kWidth) << extension;
    ASSERT_EQ(view->height, kHeight) << extension;
    int worst = 0;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        worst = std::max(worst, std::abs(view->Row(y)[x] - picture.at<uint8_t>(y, x)));
      }
    }
    EXPECT_LE(worst, tolerance) << extension;
  }
}

TEST(PictureDecoder, ColourAndDepthBecomeEightBitGrey) {
  const ScratchFolder folder;
  PictureDecoder decoder;
  const cv::Mat colour(4, 4, CV_8UC3, cv::Scalar(0, 0, 255));  // red
  auto view = decoder.Decode(folder.Write("c.png", EncodePicture(colour, ".png")));
  ASSERT_TRUE(view);
  EXPECT_NEAR(*view->data, 76, 1);  // 0.299 × 255, ITU-R BT.601 luma
  const cv::Mat deep(4, 4, CV_16UC1, cv::Scalar(0x8000));
  view = decoder.Decode(folder.Write("d.png", EncodePicture(deep, ".png")));
  ASSERT_TRUE(view);
  EXPECT_NEAR(*view->data, 0x80, 1);
}

TEST(PictureDecoder, FollowsOrIgnoresTheOrientation) {
  const ScratchFolder folder;
  // Quarter turn clockwise: the stored left edge is shown on top.
  const std::string path =
      folder.Write("turned.jpg", WithExifOrientation(EncodePicture(Picture(), ".jpg"), 6));
  PictureDecoder following, ignoring(ExifOrientation::kIgnore);
  const auto turned = following.Decode(path);
  ASSERT_TRUE(turned) << turned.error().ToString();
  EXPECT_EQ(turned->width, kHeight);
  EXPECT_EQ(turned->height, kWidth);
  const auto stored = ignoring.Decode(path);
  ASSERT_TRUE(stored) << stored.error().ToString();
  EXPECT_EQ(stored->width, kWidth);
  EXPECT_EQ(stored->height, kHeight);
  EXPECT_EQ(stored->Row(0)[0], turned->Row(0)[kHeight - 1]);
}

// A pipe would block for ever, a device never end.
TEST(PictureDecoder, RefusesWhatIsNoRegularFile) {
  const ScratchFolder folder;
  const std::string pipe = folder.path() + "/pipe.png";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  PictureDecoder decoder;
  for (const std::string& path : {pipe, folder.path(), std::string("/dev/zero")}) {
    const auto view = decoder.Decode(path);
    ASSERT_FALSE(view) << path;
    EXPECT_EQ(view.error().file, path);
  }
}

TEST(PictureDecoder, ABrokenPictureIsNeverTheOneBefore) {
  const ScratchFolder folder;
  PictureDecoder decoder;
  const std::string good = folder.Write("good.png", EncodePicture(Picture(), ".png"));
  for (const std::string extension : {".png", ".pgm", ".tiff", ".bmp", ".jpg", ".webp"}) {
    const std::string bytes = EncodePicture(Picture(), extension);
    for (const size_t kept : {size_t{0}, size_t{1}, size_t{20}, bytes.size() / 2}) {
      ASSERT_TRUE(decoder.Decode(good));
      const std::string path = folder.Write("cut" + extension, bytes.substr(0, kept));
      const auto view = decoder.Decode(path);
      ASSERT_FALSE(view) << extension << " cut to " << kept << " bytes";
      EXPECT_EQ(view.error().file, path);
    }
  }
}

}  // namespace
}  // namespace veriline::camera
