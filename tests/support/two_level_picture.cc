// SPDX-License-Identifier: Apache-2.0
#include "tests/support/two_level_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace veriline::testing {
namespace {

/// From a square of side 1 to a quadrilateral, and back.
class Perspective {
 public:
  explicit Perspective(const std::array<std::pair<double, double>, 4>& q) {
    const auto [x0, y0] = q[0];
    const auto [x1, y1] = q[1];
    const auto [x2, y2] = q[2];
    const auto [x3, y3] = q[3];
    const double sx = x0 - x1 + x2 - x3, sy = y0 - y1 + y2 - y3;
    const double dx1 = x1 - x2, dx2 = x3 - x2, dy1 = y1 - y2, dy2 = y3 - y2;
    const double det = dx1 * dy2 - dx2 * dy1;
    const double g = (sx * dy2 - dx2 * sy) / det, h = (dx1 * sy - sx * dy1) / det;
    to_ = {x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1};
    const auto& m = to_;
    back_ = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
             m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
             m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  }
  std::pair<double, double> To(double u, double v) const { return Map(to_, u, v); }
  std::pair<double, double> Back(double x, double y) const { return Map(back_, x, y); }

 private:
  static std::pair<double, double> Map(const std::array<double, 9>& m, double a, double b) {
    const double w = m[6] * a + m[7] * b + m[8];
    return {(m[0] * a + m[1] * b + m[2]) / w, (m[3] * a + m[4] * b + m[5]) / w};
  }
  std::array<double, 9> to_{}, back_{};
};

/// The mean under a disc whose pixels count by the area that it covers.
std::vector<float> UnderDisc(const std::vector<float>& in, int width, int height, double radius) {
  const int reach = static_cast<int>(radius) + 1;
  std::vector<float> out(in.size());
  struct Tap {
    int x, y;
    float weight;
  };
  std::vector<Tap> taps;
  float total = 0;
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      int inside = 0;
      for (int s = 0; s < 256; ++s) {
        const double sx = x + (s % 16 - 7.5) / 16, sy = y + (s / 16 - 7.5) / 16;
        inside += sx * sx + sy * sy < radius * radius;
      }
      if (inside > 0) taps.push_back({x, y, static_cast<float>(inside)});
      total += static_cast<float>(inside);
    }
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (const Tap& tap : taps) {
        const int px = std::clamp(x + tap.x, 0, width - 1);
        const int py = std::clamp(y + tap.y, 0, height - 1);
        sum += tap.weight * in[static_cast<size_t>(py * width + px)];
      }
      out[static_cast<size_t>(y * width + x)] = sum / total;
    }
  }
  return out;
}

}  // namespace

bool TwoLevelSymbol::Dark(int row, int col) const {
  if (row >= 0 && col >= 0 && row < rows && col < cols) {
    return dark[static_cast<size_t>(row * cols + col)] != 0;
  }
  return std::find(specks.begin(), specks.end(), std::pair{row, col}) != specks.end();
}

double TwoLevelPicture::WorstCenter(const SampledGrid& grid) const {
  double worst = 0;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      worst = std::max<double>(worst, Distance(grid.Center(row, col), place(row, col)));
    }
  }
  return worst;
}

TwoLevelPicture DrawTwoLevels(const TwoLevelSymbol& symbol, const TwoLevelPose& pose) {
  const double angle = pose.degrees * std::numbers::pi / 180;
  const double reach = std::hypot(symbol.rows, symbol.cols) / 2 * pose.module_px;
  const int side = static_cast<int>(2 * reach + 8 * pose.module_px);
  // In modules from the middle: the right side shorter, then turned.
  std::array<std::pair<double, double>, 4> corners;
  const double w = symbol.cols / 2.0, h = symbol.rows / 2.0;
  const std::array<std::pair<double, double>, 4> ends = {
      {{-w, -h}, {w, -h * (1 - pose.perspective)}, {w, h * (1 - pose.perspective)}, {-w, h}}};
  for (size_t i = 0; i < 4; ++i) {
    const double x = (pose.mirrored ? -1 : 1) * ends[i].first * pose.module_px;
    const double y = ends[i].second * pose.module_px;
    corners[i] = {side / 2.0 + pose.shift_x_px + x * std::cos(angle) - y * std::sin(angle),
                  side / 2.0 + pose.shift_y_px + x * std::sin(angle) + y * std::cos(angle)};
  }
  const Perspective map(corners);
  const auto ink = [&](double x, double y) {
    const auto [u, v] = map.Back(x, y);
    const double col = u * symbol.cols, row = v * symbol.rows;
    const double g = symbol.growth / 2;
    if (g == 0) {
      return symbol.Dark(static_cast<int>(std::floor(row)), static_cast<int>(std::floor(col)));
    }
    // Dark when a dark module reaches the place; with loss, when no light one does.
    int darks = 0;
    for (const double dr : {-g, g}) {
      for (const double dc : {-g, g}) {
        darks += symbol.Dark(static_cast<int>(std::floor(row + dr)),
                             static_cast<int>(std::floor(col + dc)));
      }
    }
    return g > 0 ? darks > 0 : darks == 4;
  };
  std::vector<float> image(static_cast<size_t>(side) * static_cast<size_t>(side));
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool first = ink(x + 0.01, y + 0.01);
      float share = first ? 1 : 0;
      if (ink(x + 0.99, y + 0.01) != first || ink(x + 0.01, y + 0.99) != first ||
          ink(x + 0.99, y + 0.99) != first || ink(x + 0.5, y + 0.5) != first) {
        int darks = 0;
        for (int s = 0; s < 256; ++s) {  // each row and column of 16 once in 16 places
          darks +=
              ink(x + (s % 16 + (s / 16 + 0.5) / 16) / 16, y + (s / 16 + (s % 16 + 0.5) / 16) / 16);
        }
        share = static_cast<float>(darks) / 256;
      }
      image[static_cast<size_t>(y * side + x)] = pose.inverted ? share : 1 - share;
    }
  }
  TwoLevelPicture out;
  for (size_t i = 0; i < 4; ++i) {
    out.outline.corners[i] = {static_cast<float>(corners[i].first),
                              static_cast<float>(corners[i].second)};
  }
  const Rect rect =
      Intersect(BoundsOf(out.outline, static_cast<float>(pose.module_px)), {0, 0, side, side});
  const std::vector<float> filtered = UnderDisc(image, side, side, 0.4 * pose.module_px);
  for (int y = rect.y; y < rect.y + rect.height; ++y) {
    for (int x = rect.x; x < rect.x + rect.width; ++x) {
      out.values.push_back(filtered[static_cast<size_t>(y * side + x)]);
      out.dark.push_back(out.values.back() < static_cast<float>(pose.threshold));
    }
  }
  out.view = {out.dark.data(),
              rect.width,
              rect.height,
              rect.width,
              {static_cast<float>(rect.x), static_cast<float>(rect.y)},
              out.values.data(),
              rect.width,
              static_cast<float>(pose.threshold)};
  out.start = {out.outline, symbol.rows, symbol.cols, pose.inverted, pose.mirrored};
  out.place = [map, rows = symbol.rows, cols = symbol.cols](double row, double col) {
    const auto [x, y] = map.To((col + 0.5) / cols, (row + 0.5) / rows);
    return Point{static_cast<float>(x), static_cast<float>(y)};
  };
  return out;
}

}  // namespace veriline::testing
