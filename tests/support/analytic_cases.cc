// SPDX-License-Identifier: Apache-2.0
#include "tests/support/analytic_cases.h"

#include <numbers>

namespace veriline::grading {
namespace {

using testing::GradedSymbol;
using enum Quantity;
using enum Parameter;

GradedSymbol Levels(GradedSymbol symbol, double dark, double light) {
  symbol.dark = dark;
  symbol.light = light;
  return symbol;
}

/// One light module of so many codewords at a reflectance between the levels.
GradedSymbol Weakened(GradedSymbol symbol, int codewords, double reflectance) {
  for (int i = 0; codewords > 0; ++i) {
    try {
      const auto [row, col] = symbol.ModuleOf(i, false);
      symbol.SetReflectance(row, col, reflectance);
      --codewords;
    } catch (const std::runtime_error&) {
      // all dark
    }
  }
  return symbol;
}

GradedSymbol Damaged(GradedSymbol symbol, int codewords) {
  for (int i = 0; i < codewords; ++i) symbol.DamageCodeword(i);
  return symbol;
}

GradedSymbol Warped(double delta) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.warp_x = [delta](double x) {
    return x + delta * std::sin(std::numbers::pi * (x - 0.5) / 21);
  };
  return symbol;
}

GradedSymbol Stretched(GradedSymbol symbol, double by) {
  symbol.stretch_x = by;
  return symbol;
}

GradedSymbol Grown(double by) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = symbol.growth_y = by;
  return symbol;
}

GradedSymbol Flipped(GradedSymbol symbol, std::vector<std::pair<int, int>> modules) {
  for (const auto& [row, col] : modules) symbol.Flip(row, col);
  return symbol;
}

GradedSymbol Painted(GradedSymbol symbol, std::vector<std::pair<int, int>> modules, double level) {
  for (const auto& [row, col] : modules) symbol.SetReflectance(row, col, level);
  return symbol;
}

/// A dark data module as a square of that side.
GradedSymbol Widow(double side) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(12, "///00");
  const auto [row, col] = symbol.ModuleOf(0, true);
  symbol.SetSide(row, col, side);
  return symbol;
}

/// Moves the grid point of a dark module with a light neighbour at its right by parts of X.
std::function<void(SampledGrid*)> MovedPoint(double by) {
  return [by](SampledGrid* grid) {
    SampledGrid& g = *grid;
    for (int row = 1; row + 1 < g.rows; ++row) {
      for (int col = 1; col + 2 < g.cols; ++col) {
        if (!g.Dark(row, col) || g.Dark(row, col + 1) || g.CodewordOf(row, col) < 0) continue;
        const Point step = g.Center(row, col + 1) - g.Center(row, col);
        g.centers[g.Index(row, col)] = g.Center(row, col) + step * static_cast<float>(by);
        return;
      }
    }
  };
}

std::vector<std::pair<int, int>> Column(int col, int from, int to) {
  std::vector<std::pair<int, int>> out;
  for (int row = from; row < to; ++row) out.emplace_back(row, col);
  return out;
}

Expected Fpd(double whole, double tenths) {
  return {kTransition, kAny, kFixedPatternDamage, whole, tenths};
}
Expected Wrong(SegmentName segment, int count) {
  return {kWrong, static_cast<double>(count), kDecode, kAny, kAny, segment};
}

std::vector<AnalyticCase> ContrastCases() {
  const GradedSymbol dm16 = GradedSymbol::DataMatrix(16);
  std::vector<AnalyticCase> cases;
  const auto contrast = [&](const char* row, const GradedSymbol& base, double dark, double light,
                            double whole, double tenths) {
    cases.push_back({row,
                     Levels(base, dark, light),
                     {{kRmax, light},
                      {kRmin, dark},
                      {kContrast, light - dark, kSymbolContrast, whole, tenths}}});
  };
  contrast("1", dm16, 0.10, 0.80, 4, 4.0);
  contrast("2", dm16, 0.15, 0.75, 3, 3.3);
  contrast("3", dm16, 0.12, 0.60, 2, 2.5);
  contrast("4", GradedSymbol::Qr(2), 0.12, 0.50, 1, 1.9);
  contrast("5", GradedSymbol::Qr(2), 0.12, 0.30, 0, 0.6);
  return cases;
}

