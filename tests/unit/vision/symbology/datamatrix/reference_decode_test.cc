// SPDX-License-Identifier: Apache-2.0
// The reference decode on symbols of known codewords at known places: what it reads, where it finds
// the modules, and the step at which it gives up.
#include "vision/symbology/datamatrix/reference_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/datamatrix_encoder.h"
#include "tests/support/drawn_symbol.h"
#include "vision/symbology/datamatrix/grid.h"

namespace veriline::symbology::datamatrix {
namespace {

using testing::Canvas;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;

struct Print {
  Modules modules;
  std::string payload;
  std::vector<uint8_t> codewords;
};

Print PrintOf(const testing::DataMatrixSize& size, uint32_t seed = 1) {
  std::mt19937 random(seed);
  testing::DataMatrixWriter writer(size.data);
  std::string text;
  for (int i = 0; i < size.data - 1; ++i) text += static_cast<char>('A' + random() % 26);
  EXPECT_TRUE(writer.Ascii(text));
  writer.Finish();
  const auto codewords = testing::AddCheckCodewords(size, writer.codewords());
  return {{size.cols, size.rows, 1, testing::PlaceModules(size, codewords)},
          writer.payload(),
          codewords};
}

/// What grading makes of a picture: each pixel the mean under a disc of 0.8 X, cut in the middle,
/// of the symbol and a module around.
struct TwoLevelPicture {
  std::vector<uint8_t> dark;
  std::vector<float> values;
  BinaryView view;
  ReferenceStart start;
  Quad outline;
};

TwoLevelPicture Look(const Canvas& canvas, const Quad& outline, float module_px) {
  TwoLevelPicture out;
  const Rect rect =
      Intersect(BoundsOf(outline, module_px), {0, 0, canvas.width(), canvas.height()});
  const float radius = 0.4f * module_px;
  const int reach = static_cast<int>(radius) + 1;
  struct Tap {
    int x, y;
    float weight;
  };
  std::vector<Tap> taps;
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      int inside = 0;
      for (int s = 0; s < 64; ++s) {
        const float sx = static_cast<float>(x) + (static_cast<float>(s % 8) - 3.5f) / 8;
        const float sy = static_cast<float>(y) + (static_cast<float>(s / 8) - 3.5f) / 8;
        inside += sx * sx + sy * sy < radius * radius;
      }
      if (inside > 0) taps.push_back({x, y, static_cast<float>(inside)});
    }
  }
  const FrameView picture = canvas.view();
  constexpr float kThreshold = 125;
  for (int y = rect.y; y < rect.y + rect.height; ++y) {
    for (int x = rect.x; x < rect.x + rect.width; ++x) {
      float sum = 0, weights = 0;
      for (const Tap& tap : taps) {
        const int px = std::clamp(x + tap.x, 0, picture.width - 1);
        const int py = std::clamp(y + tap.y, 0, picture.height - 1);
        sum += tap.weight * picture.Row(py)[px];
        weights += tap.weight;
      }
      out.values.push_back(sum / weights);
      out.dark.push_back(out.values.back() < kThreshold);
    }
  }
  out.view = {out.dark.data(),
              rect.width,
              rect.height,
              rect.width,
              {static_cast<float>(rect.x), static_cast<float>(rect.y)},
              out.values.data(),
              rect.width,
              kThreshold};
  return out;
}

struct Pose {
  float module_px = 5;
  int degrees = 0;
  bool mirrored = false;
  bool inverted = false;
  Point shift;
};

