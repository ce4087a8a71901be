// SPDX-License-Identifier: Apache-2.0
#include "grading/hints.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace veriline::grading {
namespace {

constexpr double kLightInk = 0.25;  // Rmin of good black on white is below 0.1
constexpr double kDarkGround = 0.45;
constexpr double kUnevenAxes = 0.04;
constexpr double kUnevenGrid = 0.25;
constexpr int kLeastMissing = 3;  // modules of a line

int CountWrong(const ModuleMap& map) {
  int wrong = 0;
  for (int row = 0; row < map.rows(); ++row) {
    for (int col = 0; col < map.cols(); ++col) wrong += map.At(row, col).wrong;
  }
  return wrong;
}

/// Missing dark modules of each line along one axis: a nozzle that prints nothing leaves nearly all
/// dark modules of its line light, and its neighbours whole.
void FindLines(const ModuleMap& map, bool along_x, bool dark, HintKind kind, GradeReport* report) {
  constexpr double kLeastShare = 0.6, kElsewhere = 0.1;
  const int lines = along_x ? map.rows() : map.cols(), length = along_x ? map.cols() : map.rows();
  const auto at = [&](int line, int i) -> const Module& {
    return along_x ? map.At(line, i) : map.At(i, line);
  };
  int all_bad = 0, all_due = 0;
  const auto count = [&](int line, int* bad) {
    int due = 0;
    *bad = 0;
    for (int i = 0; i < length; ++i) {
      if (at(line, i).dark != dark) continue;
      ++due;
      *bad += at(line, i).wrong;
    }
    return due;
  };
  int bad = 0;
  for (int line = 0; line < lines; ++line) {
    all_due += count(line, &bad);
    all_bad += bad;
  }
  for (int line = 0; line < lines; ++line) {
    const int due = count(line, &bad);
    if (bad < kLeastMissing || bad < kLeastShare * due) continue;
    if (all_bad - bad > kElsewhere * (all_due - due)) continue;
    report->hints.Add({.kind = kind,
                       .along_x = along_x,
                       .index = line,
                       .amount = static_cast<double>(bad) / due});
  }
}

/// The modules with the lowest margin, if any is low.
void FindWorstModules(const ModuleMap& map, HintList* hints) {
  constexpr size_t kMost = 3;
  constexpr float kLowMargin = 0.4f;
  std::array<Hint, kMost> worst{};
  size_t found = 0;
  for (int row = 0; row < map.rows(); ++row) {
    for (int col = 0; col < map.cols(); ++col) {
      const float margin = map.At(row, col).margin;
      if (margin >= kLowMargin || (found == kMost && margin >= worst[kMost - 1].amount)) continue;
      size_t i = found < kMost ? found++ : kMost - 1;
      for (; i > 0 && worst[i - 1].amount > margin; --i) worst[i] = worst[i - 1];
      worst[i] = {.kind = HintKind::kWorstModule, .row = row, .col = col, .amount = margin};
    }
  }
  for (size_t i = 0; i < found; ++i) hints->Add(worst[i]);
}

void AddGrowth(double growth, bool along_x, const GradeReport& report, HintList* hints) {
  if (std::abs(growth) < kGrowthWorthTelling) return;
  hints->Add({.kind = growth > 0 ? HintKind::kInkSpread : HintKind::kInkLoss,
              .along_x = along_x,
              .amount = std::abs(growth),
              .amount_um = std::abs(growth) * report.x_mm * 1000});
}

}  // namespace

void AddLevelHints(GradeReport* report) {
  const Levels& levels = report->levels;
  HintList& hints = report->hints;
  if (levels.rmin > kLightInk) hints.Add({.kind = HintKind::kLowInk, .amount = levels.rmin});
  if (levels.rmax < kDarkGround) hints.Add({.kind = HintKind::kDarkGround, .amount = levels.rmax});
  if (report->extreme_reflectance || report->Has(Indication::kSaturated)) {
    hints.Add({.kind = HintKind::kGlare});
  }
}

void FindHints(const ModuleMap& map, const SampledGrid& grid, GradeReport* report) {
  HintList& hints = report->hints;
  hints.Clear();
  const bool any_line = CountWrong(map) >= kLeastMissing;
  for (const bool along_x : {false, true}) {
    if (!any_line) break;
    FindLines(map, along_x, true, HintKind::kDeadNozzle, report);
    FindLines(map, along_x, false, HintKind::kStreak, report);
  }
  const PrintGrowth& growth = report->growth;
  if (growth.measured()) {
    AddGrowth(growth.x, true, *report, &hints);
    AddGrowth(growth.y, false, *report, &hints);
    // Under an aperture smaller than a pixel an edge has no slope.
    if (growth.sharpness < kSoftEdge && report->aperture_x_ratio * report->x_px >= 2) {
      hints.Add({.kind = HintKind::kBlur, .amount = growth.sharpness});
    }
  }
  AddLevelHints(report);
  const double axial = report->Of(Parameter::kAxialNonuniformity).value;
  if (axial > kUnevenAxes) {
    const auto& c = grid.outline.corners;
    const double across = Distance(c[0], c[1]) / grid.cols, down = Distance(c[0], c[3]) / grid.rows;
    hints.Add({.kind = HintKind::kStretched, .along_x = across > down, .amount = axial});
  }
  const double bent = report->Of(Parameter::kGridNonuniformity).value;
  if (bent > kUnevenGrid) {
    hints.Add({.kind = HintKind::kUnevenFeed,
               .row = report->grid_row,
               .col = report->grid_col,
               .amount = bent,
               .amount_um = bent * report->x_mm * 1000});
  }
  for (const Segment& s : report->fixed_patterns.segments()) {
    if (s.grade >= 3.5) continue;
    hints.Add({.kind = HintKind::kDamagedPattern,
               .index = static_cast<int>(s.name),
               .amount = static_cast<double>(s.wrong)});
  }
  FindWorstModules(map, &hints);
}