std::vector<AnalyticCase> ModulationCases() {
  const GradedSymbol dm22 = GradedSymbol::DataMatrix(22);
  const auto modulation = [](double uec, double whole) {
    return Expected{kModulationUec, uec, kModulation, whole, kAny};
  };
  const auto widow = [](const char* row, double side, double aperture, double uniformity) {
    AnalyticCase c{row, Widow(side), {{kUniformity, uniformity}}, aperture};
    c.least_px = 40;
    c.needs_sharp = side > 0.56;
    return c;
  };
  return {
      {"7",
       dm22,
       {{kUniformity, 1, kModulation, 4, 4},
        {kUnused, 1, kUnusedErrorCorrection, 4, 4},
        {kAxial, 0, kAxialNonuniformity, 4, 4},
        {kGrid, 0, kGridNonuniformity, 4, 4},
        {kGrowthX, 0},
        {kGrowthY, 0},
        Fpd(4, 4)}},
      {"8", Weakened(dm22, 4, 0.63), {modulation(0.60, 3), {kUniformity, 0.45}}},
      {"9", Weakened(dm22, 6, 0.63), {modulation(0.40, 3)}},
      {"10", Weakened(dm22, 5, 0.55), {modulation(0.50, 3), {kUniformity, 0.25}}},
      {"11", Weakened(dm22, 6, 0.55), {modulation(0.40, 2)}},
      {"12", Weakened(dm22, 7, 0.55), {modulation(0.30, 1)}},
      {"13", Weakened(dm22, 3, 0.47), {modulation(0.70, 4), {kUniformity, 0.05}}},
      widow("43", 5.0 / 9, 0.8, 0.228),
      widow("44", 5.0 / 9, 0.775, 0.309),
      widow("45a", 0.65, 0.8, 0.621),
      widow("45b", 0.60, 0.8, 0.423),
      {"46", dm22, {{kUniformity, 0.856}}, 0.8, MovedPoint(0.20)},
      {"47", dm22, {{kUniformity, 0.315}}, 0.8, MovedPoint(0.40)},
  };
}

std::vector<AnalyticCase> ErrorCases() {
  const auto unused = [](double value, double whole, double tenths) {
    return Expected{kUnused, value, kUnusedErrorCorrection, whole, tenths};
  };
  const GradedSymbol dm16 = GradedSymbol::DataMatrix(16);
  const Expected modulation_stays{kModulationUec, kAny, kModulation, 4, 1.6};
  const Expected margin{kModulationUec, kAny, kReflectanceMargin, 1, kAny};
  return {
      {"14a", Damaged(dm16, 1), {unused(10.0 / 12, 4, 4)}},
      {"14b", Damaged(dm16, 2), {unused(8.0 / 12, 4, 4)}},
      {"15", Damaged(dm16, 3), {unused(0.5, 3, 3)}},
      {"16", Damaged(dm16, 4), {unused(4.0 / 12, 1, 1.7), modulation_stays, margin}},
      {"17a", Damaged(dm16, 5), {unused(2.0 / 12, 0, 0)}},
      {"17b", Damaged(dm16, 6), {unused(0, 0, 0)}},
      {"19",
       Damaged(GradedSymbol::DataMatrix(24), 7),
       {unused(10.0 / 24, 2, 2.4),
        {kModulationUec, kAny, kModulation, 4, 2.3},
        {kModulationUec, kAny, kReflectanceMargin, 2, kAny}}},
      {"20", Damaged(GradedSymbol::DataMatrix(26), 8), {unused(12.0 / 28, 2, 2.5)}},
  };
}