TwoLevelPicture Draw(const Modules& modules, const Pose& pose,
                     const std::function<void(Canvas&)>& harm = {}) {
  const float reach = std::hypot(modules.width(), modules.height()) / 2 * pose.module_px;
  const int side = static_cast<int>(2 * reach + 6 * pose.module_px);
  Placement at;
  at.module_px = pose.module_px;
  at.angle_rad = static_cast<float>(pose.degrees) * kRadPerDegree;
  at.mirrored = pose.mirrored;
  at.inverted = pose.inverted;
  at.quiet_modules = 2;
  at.center =
      Point{static_cast<float>(side) / 2 + 0.3f, static_cast<float>(side) / 2 - 0.6f} + pose.shift;
  Canvas canvas(side, side, at.inverted ? at.dark : at.light);
  const Quad outline = canvas.Draw(modules, at);
  if (harm) harm(canvas);
  TwoLevelPicture picture = Look(canvas, outline, pose.module_px);
  picture.start = {outline, modules.rows, modules.cols, pose.inverted, pose.mirrored};
  picture.outline = outline;
  return picture;
}

Point TrueCenter(const Quad& outline, const SampledGrid& grid, int row, int col) {
  return outline.At((static_cast<float>(col) + 0.5f) / static_cast<float>(grid.cols),
                    (static_cast<float>(row) + 0.5f) / static_cast<float>(grid.rows));
}

/// The greatest distance of a grid point from where the module lies, px.
float WorstCenter(const TwoLevelPicture& picture, const SampledGrid& grid) {
  float worst = 0;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      worst = std::max(
          worst, Distance(grid.Center(row, col), TrueCenter(picture.outline, grid, row, col)));
    }
  }
  return worst;
}

std::string Named(const Modules& m, const Pose& pose) {
  return std::to_string(m.rows) + "x" + std::to_string(m.cols) + " at " +
         std::to_string(pose.degrees) + (pose.mirrored ? " mirrored" : "") +
         (pose.inverted ? " inverted" : "");
}

TEST(DataMatrixReferenceDecode, DecodesEverySizeInEveryPose) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  float worst = 0, worst_corner = 0;
  for (const testing::DataMatrixSize& size : testing::DataMatrixSizes()) {
    const Print print = PrintOf(size);
    for (const int degrees : {17, 0, 90, 205}) {
      if (size.cols > 52 && degrees != 17) continue;  // they take long to draw
      for (const int kind : {0, 1, 2, 3}) {
        if (size.cols > 52 && kind > 0 && kind != size.cols % 3 + 1) continue;
        Pose pose{.degrees = degrees, .mirrored = (kind & 1) != 0, .inverted = (kind & 2) != 0};
        pose.shift = {static_cast<float>(size.rows % 7) / 7, static_cast<float>(size.cols % 5) / 5};
        const TwoLevelPicture picture = Draw(print.modules, pose);
        ASSERT_TRUE(decoder.Decode(picture.view, picture.start, &grid))
            << Named(print.modules, pose) << ": " << Name(decoder.failed_at());
        EXPECT_EQ(decoder.decoded().message.payload(), print.payload);
        EXPECT_EQ(decoder.decoded().errors, 0) << Named(print.modules, pose);
        ASSERT_TRUE(grid.Consistent());
        ASSERT_EQ(grid.rows, size.rows);
        ASSERT_EQ(grid.cols, size.cols);
        EXPECT_EQ(grid.region_rows, size.regions_down);
        EXPECT_EQ(grid.region_cols, size.regions_across);
        EXPECT_EQ(grid.mirrored, pose.mirrored);
        EXPECT_EQ(grid.inverted, pose.inverted);
        EXPECT_EQ(grid.dark, print.modules.dark) << Named(print.modules, pose);
        const float off = WorstCenter(picture, grid) / pose.module_px;
        // Edges are drawn to a quarter of a pixel.
        EXPECT_LT(off, 0.06f) << Named(print.modules, pose);
        worst = std::max(worst, off);
        for (size_t i = 0; i < 4; ++i) {
          worst_corner =
              std::max(worst_corner, Distance(grid.outline.corners[i], picture.outline.corners[i]) /
                                         pose.module_px);
        }
      }
    }
  }
  EXPECT_LT(worst_corner, 0.06f);
  std::printf("5 px: centres are off by %.4f X at most, corners by %.4f X\n",
              static_cast<double>(worst), static_cast<double>(worst_corner));
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
