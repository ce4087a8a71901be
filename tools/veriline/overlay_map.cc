// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/overlay_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "grading/fixed_pattern_damage.h"
#include "tools/veriline/overlay_segments.h"
#include "tools/veriline/quad_projection.h"

namespace veriline::tools {
namespace {

constexpr double kLeastCell = 12, kMostCell = 36, kUsualMap = 640;  // px
constexpr double kNumberBand = 26, kNameBand = 74, kNameRow = 20;
constexpr Colour kInk = Rgb(0x1f2328), kGrey = Rgb(0x6b7280);
constexpr double kFailing = 3.95;  ///< a segment that shows less than 4.0

bool HasNames(const SymbolGrade& graded, std::initializer_list<grading::SegmentName> names) {
  for (const grading::Segment& s : graded.report->fixed_patterns.segments()) {
    if (s.grade < kFailing && std::find(names.begin(), names.end(), s.name) != names.end()) {
      return true;
    }
  }
  return false;
}

Point Shifted(Point p, double x, double y) {
  return {p.x + static_cast<float>(x), p.y + static_cast<float>(y)};
}

/// The mean of the picture over a square of that side; the picture goes on at its border.
uint8_t Mean(const FrameView& picture, Point at, double side) {
  const int steps = std::clamp(static_cast<int>(std::lround(side)), 1, 8);
  int sum = 0;
  for (int j = 0; j < steps; ++j) {
    for (int i = 0; i < steps; ++i) {
      const double x = at.x + side * ((i + 0.5) / steps - 0.5);
      const double y = at.y + side * ((j + 0.5) / steps - 0.5);
      const int col = std::clamp(static_cast<int>(std::floor(x)), 0, picture.width - 1);
      const int row = std::clamp(static_cast<int>(std::floor(y)), 0, picture.height - 1);
      sum += picture.Row(row)[col];
    }
  }
  return static_cast<uint8_t>(sum / (steps * steps));
}

}  // namespace

Colour ColourOfMargin(double margin) {
  if (margin >= 0.5) return Rgb(0x2da44e);
  if (margin >= 0.4) return Rgb(0xa4c639);
  if (margin >= 0.3) return Rgb(0xf2cc0c);
  if (margin >= 0.2) return Rgb(0xf0883e);
  return Rgb(0xd62828);
}

Colour ColourOfLetter(char letter) {
  switch (letter) {
    case 'A':
      return ColourOfMargin(0.5);
    case 'B':
      return ColourOfMargin(0.4);
    case 'C':
      return ColourOfMargin(0.3);
    case 'D':
      return ColourOfMargin(0.2);
    default:
      return ColourOfMargin(0);
  }
}

OverlayMap::OverlayMap(const SymbolGrade& graded)
    : graded_(graded), around_(graded.modules.quiet() + 1) {
  using grading::SegmentName;
  const int most = std::max(graded.grid.rows, graded.grid.cols) + 2 * around_;
  cell_ = std::clamp(std::floor(kUsualMap / most), kLeastCell, kMostCell);
  const bool names_left =
      HasNames(graded, {SegmentName::kL1, SegmentName::kQzl1, SegmentName::kA3, SegmentName::kB2});
  const bool names_right = HasNames(graded, {SegmentName::kCtsa, SegmentName::kC});
  const bool names_above = HasNames(graded, {SegmentName::kA1, SegmentName::kA2, SegmentName::kB1});
  const bool names_below = HasNames(graded, {SegmentName::kL2, SegmentName::kQzl2});
  left_ = kNumberBand + (names_left ? kNameBand : 0);
  top_ = kNumberBand + (names_above ? kNameRow : 0);
  right_ = names_right ? kNameBand : 4;
  bottom_ = names_below ? kNameRow + 4 : 4;
}

double OverlayMap::width() const {
  return left_ + (graded_.grid.cols + 2 * around_) * cell_ + right_;
}
double OverlayMap::height() const {
  return top_ + (graded_.grid.rows + 2 * around_) * cell_ + bottom_;
}

Point OverlayMap::PlaceOf(double row, double col) const {
  return {static_cast<float>(left_ + (col + around_) * cell_),
          static_cast<float>(top_ + (row + around_) * cell_)};
}

void OverlayMap::Draw(const FrameView& picture, Point corner, Sheet* sheet) const {
  DrawPixels(picture, corner, sheet);
  DrawModules(corner, sheet);
  DrawCodewords(corner, sheet);
  DrawSegments(corner, sheet);
  DrawMarks(corner, sheet);
  DrawAxes(corner, sheet);
}

void OverlayMap::DrawPixels(const FrameView& picture, Point corner, Sheet* sheet) const {
  const SampledGrid& grid = graded_.grid;
  const QuadProjection projection(grid.cols, grid.rows, grid.outline);
  const int width = static_cast<int>((grid.cols + 2 * around_) * cell_);
  const int height = static_cast<int>((grid.rows + 2 * around_) * cell_);
  std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height));
  const double side = graded_.report->x_px / cell_;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Point at = projection.ToQuad((x + 0.5) / cell_ - around_, (y + 0.5) / cell_ - around_);
      const bool shown = at.x >= 0 && at.y >= 0 && at.x < static_cast<float>(picture.width) &&
                         at.y < static_cast<float>(picture.height);
      // Beside the picture: stripes.
      pixels[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)] =
          shown ? Mean(picture, at, side) : static_cast<uint8_t>((x + y) / 6 % 2 == 0 ? 190 : 214);
    }
  }
  const Point first = Shifted(corner, left_, top_);
  sheet->Paint(static_cast<int>(first.x), static_cast<int>(first.y),
               {pixels.data(), width, height, width});
}