std::vector<AnalyticCase> GeometryCases() {
  const GradedSymbol dm22 = GradedSymbol::DataMatrix(22), qr = GradedSymbol::Qr(2);
  const auto axial = [](double value, double whole, double tenths) {
    return Expected{kAxial, value, kAxialNonuniformity, whole, tenths};
  };
  // The middle between a module's borders lags behind the bend by δ (π/21)² / 8: of rows 21 to 23
  // 0.001 to 0.002 less is measured, and in rows 21 and 22 that is beyond where tenths are rounded.
  const auto bent = [](double value, double whole, double tenths) {
    return Expected{kGrid,
                    value,
                    kGridNonuniformity,
                    whole,
                    tenths,
                    SegmentName::kL1,
                    value > 0.35 && value < 0.65 ? 0.1 : 0.0};
  };
  return {
      {"21", Warped(0.40), {bent(0.399, 3, 3.8), {kGridFit, 0.243}}},
      {"22", Warped(0.60), {bent(0.598, 2, 2.2), {kGridFit, 0.364}}},
      {"23", Warped(0.72), {bent(0.718, 1, 1.3), {kGridFit, 0.437}}},
      {"24", Warped(0.30), {bent(0.299, 4, 4.0), {kGridFit, 0.182}}},
      {"25", Stretched(dm22, 1.02), {axial(0.0198, 4, 4)}},
      {"26", Stretched(dm22, 1.06), {axial(0.0583, 4, 4)}},
      {"27", Stretched(dm22, 1.065), {axial(0.0630, 3, 3.9)}},
      {"28", Stretched(dm22, 1.08), {axial(0.0769, 3, 3.2)}},
      {"29", Stretched(qr, 1.10), {axial(0.0952, 2, 2.2)}},
      {"30", Stretched(qr, 1.12), {axial(0.1132, 1, 1.3)}},
      {"31", Stretched(qr, 1.13), {axial(0.1220, 0, 0.9)}},
      {"48", Grown(0.08), {{kGrowthX, 0.08, kPrintGrowth, kAny, 4}, {kGrowthY, 0.08}}},
      {"49", Grown(0.15), {{kGrowthX, 0.15, kPrintGrowth, kAny, 3.7}, {kGrowthY, 0.15}}},
      {"49 light", Grown(-0.12), {{kGrowthX, -0.12, kPrintGrowth, kAny, 3.9}, {kGrowthY, -0.12}}},
  };
}

std::vector<AnalyticCase> PatternCases() {
  const GradedSymbol dm16 = GradedSymbol::DataMatrix(16), dm32 = GradedSymbol::DataMatrix(32);
  using enum SegmentName;
  return {
      {"32", Flipped(dm16, {{5, 0}}), {Wrong(kL1, 1), Fpd(3, 3.3)}},
      {"33", Flipped(dm16, {{5, 0}, {9, 0}}), {Wrong(kL1, 2), Fpd(2, 2.1)}},
      {"34", Flipped(dm16, {{5, 0}, {9, 0}, {12, 0}}), {Wrong(kL1, 3), Fpd(0, 0)}},
      {"35",
       Flipped(dm16, {{5, 0}, {15, 6}, {7, -1}, {16, 9}}),
       {Wrong(kL1, 1), Wrong(kL2, 1), Wrong(kQzl1, 1), Wrong(kQzl2, 1), Fpd(2, 2.8)}},
      {"36", Painted(dm16, {{5, 0}}, 0.27), {Wrong(kL1, 0), Fpd(3, kAny)}},
      {"37", Painted(dm16, Column(0, 0, 16), 0.31), {Wrong(kL1, 0), Fpd(2, kAny)}},
      {"38", Flipped(dm16, {{-1, 7}}), {{kTransition, 1.0 / 13}, Fpd(3, 3.5)}},
      {"39", Flipped(dm16, {{-1, 4}, {-1, 10}}), {{kTransition, 3.0 / 13}, Fpd(0, 0)}},
      {"40", Flipped(dm16, {{-1, 6}, {-1, 7}, {-1, 8}}), {{kTransition, 1.0 / 13}, Fpd(2, 2.3)}},
      {"41", Flipped(dm16, {{0, 6}}), {{kTransition, 0}, Wrong(kCtsa, 1), Fpd(4, 4)}},
      {"42",
       Flipped(dm32,
               {{5, 0}, {20, 0}, {31, 4}, {31, 22}, {7, -1}, {25, -1}, {32, 9}, {32, 20}, {15, 6}}),
       {Wrong(kL1, 2), Wrong(kL2, 2), Wrong(kQzl1, 2), Wrong(kQzl2, 2), Fpd(2, 2.6)}},
  };
}

