// SPDX-License-Identifier: Apache-2.0
#include "tests/support/graded_qr.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

namespace veriline::testing {
namespace {

/// From the unit square to a quadrilateral, in closed form.
class SquareTo {
 public:
  explicit SquareTo(const std::array<Point, 4>& q) {
    const double x0 = q[0].x, y0 = q[0].y;
    const double x1 = q[1].x, y1 = q[1].y, x2 = q[2].x, y2 = q[2].y, x3 = q[3].x, y3 = q[3].y;
    const double sx = x0 - x1 + x2 - x3, sy = y0 - y1 + y2 - y3;
    const double ax = x1 - x2, ay = y1 - y2, bx = x3 - x2, by = y3 - y2;
    const double det = ax * by - bx * ay;
    g_ = (sx * by - bx * sy) / det;
    h_ = (ax * sy - sx * ay) / det;
    a_ = x1 - x0 + g_ * x1, b_ = x3 - x0 + h_ * x3, c_ = x0;
    d_ = y1 - y0 + g_ * y1, e_ = y3 - y0 + h_ * y3, f_ = y0;
  }
  Point At(double u, double v) const {
    const double w = g_ * u + h_ * v + 1;
    return {static_cast<float>((a_ * u + b_ * v + c_) / w),
            static_cast<float>((d_ * u + e_ * v + f_) / w)};
  }
  /// The place of the unit square that is drawn at (x, y).
  std::pair<double, double> Back(double x, double y) const {
    const double m = a_ - g_ * x, n = b_ - h_ * x, p = x - c_;
    const double q = d_ - g_ * y, r = e_ - h_ * y, s = y - f_;
    const double det = m * r - n * q;
    return {(p * r - n * s) / det, (m * s - p * q) / det};
  }

 private:
  double a_, b_, c_, d_, e_, f_, g_, h_;
};

}  // namespace

GradedSymbol GradedQr(const QrSymbol& symbol) {
  GradedSymbol out;
  SampledGrid& grid = out.grid;
  const QrSpec& spec = symbol.spec;
  out.quiet = spec.micro ? 2 : 4;
  grid.symbology = spec.micro ? Symbology::kMicroQr : Symbology::kQr;
  grid.rows = grid.cols = spec.size();
  grid.dark = symbol.dark;
  grid.codeword.assign(grid.dark.size(), SampledGrid::kFixedPattern);
  for (size_t i = 0; i < symbol.modules.size(); ++i) {
    for (const size_t module : symbol.modules[i]) grid.codeword[module] = static_cast<int16_t>(i);
  }
  // The block of a codeword: data codewords go round the blocks, those of the longer ones at last
  // round the last; so do check codewords.
  std::vector<uint8_t> block_of;
  const auto check = static_cast<size_t>(QrCheckCodewords(spec));
  const size_t longest = symbol.blocks.back().size() - check;
  for (size_t i = 0; i < longest; ++i) {
    for (size_t b = 0; b < symbol.blocks.size(); ++b) {
      if (i < symbol.blocks[b].size() - check) block_of.push_back(static_cast<uint8_t>(b));
    }
  }
  for (size_t i = 0; i < symbol.codewords.size(); ++i) {
    const uint8_t word = symbol.codewords[i];
    const size_t data = block_of.size();
    const auto block =
        i < data ? block_of[i] : static_cast<uint8_t>((i - data) % symbol.blocks.size());
    grid.codewords.push_back({.read = word, .corrected = word, .block = block});
  }
  grid.blocks.assign(symbol.blocks.size(), {.check = static_cast<int16_t>(QrCheckCodewords(spec))});
  return out;
}

Drawing InPerspective(const Drawing& drawing, const std::array<Point, 4>& corners) {
  const SquareTo map(corners);
  Drawing out;
  for (const Point& p : corners) {
    out.width = std::max(out.width, static_cast<int>(std::ceil(p.x)));
    out.height = std::max(out.height, static_cast<int>(std::ceil(p.y)));
  }
  const auto grey = [&](int x, int y) {
    const int col = std::clamp(x, 0, drawing.width - 1), row = std::clamp(y, 0, drawing.height - 1);
    return static_cast<double>(drawing.pixels[static_cast<size_t>(row * drawing.width + col)]);
  };
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const auto [u, v] = map.Back(x + 0.5, y + 0.5);
      const double px = u * drawing.width - 0.5, py = v * drawing.height - 0.5;
      const int x0 = static_cast<int>(std::floor(px)), y0 = static_cast<int>(std::floor(py));
      const double top = std::lerp(grey(x0, y0), grey(x0 + 1, y0), px - x0);
      const double bottom = std::lerp(grey(x0, y0 + 1), grey(x0 + 1, y0 + 1), px - x0);
      out.pixels.push_back(static_cast<uint8_t>(std::lround(std::lerp(top, bottom, py - y0))));
    }
  }
  out.grid = drawing.grid;
  const auto move = [&](Point& p) { p = map.At(p.x / drawing.width, p.y / drawing.height); };
  std::for_each(out.grid.centers.begin(), out.grid.centers.end(), move);
  std::for_each(out.grid.outline.corners.begin(), out.grid.outline.corners.end(), move);
  return out;
}