/// A disc at each grid point; modules of the wrong colour are filled and crossed.
void OverlayMap::DrawModules(Point corner, Sheet* sheet) const {
  const SampledGrid& grid = graded_.grid;
  const QuadProjection projection(grid.cols, grid.rows, grid.outline);
  const int quiet = graded_.modules.quiet();
  const auto c = static_cast<float>(cell_);
  for (int row = -quiet; row < grid.rows + quiet; ++row) {
    for (int col = -quiet; col < grid.cols + quiet; ++col) {
      const grading::Module& module = graded_.modules.At(row, col);
      if (!module.seen) continue;
      const Point from = corner + PlaceOf(row, col);
      if (module.wrong) {
        sheet->Fill({from.x, from.y, cell_, cell_}, kWrong.Clear(0.75));
        for (const Colour& colour : {Rgb(0xffffff), Rgb(0x7a0010)}) {
          const double line = colour.red == 1 ? cell_ / 6 : cell_ / 12;
          sheet->Line(from + Point{2, 2}, from + Point{c - 2, c - 2}, colour, line);
          sheet->Line(from + Point{c - 2, 2}, from + Point{2, c - 2}, colour, line);
        }
        continue;
      }
      const bool inside = row >= 0 && col >= 0 && row < grid.rows && col < grid.cols;
      // The quiet zone tells only where something is amiss.
      if (!inside && module.margin >= 0.5) continue;
      const Point place = projection.FromQuad(graded_.modules.PlaceOf(row, col));
      const Point centre = corner + PlaceOf(place.y, place.x);
      const bool small = cell_ < 18;
      sheet->Disc(centre, 0.33 * cell_, Rgb(0xffffff));
      sheet->Disc(centre, 0.33 * cell_ - (small ? 0.7 : 1), ColourOfMargin(module.margin));
      if (!small) sheet->Disc(centre, cell_ / 18, kInk);
    }
  }
}

/// A line around all modules of each codeword that error correction changed.
void OverlayMap::DrawCodewords(Point corner, Sheet* sheet) const {
  const SampledGrid& grid = graded_.grid;
  const auto codeword_of = [&](int row, int col) {
    const bool inside = row >= 0 && col >= 0 && row < grid.rows && col < grid.cols;
    return inside ? grid.CodewordOf(row, col) : SampledGrid::kUnused;
  };
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      const int index = grid.CodewordOf(row, col);
      if (index < 0) continue;
      const SampledGrid::Codeword& codeword = grid.codewords[static_cast<size_t>(index)];
      if (codeword.read == codeword.corrected) continue;
      const auto side = [&](int to_row, int to_col, double r0, double c0, double r1, double c1) {
        if (codeword_of(to_row, to_col) == index) return;
        sheet->Line(corner + PlaceOf(row + r0, col + c0), corner + PlaceOf(row + r1, col + c1),
                    kRepaired, 3);
      };
      side(row - 1, col, 0, 0, 0, 1);
      side(row + 1, col, 1, 0, 1, 1);
      side(row, col - 1, 0, 0, 1, 0);
      side(row, col + 1, 0, 1, 1, 1);
    }
  }
}