std::vector<AnalyticCase> CellCases() {
  const GradedSymbol dm16 = GradedSymbol::DataMatrix(16);
  const auto contrast = [&](const char* row, double dark, double value, double whole,
                            double tenths) {
    AnalyticCase c{row, Levels(dm16, dark, 0.60), {{kCells, value, kCellContrast, whole, tenths}}};
    c.direct_part = true;
    return c;
  };
  return {contrast("73a", 0.42, 0.30, 4, 4.0), contrast("73b", 0.45, 0.25, 3, 3.0),
          contrast("73c", 0.50, 0.1667, 1, 1.3)};
}

template <class... Lists>
std::vector<AnalyticCase> Joined(Lists... lists) {
  std::vector<AnalyticCase> all;
  (all.insert(all.end(), lists.begin(), lists.end()), ...);
  return all;
}

}  // namespace

std::vector<AnalyticCase> DataMatrixCases() {
  return Joined(ContrastCases(), ModulationCases(), ErrorCases(), GeometryCases(), PatternCases(),
                CellCases());
}

std::vector<AnalyticCase> QrCases() {
  const GradedSymbol qr1 = GradedSymbol::Qr(1), qr2 = GradedSymbol::Qr(2),
                     qr7 = GradedSymbol::Qr(7);
  const auto unused = [](double value, double whole, double tenths) {
    return Expected{kUnused, value, kUnusedErrorCorrection, whole, tenths};
  };
  using enum SegmentName;
  const auto finder = [&](int wrong, double grade) {
    const std::vector<std::pair<int, int>> places = {{0, 2}, {3, 3}, {7, 4}, {-3, 5}};
    return AnalyticCase{"53 " + std::to_string(wrong),
                        Flipped(qr2, {places.begin(), places.begin() + wrong}),
                        {Wrong(kA1, wrong), Fpd(grade, grade)}};
  };
  const auto timing = [&](int wrong, double whole) {
    std::vector<std::pair<int, int>> places;
    for (int i = 0; i < wrong; ++i) places.emplace_back(6, 9 + 5 * i);
    return AnalyticCase{
        "54 " + std::to_string(wrong), Flipped(qr7, places), {Wrong(kB1, wrong), Fpd(whole, kAny)}};
  };
  return {
      {"50a", Damaged(qr2, 3), {unused(0.625, 4, 4)}},
      {"50b", Damaged(qr2, 4), {unused(0.50, 3, 3)}},
      {"50c", Damaged(qr2, 5), {unused(0.375, 2, 2.0)}},
      {"50d", Damaged(qr2, 6), {unused(0.25, 1, 1)}},
      {"50e", Damaged(qr2, 7), {unused(0.125, 0, 0)}},
      {"51a", Damaged(qr1, 1), {unused(0.75, 4, 4)}},
      {"51b", Damaged(qr1, 2), {unused(0.50, 3, 3)}},
      {"51c", Damaged(qr1, 3), {unused(0.25, 1, 1)}},
      finder(1, 3),
      finder(2, 2),
      finder(3, 1),
      finder(4, 0),
      timing(1, 3),
      timing(2, 3),
      timing(3, 2),
      timing(4, 1),
      timing(5, 0),
      {"55", Flipped(qr2, {{10, 6}}), {Wrong(kB2, 1), Fpd(1, kAny)}},
      // A copy with two wrong modules.
      {"56",
       Flipped(qr7, {{8, 1}, {8, 4}}),
       {{kTransition, kAny, kFormatInformation, 3, 3}, Fpd(4, 4)}},
      {"48 QR",
       [] {
         GradedSymbol s = GradedSymbol::Qr(2);
         s.growth_x = 0.10;
         s.growth_y = 0.06;
         return s;
       }(),
       {{kGrowthX, 0.10}, {kGrowthY, 0.06}}},
  };
}

}  // namespace veriline::grading