std::string_view Name(HintKind kind) {
  constexpr std::array<std::string_view, 19> kNames = {"ink_spread",
                                                       "ink_loss",
                                                       "dead_nozzle",
                                                       "streak",
                                                       "blur",
                                                       "low_ink",
                                                       "dark_ground",
                                                       "stretched",
                                                       "uneven_feed",
                                                       "worst_module",
                                                       "damaged_pattern",
                                                       "glare",
                                                       "bars_wide",
                                                       "bars_narrow",
                                                       "void",
                                                       "spot",
                                                       "quiet_zone_cut",
                                                       "uneven_bars",
                                                       "lost_scans"};
  return kNames[static_cast<size_t>(kind)];
}

std::string Describe(const Hint& h) {
  std::array<char, 200> text{};
  std::array<char, 24> um{};
  if (h.amount_um > 0) std::snprintf(um.data(), um.size(), "%.0f µm, ", h.amount_um);
  const double percent = h.amount * 100;
  const char* axis = h.along_x ? "across" : "down";
  const auto say = [&](const char* format, auto... values) {
    std::snprintf(text.data(), text.size(), format, values...);
    return std::string(text.data());
  };
  switch (h.kind) {
    case HintKind::kInkSpread:
      return say(
          "dark modules are too wide %s (%s%.0f %% of X): less ink, heat or pressure, or "
          "reduce them in the artwork",
          axis, um.data(), percent);
    case HintKind::kInkLoss:
      return say("dark modules are too narrow %s (%s%.0f %% of X): more ink, heat or pressure",
                 axis, um.data(), percent);
    case HintKind::kDeadNozzle:
      return say("%s %d lacks %.0f %% of its dark modules: a nozzle or print dot that is dead",
                 h.along_x ? "row" : "column", h.index, percent);
    case HintKind::kStreak:
      return say("%s %d is dark where it must be light (%.0f %%): a streak or a dot that is stuck",
                 h.along_x ? "row" : "column", h.index, percent);
    case HintKind::kBlur:
      return say("edges have %.0f %% of the slope of sharp ones: focus, motion or ink that runs",
                 percent);
    case HintKind::kLowInk:
      return say("dark modules reflect %.0f %%: too little ink or ribbon heat", percent);
    case HintKind::kDarkGround:
      return say("the ground reflects only %.0f %%: a lighter material, or white under the code",
                 percent);
    case HintKind::kStretched:
      return say("modules are %.1f %% longer %s: check the feed or the belt speed", percent, axis);
    case HintKind::kUnevenFeed:
      return say(
          "the grid is bent by %s%.2f X, most at row %d, column %d: uneven feed or a wavy "
          "surface",
          um.data(), h.amount, h.row, h.col);
    case HintKind::kWorstModule:
      return say("the module at row %d, column %d has a margin of %.0f %%", h.row, h.col, percent);
    case HintKind::kDamagedPattern: {
      const std::string name(Name(static_cast<SegmentName>(h.index)));
      if (h.amount == 0) return say("segment %s has faint modules", name.c_str());
      return say("segment %s has %.0f wrong module%s", name.c_str(), h.amount,
                 h.amount == 1 ? "" : "s");
    }
    case HintKind::kGlare:
      return "bright or dark places around the symbol, or an overexposed one: check the light";
    case HintKind::kBarsWide:
      return say(
          "bars are too wide (%s%.0f %% of X): less ink, heat or pressure, or reduce them in the "
          "artwork",
          um.data(), percent);
    case HintKind::kBarsNarrow:
      return say("bars are too narrow (%s%.0f %% of X): more ink, heat or pressure", um.data(),
                 percent);
    case HintKind::kVoid:
      return say("a void in a bar, %.0f %% of the contrast deep, at %d %% of the length in scan %d",
                 percent, h.index, h.row + 1);
    case HintKind::kSpot:
      return say(
          "a spot between bars, %.0f %% of the contrast deep, at %d %% of the length in scan %d",
          percent, h.index, h.row + 1);
    case HintKind::kQuietZoneCut:
      return say("the %s quiet zone is only %.1f X wide: keep print and edges away from the code",
                 h.along_x ? "left" : "right", h.amount);
    case HintKind::kUnevenBars:
      return say(
          "edges are out of place at %d %% of the length in scan %d (decodability %.0f %%): "
          "uneven feed or ink",
          h.index, h.row + 1, percent);
    case HintKind::kLostScans:
      return say("%.0f scan%s not decode: bars are cut, bent or covered there", h.amount,
                 h.amount == 1 ? " does" : "s do");
  }
  return {};
}

}  // namespace veriline::grading
