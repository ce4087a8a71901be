// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/overlay_legend.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "grading/hints.h"
#include "tools/veriline/grade_words.h"
#include "tools/veriline/overlay_map.h"

namespace veriline::tools {
namespace {

using grading::GradeReport;
using grading::Parameter;

constexpr Colour kInk = Rgb(0x1f2328), kGrey = Rgb(0x57606a), kPale = Rgb(0xd0d7de);
constexpr Sheet::Font kPlain{13, false}, kBold{13, true}, kSmall{11.5, false};

/// Dark or white, whichever is readable on the colour.
Colour InkOn(const Colour& ground) {
  const double light = 0.3 * ground.red + 0.59 * ground.green + 0.11 * ground.blue;
  return light > 0.55 ? kInk : Rgb(0xffffff);
}

class Legend {
 public:
  Legend(const SymbolGrade& graded, bool aperture_stated, Point corner, Sheet* sheet)
      : graded_(graded),
        report_(*graded.report),
        formal_(IsFormal(report_, aperture_stated)),
        reasons_(Reasons(report_, aperture_stated)),
        x_(corner.x),
        top_(corner.y),
        y_(corner.y),
        sheet_(*sheet) {}

  double Draw() {
    Overall();
    What();
    Table();
    List("Hints", Hints());
    List(formal_ ? "Remarks" : "Why it is an estimate", Missing());
    Key();
    return y_ - top_;
  }

 private:
  void Overall() {
    const Colour ground = ColourOfLetter(report_.letter());
    constexpr double kBadge = 68;
    sheet_.Fill({x_, y_, kBadge, kBadge}, ground);
    const std::string letter(1, report_.letter());
    const Sheet::Font huge{46, true};
    sheet_.Text(x_ + (kBadge - sheet_.WidthOf(letter, huge)) / 2, y_ + 51, letter, huge,
                InkOn(ground));
    const double x = x_ + kBadge + 14;
    const double end =
        sheet_.Text(x, y_ + 27, fmt::format("{:.1f}", report_.overall), {30, true}, kInk);
    sheet_.Text(end + 8, y_ + 27, fmt::format("± {:.1f}", report_.uncertainty), {16, false}, kGrey);
    const double behind = sheet_.Text(x, y_ + 48, FormalGrade(report_), {15, true}, kInk);
    sheet_.Text(behind + 8, y_ + 48, formal_ ? "formal grade" : "estimate", {15, false},
                formal_ ? Rgb(0x1a7f37) : Rgb(0xbc4c00));
    sheet_.Text(x, y_ + 66, StandardText(report_.edition), kPlain, kGrey);
    y_ += kBadge + 20;
  }

  void What() {
    const Symbol& symbol = *graded_.symbol;
    const SampledGrid& grid = graded_.grid;
    std::string size = std::string(Name(symbol.symbology));
    if (grid.rows > 0) size += fmt::format(" {} × {}", grid.rows, grid.cols);
    size += fmt::format(", X {:.1f} px", report_.x_px);
    if (report_.x_mm > 0) size += fmt::format(" ({:.3f} mm)", report_.x_mm);
    sheet_.Text(x_, y_, size + ", " + ApertureText(report_), kSmall, kInk);
    y_ += 16;
    for (const std::string& line : sheet_.Wrapped(symbol.text.view(), kSmall, kLegendWidth, 2)) {
      sheet_.Text(x_, y_, line, kSmall, kGrey);
      y_ += 16;
    }
    y_ += 10;
  }

  void Table() {
    constexpr double kValue = 258, kGrade = 306, kLetter = 316, kBar = 340, kBarWidth = 120;
    for (const Parameter parameter : MeasuredOf(report_)) {
      const grading::ParameterGrade& p = report_.Of(parameter);
      const bool limits = parameter == report_.limited_by && report_.overall < 4;
      const Sheet::Font font = limits ? kBold : kPlain;
      if (limits) sheet_.Fill({x_ - 6, y_ - 13, kLegendWidth + 6, 18}, Rgb(0xfff3c4));
      sheet_.Text(x_, y_, Title(parameter), font, kInk);
      sheet_.TextLeftOf(x_ + kValue, y_, ValueText(report_, parameter), font, kInk);
      if (p.graded()) {
        const char letter = LetterOrDash(p.grade);
        sheet_.TextLeftOf(x_ + kGrade, y_, fmt::format("{:.1f}", p.grade), font, kInk);
        sheet_.Text(x_ + kLetter, y_, std::string(1, letter), kBold, kInk);
        sheet_.Fill({x_ + kBar, y_ - 10, kBarWidth, 11}, Rgb(0xeaeef2));
        sheet_.Fill({x_ + kBar, y_ - 10, std::max(2.0, kBarWidth * p.grade / 4), 11},
                    ColourOfLetter(letter));
      } else {
        sheet_.Text(x_ + kBar, y_, "not graded", kSmall, kGrey);
      }
      y_ += 15;
      for (const std::string& line :
           sheet_.Wrapped(Detail(report_, parameter), kSmall, kLegendWidth - 12, 2)) {
        sheet_.Text(x_ + 12, y_ + 1, line, kSmall, kGrey);
        y_ += 15;
      }
      y_ += 6;
    }
    y_ += 2;
  }