/// Segments of fixed patterns that cost grade: outlined, and named beside the map.
void OverlayMap::DrawSegments(Point corner, Sheet* sheet) const {
  using grading::SegmentName;
  const Sheet::Font font{12, true};
  const Box map{corner.x + left_, corner.y + top_, (graded_.grid.cols + 2 * around_) * cell_,
                (graded_.grid.rows + 2 * around_) * cell_};
  for (const grading::Segment& segment : graded_.report->fixed_patterns.segments()) {
    if (segment.grade >= kFailing) continue;
    const std::vector<ModuleBlock> blocks = BlocksOf(segment.name, graded_.grid);
    if (blocks.empty()) continue;
    for (const ModuleBlock& b : blocks) {
      const Point from = corner + PlaceOf(b.row, b.col);
      sheet->Outline({from.x + 1.0, from.y + 1.0, b.cols * cell_ - 2, b.rows * cell_ - 2}, kSegment,
                     2, true);
    }
    const std::string name = fmt::format("{} {:.1f}", Name(segment.name), segment.grade);
    const double text = sheet->WidthOf(name, font);
    const ModuleBlock& b = blocks.front();
    const Point middle = corner + PlaceOf(b.row + b.rows / 2.0, b.col + b.cols / 2.0);
    double x = middle.x - text / 2, y = middle.y;
    Point tip = middle;
    switch (segment.name) {
      case SegmentName::kQzl1:
      case SegmentName::kL1:
      case SegmentName::kA3:
      case SegmentName::kB2:
        // Those of lines side by side stand one above the other.
        if (segment.name == SegmentName::kQzl1) y -= 15 + cell_ / 2;
        if (segment.name == SegmentName::kL1) y += 15;
        x = map.x - kNumberBand - text - 8;
        tip = {static_cast<float>(map.x), static_cast<float>(y)};
        break;
      case SegmentName::kCtsa:
      case SegmentName::kC:
        x = map.x + map.width + 10;
        y = corner.y + PlaceOf(0, 0).y + 2 * cell_;
        if (segment.name == SegmentName::kC) y = middle.y;
        tip = {static_cast<float>(map.x + map.width), static_cast<float>(y)};
        break;
      case SegmentName::kL2:
      case SegmentName::kQzl2:
        if (segment.name == SegmentName::kQzl2) x -= 60;
        if (segment.name == SegmentName::kL2) x += 60;
        y = map.y + map.height + 12;
        tip = {static_cast<float>(x + text / 2), static_cast<float>(map.y + map.height)};
        break;
      default:
        y = map.y - kNumberBand - 8;
        tip = {middle.x, static_cast<float>(map.y)};
        break;
    }
    sheet->Fill({x - 4, y - 9, text + 8, 18}, kSegment);
    sheet->Text(x, y + 4.5, name, font, Rgb(0xffffff));
    const bool upright = std::abs(tip.x - (x + text / 2)) < text;
    const bool left = x < tip.x;
    const Point from =
        upright ? Point{tip.x, static_cast<float>(y)}
                : Point{static_cast<float>(left ? x + text + 4 : x - 4), static_cast<float>(y)};
    sheet->Line(from, tip, kSegment, 1.5);
  }
}

/// Where contrast is least even, and the grid point that is farthest off.
void OverlayMap::DrawMarks(Point corner, Sheet* sheet) const {
  const grading::GradeReport& report = *graded_.report;
  const Sheet::Font font{11, true};
  const auto name = [&](Point at, double y, const char* text, const Colour& colour) {
    const double width = sheet->WidthOf(text, font);
    const double x = at.x + cell_ * 0.8;
    sheet->Fill({x, at.y + y - 10, width + 6, 14}, Rgb(0xffffff).Clear(0.9));
    sheet->Text(x + 3, at.y + y + 1, text, font, colour);
  };
  if (report.uniformity_row >= 0) {
    const Point at = corner + PlaceOf(report.uniformity_row + 0.5, report.uniformity_col + 0.5);
    sheet->Ring(at, cell_ * 0.75, Rgb(0xffffff), 5);
    sheet->Ring(at, cell_ * 0.75, kUniformity, 3);
    name(at, -cell_ * 0.6, "CU", kUniformity);
  }
  constexpr double kWorthMarking = 0.02;  // X
  if (report.Of(grading::Parameter::kGridNonuniformity).value > kWorthMarking) {
    const Point at = corner + PlaceOf(report.grid_row + 0.5, report.grid_col + 0.5);
    const auto r = static_cast<float>(cell_ * 0.85);
    const std::vector<Point> diamond = {at + Point{0, -r}, at + Point{r, 0}, at + Point{0, r},
                                        at + Point{-r, 0}};
    sheet->Polygon(diamond, Rgb(0xffffff), 5);
    sheet->Polygon(diamond, kGridPoint, 3);
    name(at, cell_ * 0.9, "GNU", kGridPoint);
  }
}

void OverlayMap::DrawAxes(Point corner, Sheet* sheet) const {
  const Sheet::Font font{10, false};
  const int step = cell_ >= 20 ? 2 : 5;
  for (int col = 0; col < graded_.grid.cols; col += step) {
    const Point at = corner + PlaceOf(-around_, col + 0.5);
    const std::string text = std::to_string(col);
    const double width = sheet->WidthOf(text, font);
    sheet->Fill({at.x - width / 2 - 1, at.y - 14, width + 2, 11}, Rgb(0xffffff));
    sheet->Text(at.x - width / 2, at.y - 5, text, font, kGrey);
  }
  for (int row = 0; row < graded_.grid.rows; row += step) {
    const Point at = corner + PlaceOf(row + 0.5, -around_);
    const std::string text = std::to_string(row);
    const double width = sheet->WidthOf(text, font);
    sheet->Fill({at.x - width - 5, at.y - 6, width + 2, 12}, Rgb(0xffffff));
    sheet->TextLeftOf(at.x - 4, at.y + 3.5, text, font, kGrey);
  }
}

}  // namespace veriline::tools
