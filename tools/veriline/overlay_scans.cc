// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/overlay_scans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tools/veriline/grade_words.h"
#include "tools/veriline/overlay_map.h"

namespace veriline::tools {
namespace {

using grading::LinearScan;
using grading::Parameter;

constexpr double kWidth = 860, kStripHeight = 200, kPlotHeight = 230;
constexpr double kAxis = 46, kScanNames = 78, kTitle = 46, kKey = 44;
constexpr Colour kInk = Rgb(0x1f2328), kGrey = Rgb(0x57606a), kPale = Rgb(0xd0d7de);
constexpr Colour kQuiet = Rgb(0xe7f0fb);
constexpr Sheet::Font kSmall{11, false}, kBold{12, true};

Point At(Point corner, double x, double y) {
  return corner + Point{static_cast<float>(x), static_cast<float>(y)};
}

void Dashed(Sheet* sheet, Point from, Point to, const Colour& colour, double line) {
  constexpr float kDash = 7, kGap = 4;
  const float length = Distance(from, to);
  for (float at = 0; at < length; at += kDash + kGap) {
    const Point a = from + (to - from) * (at / length);
    const Point b = from + (to - from) * (std::min(at + kDash, length) / length);
    sheet->Line(a, b, colour, line);
  }
}

/// Mean grey of a square, as far as it lies in the picture.
uint8_t Mean(const FrameView& picture, Point p, double side) {
  const int half = std::clamp(static_cast<int>(side / 2), 0, 8);
  const int x = static_cast<int>(std::floor(p.x)), y = static_cast<int>(std::floor(p.y));
  int sum = 0, count = 0;
  for (int row = std::max(0, y - half); row <= std::min(picture.height - 1, y + half); ++row) {
    for (int col = std::max(0, x - half); col <= std::min(picture.width - 1, x + half); ++col) {
      sum += picture.Row(row)[col];
      ++count;
    }
  }
  return count > 0 ? static_cast<uint8_t>(sum / count) : uint8_t{200};
}

}  // namespace

OverlayScans::OverlayScans(const SymbolGrade& graded) : graded_(graded) {
  const Quad& quad = graded.symbol->quad;
  const double length = Distance(quad.At(0, 0.5f), quad.At(1, 0.5f));
  for (const LinearScan& scan : graded.scans) {
    if (scan.profile.values.empty() || !(length > 0)) continue;
    const Point left = quad.At(0, scan.height_ratio), right = quad.At(1, scan.height_ratio);
    const double of = std::max(1e-3f, Distance(left, right));
    const Point along = (right - left) * static_cast<float>(1 / of);
    const auto last = static_cast<float>(scan.profile.values.size() - 1);
    from_ = std::min(from_, static_cast<double>(Dot(scan.profile.At(0) - left, along)) / of);
    to_ = std::max(to_, static_cast<double>(Dot(scan.profile.At(last) - left, along)) / of);
    top_reflectance_ = std::max(top_reflectance_, scan.levels.rmax);
  }
}

double OverlayScans::width() const { return kAxis + kWidth + kScanNames; }
double OverlayScans::height() const { return kStripHeight + kTitle + kPlotHeight + kKey; }
Box OverlayScans::strip() const { return {kAxis, 0, kWidth, kStripHeight}; }
Box OverlayScans::plot() const { return {kAxis, kStripHeight + kTitle, kWidth, kPlotHeight}; }

const LinearScan& OverlayScans::worst() const {
  return graded_.scans[static_cast<size_t>(graded_.report->worst_scan)];
}

double OverlayScans::AcrossOf(const LinearScan& scan, double sample) const {
  const Quad& quad = graded_.symbol->quad;
  const Point left = quad.At(0, scan.height_ratio), right = quad.At(1, scan.height_ratio);
  const double length = std::max(1e-3f, Distance(left, right));
  const Point along = (right - left) * static_cast<float>(1 / length);
  const double ratio =
      static_cast<double>(Dot(scan.profile.At(static_cast<float>(sample)) - left, along)) / length;
  return kAxis + (ratio - from_) / (to_ - from_) * kWidth;
}

double OverlayScans::DownOf(double reflectance) const {
  return plot().y + kPlotHeight * (1 - reflectance / top_reflectance_);
}

void OverlayScans::Draw(const FrameView& picture, Point corner, Sheet* sheet) const {
  DrawSymbol(picture, corner, sheet);
  DrawLines(corner, sheet);
  DrawAxes(corner, sheet);
  DrawProfile(corner, sheet);
  DrawMarks(corner, sheet);
  DrawKey(corner, sheet);
}

void OverlayScans::DrawSymbol(const FrameView& picture, Point corner, Sheet* sheet) const {
  constexpr int kW = static_cast<int>(kWidth), kH = static_cast<int>(kStripHeight);
  std::vector<uint8_t> pixels(static_cast<size_t>(kW) * kH);
  const Quad& quad = graded_.symbol->quad;
  const double side = Distance(quad.At(0, 0.5f), quad.At(1, 0.5f)) * (to_ - from_) / kWidth;
  for (int y = 0; y < kH; ++y) {
    for (int x = 0; x < kW; ++x) {
      const double s = from_ + (to_ - from_) * (x + 0.5) / kW;
      const Point at = quad.At(static_cast<float>(s), static_cast<float>((y + 0.5) / kH));
      pixels[static_cast<size_t>(y) * kW + static_cast<size_t>(x)] = Mean(picture, at, side);
    }
  }
  const Point first = At(corner, kAxis, 0);
  sheet->Paint(static_cast<int>(first.x), static_cast<int>(first.y), {pixels.data(), kW, kH, kW});
  sheet->Outline({first.x - 0.5, first.y - 0.5, kWidth + 1, kStripHeight + 1}, kPale, 1);
}

/// The scan lines with numbers and grades; the worst one is thick.
void OverlayScans::DrawLines(Point corner, Sheet* sheet) const {
  for (size_t i = 0; i < graded_.scans.size(); ++i) {
    const LinearScan& scan = graded_.scans[i];
    const bool is_worst = &scan == &worst() && scan.grade < 4;
    const double y = static_cast<double>(scan.height_ratio) * kStripHeight;
    const Colour colour = ColourOfLetter(grading::LetterOf(scan.grade));
    const double end = scan.profile.values.empty()
                           ? kAxis + kWidth
                           : AcrossOf(scan, static_cast<double>(scan.profile.values.size() - 1));
    const double begin = scan.profile.values.empty() ? kAxis : AcrossOf(scan, 0);
    sheet->Line(At(corner, begin, y), At(corner, end, y), Rgb(0xffffff).Clear(0.8),
                is_worst ? 6 : 4);
    sheet->Line(At(corner, begin, y), At(corner, end, y), colour, is_worst ? 4 : 2);
    const Point name = At(corner, kAxis + kWidth + 6, y + 4);
    sheet->Fill({name.x, name.y - 9.0, 9, 9}, colour);
    sheet->Text(name.x + 14, name.y,
                fmt::format("{}: {:.1f} {}", i + 1, scan.grade, grading::LetterOf(scan.grade)),
                is_worst ? Sheet::Font{11, true} : kSmall, kInk);
  }
}

void OverlayScans::DrawAxes(Point corner, Sheet* sheet) const {
  const LinearScan& scan = worst();
  const Box box = plot();
  const size_t number = static_cast<size_t>(&scan - graded_.scans.data()) + 1;
  const bool same = std::ranges::all_of(graded_.scans,
                                        [&](const LinearScan& s) { return s.grade == scan.grade; });
  std::string title = fmt::format("Profile of scan {}{}: grade {:.1f}", number,
                                  same ? "" : ", the worst", scan.grade);
  if (scan.grade < 4) title += fmt::format(", limited by {}", Title(scan.limited_by));
  if (graded_.symbol->inverted) title += " (light on dark, turned around)";
  sheet->Text(corner.x + box.x, corner.y + box.y - 16, title, {13, true}, kInk);
  if (!scan.profile.edges.empty()) {  // quiet zones
    const double begin = AcrossOf(scan, 0), first = AcrossOf(scan, scan.profile.edges.front());
    const double last = AcrossOf(scan, scan.profile.edges.back());
    const double end = AcrossOf(scan, static_cast<double>(scan.profile.values.size() - 1));
    sheet->Fill({corner.x + begin, corner.y + box.y, first - begin, box.height}, kQuiet);
    sheet->Fill({corner.x + last, corner.y + box.y, end - last, box.height}, kQuiet);
  }
  for (int percent = 0; percent <= static_cast<int>(top_reflectance_ * 100 + 0.5); percent += 20) {
    const double y = DownOf(percent / 100.0);
    sheet->Line(At(corner, box.x, y), At(corner, box.x + box.width, y), kPale, 1);
    sheet->TextLeftOf(corner.x + box.x - 6, corner.y + y + 4, fmt::format("{} %", percent), kSmall,
                      kGrey);
  }
}

void OverlayScans::DrawProfile(Point corner, Sheet* sheet) const {
  const LinearScan& scan = worst();
  const auto& v = scan.profile.values;
  const auto place = [&](double sample, double reflectance) {
    return At(corner, AcrossOf(scan, sample), DownOf(reflectance));
  };
  const Box box = plot();
  const auto level = [&](double reflectance, const char* name, const Colour& colour) {
    const double y = DownOf(reflectance);
    Dashed(sheet, At(corner, box.x, y), At(corner, box.x + box.width, y), colour, 1.2);
    sheet->Text(corner.x + box.x + box.width + 6, corner.y + y + 4,
                fmt::format("{} {:.0f} %", name, reflectance * 100), kSmall, colour);
  };
  level(scan.levels.rmax, "Rmax", kGrey);
  level(scan.levels.rmin, "Rmin", kGrey);
  level(scan.levels.threshold, "GT", kThreshold);
  for (size_t i = 0; i + 1 < v.size(); ++i) {
    const auto s = static_cast<double>(i);
    sheet->Line(place(s, static_cast<double>(v[i])), place(s + 1, static_cast<double>(v[i + 1])),
                kInk, 1.4);
  }
  for (const float edge : scan.profile.edges) {
    const auto i = std::min(static_cast<size_t>(std::max(edge, 0.0f)), v.size() - 2);
    const double part = static_cast<double>(edge) - static_cast<double>(i);
    const double at = std::lerp(static_cast<double>(v[i]), static_cast<double>(v[i + 1]), part);
    sheet->Disc(place(static_cast<double>(edge), at), 2.4, kThreshold);
  }
}

/// What costs grade: the worst defect, edge contrast and character.
void OverlayScans::DrawMarks(Point corner, Sheet* sheet) const {
  const LinearScan& scan = worst();
  const auto& profile = scan.profile;
  if (profile.edges.empty()) return;
  const Box box = plot();
  const auto text = [&](double x, double y, const std::string& words, const Colour& colour) {
    const double width = sheet->WidthOf(words, kBold);
    x = std::clamp(x - width / 2, box.x, box.x + box.width - width);
    sheet->Fill({corner.x + x - 3, corner.y + y - 12, width + 6, 16}, Rgb(0xffffff).Clear(0.85));
    sheet->Text(corner.x + x, corner.y + y, words, kBold, colour);
  };
  constexpr double kWorthMarking = 3.95;  // a grade that costs something
  if (scan.Of(Parameter::kModulation).grade < kWorthMarking && scan.edge_contrast.edge >= 0) {
    const auto edge = static_cast<size_t>(scan.edge_contrast.edge);
    const double x = AcrossOf(scan, static_cast<double>(profile.edges[edge]));
    const double one = DownOf(static_cast<double>(scan.extremes[edge])),
                 other = DownOf(static_cast<double>(scan.extremes[edge + 1]));
    sheet->Line(At(corner, x, one), At(corner, x, other), kEdgeContrast, 4);
    text(x, std::min(one, other) - 6,
         fmt::format("edge contrast {:.0f} %", scan.edge_contrast.least * 100), kEdgeContrast);
  }
  if (scan.Of(Parameter::kDefects).grade < kWorthMarking && scan.defects.element >= -1) {
    const auto sample = static_cast<size_t>(scan.defects.sample);
    const double x = AcrossOf(scan, static_cast<double>(scan.defects.sample));
    const double y = DownOf(static_cast<double>(profile.values[sample]));
    sheet->Ring(At(corner, x, y), 9, kDefect, 3);
    sheet->Ring(At(corner, x, static_cast<double>(scan.height_ratio) * kStripHeight), 11, kDefect,
                3);
    text(x, y < box.y + 30 ? y + 26 : y - 16,
         fmt::format("defect {:.0f} %", scan.Of(Parameter::kDefects).value * 100), kDefect);
  }
  if (scan.Of(Parameter::kDecodability).grade < kWorthMarking && scan.character >= 0) {
    const auto& c = scan.decode.characters[static_cast<size_t>(scan.character)];
    const size_t last =
        std::min<size_t>(size_t{c.first_edge} + c.elements, profile.edges.size() - 1);
    const double from = AcrossOf(scan, static_cast<double>(profile.edges[c.first_edge]));
    const double to = AcrossOf(scan, static_cast<double>(profile.edges[last]));
    const double y = box.y + box.height + 8;
    sheet->Line(At(corner, from, y), At(corner, to, y), kCharacter, 5);
    sheet->Line(At(corner, from, -4), At(corner, to, -4), kCharacter, 5);
    text((from + to) / 2, y + 17,
         fmt::format("decodability {:.0f} %", scan.Of(Parameter::kDecodability).value * 100),
         kCharacter);
  }
}

void OverlayScans::DrawKey(Point corner, Sheet* sheet) const {
  const Box box = plot();
  double x = corner.x + box.x;
  const double y = corner.y + box.y + box.height + 40;
  const auto next = [&](const char* words, const auto& draw) {
    draw(Point{static_cast<float>(x + 8), static_cast<float>(y - 4)});
    x = sheet->Text(x + 22, y, words, kSmall, kGrey) + 16;
  };
  next("edges", [&](Point p) { sheet->Disc(p, 2.4, kThreshold); });
  next("GT: threshold of bars and spaces", [&](Point p) {
    Dashed(sheet, p + Point{-9, 0}, p + Point{9, 0}, kThreshold, 1.5);
  });
  next("quiet zones", [&](Point p) { sheet->Fill({p.x - 7.0, p.y - 6.0, 14, 12}, kQuiet); });
  next("worst defect", [&](Point p) { sheet->Ring(p, 6, kDefect, 3); });
  next("least edge contrast", [&](Point p) {
    sheet->Line(p + Point{0, -7}, p + Point{0, 7}, kEdgeContrast, 4);
  });
  next("least decodable character", [&](Point p) {
    sheet->Line(p + Point{-8, 0}, p + Point{8, 0}, kCharacter, 5);
  });
}

}  // namespace veriline::tools