void MovePlaces(const Movement& movement, GradedSymbol* symbol) {
  const GradedSymbol still = *symbol;
  symbol->ground = [still, movement](double x, double y) {
    // The place of the print that is seen here: the movement changes little from place to place.
    double from_x = x, from_y = y;
    for (int round = 0; round < 8; ++round) {
      const Point off = movement(from_x, from_y);
      if (off == Point{} && round == 0) break;
      from_x = x - off.x, from_y = y - off.y;
    }
    const bool dark =
        still.IsDark(static_cast<int>(std::floor(from_y)), static_cast<int>(std::floor(from_x)));
    return dark != still.grid.inverted ? still.dark : still.light;
  };
}

void MoveGrid(const Movement& movement, Drawing* drawing) {
  SampledGrid& grid = drawing->grid;
  const auto& c = grid.outline.corners;
  const Point right = (c[1] - c[0]) * (1 / static_cast<float>(grid.cols));
  const Point down = (c[3] - c[0]) * (1 / static_cast<float>(grid.rows));
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      const Point off = movement(col + 0.5, row + 0.5);
      Point& centre = grid.centers[grid.Index(row, col)];
      centre = centre + right * off.x + down * off.y;
    }
  }
}

symbology::ReferenceStart ReferenceRig::StartOf(const Drawing& drawing) {
  const SampledGrid& grid = drawing.grid;
  return {grid.outline, grid.rows, grid.cols, grid.inverted, grid.mirrored};
}

BinaryView ReferenceRig::Cut(const Drawing& drawing, const Quad& outline,
                             grading::Edition edition) {
  spec_.edition = edition;
  const SampledGrid& truth = drawing.grid;
  const auto binary = grader.Prepare(
      drawing.view(), &calibration_,
      {outline, truth.rows, truth.cols, grading::QuietModulesOf(truth.symbology)}, spec_);
  if (!binary) throw std::runtime_error(binary.error().text);
  return *binary;
}

bool ReferenceRig::Decode(const Drawing& drawing, const symbology::ReferenceStart& start,
                          grading::Edition edition) {
  const BinaryView binary = Cut(drawing, start.outline, edition);
  return decoder.Decode(binary, start, drawing.grid.symbology == Symbology::kMicroQr, &grid);
}

double WorstOffset(const SampledGrid& grid, const Drawing& truth, double module_px) {
  if (grid.centers.size() != truth.grid.centers.size()) {
    return std::numeric_limits<double>::infinity();
  }
  double worst = 0;
  for (size_t i = 0; i < grid.centers.size(); ++i) {
    worst = std::max<double>(worst, Distance(grid.centers[i], truth.grid.centers[i]));
  }
  return worst / module_px;
}

}  // namespace veriline::testing