  std::vector<std::string> Hints() const {
    std::vector<std::string> out;
    for (const grading::Hint& hint : report_.hints.all()) out.push_back(Describe(hint));
    return out;
  }
  std::vector<std::string> Missing() const {
    std::vector<std::string> out;
    for (const std::string_view reason : reasons_) out.emplace_back(Explain(reason));
    return out;
  }

  void List(const char* title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    sheet_.Line({static_cast<float>(x_), static_cast<float>(y_ - 8)},
                {static_cast<float>(x_ + kLegendWidth), static_cast<float>(y_ - 8)}, kPale, 1);
    y_ += 10;
    sheet_.Text(x_, y_, title, kBold, kInk);
    y_ += 18;
    for (const std::string& item : items) {
      sheet_.Text(x_ + 2, y_, "•", kSmall, kInk);
      for (const std::string& line : sheet_.Wrapped(item, kSmall, kLegendWidth - 16, 3)) {
        sheet_.Text(x_ + 14, y_, line, kSmall, kInk);
        y_ += 15;
      }
      y_ += 2;
    }
    y_ += 6;
  }

  void Key() {
    if (!graded_.has_modules()) return;
    sheet_.Line({static_cast<float>(x_), static_cast<float>(y_ - 8)},
                {static_cast<float>(x_ + kLegendWidth), static_cast<float>(y_ - 8)}, kPale, 1);
    y_ += 10;
    double x = x_;
    const auto next = [&](std::string_view text, const auto& draw) {
      const double width = 24 + sheet_.WidthOf(text, kSmall) + 14;
      if (x + width > x_ + kLegendWidth) x = x_, y_ += 20;
      draw(Point{static_cast<float>(x + 8), static_cast<float>(y_ - 4)});
      sheet_.Text(x + 22, y_, text, kSmall, kInk);
      x += width;
    };
    sheet_.Text(x, y_, "Margin of modules, under the aperture at their grid points:", kSmall,
                kGrey);
    y_ += 20;
    const auto margin = [&](const char* text, double at) {
      next(text, [&](Point p) { sheet_.Disc(p, 6, ColourOfMargin(at)); });
    };
    margin("50 % or more", 0.5);
    margin("40 %", 0.4);
    margin("30 %", 0.3);
    margin("20 %", 0.2);
    margin("below", 0);
    next("wrong colour", [&](Point p) {
      sheet_.Fill({p.x - 7.0, p.y - 7.0, 14, 14}, kWrong);
      for (const float s : {-1.0f, 1.0f}) {
        sheet_.Line(p + Point{-5, -5 * s}, p + Point{5, 5 * s}, Rgb(0xffffff), 2);
      }
    });
    const auto box = [&](const char* text, const Colour& colour, bool dashed) {
      next(text, [&](Point p) {
        sheet_.Outline({p.x - 7.0, p.y - 6.0, 14, 12}, colour, dashed ? 2 : 3, dashed);
      });
    };
    box("repaired codeword", kRepaired, false);
    box("damaged fixed pattern", kSegment, true);
    next("CU: least contrast", [&](Point p) { sheet_.Ring(p, 6, kUniformity, 3); });
    next("GNU: grid point farthest off", [&](Point p) {
      sheet_.Polygon({p + Point{0, -7}, p + Point{7, 0}, p + Point{0, 7}, p + Point{-7, 0}},
                     kGridPoint, 2.5);
    });
    y_ += 12;
  }

  const SymbolGrade& graded_;
  const GradeReport& report_;
  const bool formal_;
  const std::vector<std::string_view> reasons_;
  double x_, top_, y_;
  Sheet& sheet_;
};

}  // namespace

double DrawLegend(const SymbolGrade& graded, bool aperture_stated, Point corner, Sheet* sheet) {
  return Legend(graded, aperture_stated, corner, sheet).Draw();
}

double HeightOfLegend(const SymbolGrade& graded, bool aperture_stated) {
  Sheet nowhere(1, 1);
  return DrawLegend(graded, aperture_stated, {}, &nowhere);
}

}  // namespace veriline::tools
