// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/symbol_frame.h"

#include <algorithm>
#include <cmath>

#include "vision/symbology/datamatrix/layout.h"

namespace veriline::symbology::datamatrix {
namespace {

enum Corner : size_t { kTl, kTr, kBr, kBl };

/// Where a side is looked for on both sides of where it should be, in X.
constexpr float kReach = 1.6f;
/// It is dark for so long behind a border.
constexpr float kLeastDark = 0.4f;
/// Scans a module: of two, one is nearer to the middle of a track's module than to its border,
/// where corners are round.
constexpr float kScans = 2;
/// gmax of the standard is 7.5 apertures of 0.8 X.
constexpr float kWidestGap = 6;
/// Sides of the L of which less is there are none.
constexpr float kLeastOfSolid = 0.4f;
/// A line through so many of the places of a side is the one; half a track is dark.
constexpr float kEnoughOfSolid = 0.9f, kEnoughOfTrack = 0.45f;
/// Modules of a track that show it beyond doubt.
constexpr float kSureOfTrack = 0.85f;
/// And the share of scans that met it there, of the half that can.
constexpr float kSureSupport = 0.25f;
/// Tangent of the steepest that a side may lie against where it should.
constexpr float kSteepest = 0.35f;
/// Cosine of the angle of the L, at most.
constexpr float kMostCosine = 0.5f;
/// What is assumed of a side of which no size is known.
constexpr float kUsualModules = 22;

/// Points are told in whole pixels: those of one line lie up to a pixel off one through two of
/// them.
float Tolerance(float module_px) { return std::max(0.2f * module_px, 1.05f); }

/// The base with a border: a line along it.
Line On(const Line& base, Point inward, const Border& border) {
  return {base.at + inward * border.depth, Unit(base.along + inward * border.slope)};
}

}  // namespace

Line SymbolFrame::Base(size_t axis, bool far) const {
  if (!far) return Through(corners_[kBl], corners_[axis == kAcross ? kTl : kBr]);
  return Through(corners_[axis == kAcross ? kBr : kTl], corners_[kTr]);
}

Point SymbolFrame::Inward(const Line& base) const {
  const Point middle = (corners_[0] + corners_[1] + corners_[2] + corners_[3]) * 0.25f;
  const Point normal{-base.along.y, base.along.x};
  return Dot(middle - base.at, normal) < 0 ? normal * -1 : normal;
}

ReferenceStep SymbolFrame::Find(const TwoLevels& picture, const ReferenceStart& start,
                                bool all_lines) {
  corners_ = start.outline.corners;
  const float across =
      (Distance(corners_[kTl], corners_[kTr]) + Distance(corners_[kBl], corners_[kBr])) / 2;
  const float up =
      (Distance(corners_[kTl], corners_[kBl]) + Distance(corners_[kTr], corners_[kBr])) / 2;
  const bool sized = FindSymbolSize(start.rows, start.cols) != nullptr;
  if (!(across > 8 && up > 8)) return ReferenceStep::kFinder;
  if (sized) {
    module_px_ = {across / static_cast<float>(start.cols), up / static_cast<float>(start.rows)};
  } else {
    module_px_[0] = module_px_[1] = std::min(across, up) / kUsualModules;
  }
  if (!FindL(picture)) return ReferenceStep::kFinder;
  if (!sized) {
    EstimateModule(picture);
    if (!FindL(picture)) return ReferenceStep::kFinder;
  }
  if (!FindFarSide(picture, kAcross, all_lines) || !FindFarSide(picture, kUp, all_lines)) {
    return ReferenceStep::kTracks;
  }
  if (!FindCorners()) return ReferenceStep::kTracks;
  return FindSize(picture, start) ? ReferenceStep::kNone : ReferenceStep::kTracks;
}

bool SymbolFrame::FindAgain(const TwoLevels& picture, const ReferenceStart& start,
                            const Line& right, const Line& top) {
  last_ = {right, top};
  return FindCorners() && FindSize(picture, start);
}

bool SymbolFrame::FindCorners() {
  return Cross(last_[kUp], last_[kAcross], &corners_[kTr]) &&
         Cross(last_[kUp], first_[kAcross], &corners_[kTl]) &&
         Cross(last_[kAcross], first_[kUp], &corners_[kBr]);
}

bool SymbolFrame::FindL(const TwoLevels& picture) {
  for (const size_t axis : {kAcross, kUp}) {
    const Line base = Base(axis, false);
    const float length = Distance(corners_[kBl], corners_[axis == kAcross ? kTl : kBr]);
    const float along_px = module_px_[Other(axis)], module_px = module_px_[axis];
    const Point inward = Inward(base);
    const int scans = std::max(12, static_cast<int>(kScans * length / along_px));
    points_.Scan(picture, base, length, inward, kReach * module_px, kLeastDark * module_px, scans);
    std::array<Border, 2> best{};
    const float tolerance = Tolerance(module_px);
    if (points_.Fit(length, tolerance, kSteepest, BorderPoints::Sought::kOutermost, kEnoughOfSolid,
                    best) == 0)
      return false;
    const Border side = points_.Refined(best[0], tolerance);
    if (static_cast<float>(side.support) < kLeastOfSolid * static_cast<float>(scans)) return false;
    const float spacing = length / static_cast<float>(scans);
    if (points_.LongestGap(side, tolerance) > kWidestGap * along_px + 2 * spacing) return false;
    first_[axis] = On(base, inward, side);
  }
  if (std::abs(Dot(first_[kAcross].along, first_[kUp].along)) > kMostCosine) return false;
  Point corner, left_end, lower_end;
  if (!Cross(first_[kAcross], first_[kUp], &corner) ||
      !Cross(first_[kAcross], Base(kUp, true), &left_end) ||
      !Cross(first_[kUp], Base(kAcross, true), &lower_end)) {
    return false;
  }
  corners_[kBl] = corner;
  corners_[kTl] = left_end;
  corners_[kBr] = lower_end;
  return true;
}

/// Of where the sides of the L are one module wide: that is where data modules beside it are light.
void SymbolFrame::EstimateModule(const TwoLevels& picture) {
  for (const size_t axis : {kAcross, kUp}) {
    const float length = Distance(corners_[kBl], corners_[axis == kAcross ? kTl : kBr]);
    const Point inward = Inward(first_[axis]);
    std::array<float, 64> widths{};
    size_t count = 0;
    for (size_t i = 0; i < widths.size(); ++i) {
      Point p = first_[axis].On(length * (static_cast<float>(i) + 0.5f) /
                                static_cast<float>(widths.size())) +
                inward;
      float width = 1;
      while (width < length / 2 && picture.Dark(p)) p = p + inward, width += 1;
      if (width > 1) widths[count++] = width;
    }
    if (count == 0) continue;
    const size_t low = count / 4;
    std::nth_element(widths.begin(), widths.begin() + low, widths.begin() + count);
    module_px_[axis] = widths[low];
  }
  module_px_[0] = module_px_[1] = std::min(module_px_[0], module_px_[1]);
}

bool SymbolFrame::FindFarSide(const TwoLevels& picture, size_t axis, bool all_lines) {
  const Line base = Base(axis, true);
  const float length = Distance(corners_[axis == kAcross ? kBr : kTl], corners_[kTr]);
  const float along_px = module_px_[Other(axis)], module_px = module_px_[axis];
  const Point inward = Inward(base);
  const int scans = std::max(12, static_cast<int>(kScans * length / along_px));
  points_.Scan(picture, base, length, inward, kReach * module_px, kLeastDark * module_px, scans);
  const float tolerance = Tolerance(module_px);
  const auto track_at = [&](const Border& side) {
    return On(base, inward, side).Moved(inward * (module_px / 2));
  };
  const auto modules_at = [&](const Border& side) {
    const Line track = track_at(side);
    return ClockTrack::CountModules(picture, track.at, track.On(length), along_px);
  };
  // The track is where colours change regularly, and beyond it it is light. What counts: modules of
  // the track, scans that met the side (two for a dark module), what is dark beyond, and how much
  // it leans against the side of the L opposite to it.
  const float parallel = length * Dot(first_[axis].along, inward) /
                         std::max(0.5f, Dot(first_[axis].along, base.along));
  const auto score_of = [&](const Border& side) {
    const Line track = track_at(side);
    const Line beyond = track.Moved(inward * -module_px);
    return 2 * static_cast<float>(modules_at(side)) +
           3 * static_cast<float>(points_.CountAt(side, tolerance)) / kScans -
           ClockTrack::DarkPart(picture, beyond.at, beyond.On(length), along_px) * length /
               along_px -
           std::abs(side.slope * length - parallel) / module_px;
  };
  std::array<Border, 4> best{};
  Border side;
  float most = 0;
  const size_t count =
      points_.Fit(length, tolerance, kSteepest, BorderPoints::Sought::kTrack, kEnoughOfTrack, best);
  const auto take_better = [&](const Border& tried) {
    const float score = score_of(tried);
    if (score > most) most = score, side = tried;
  };
  for (size_t i = 0; i < count; ++i) {
    // Twice: the first line was through two points only.
    take_better(points_.Refined(points_.Refined(best[i], 2 * tolerance), tolerance));
  }
  const auto sure = static_cast<int>(kSureOfTrack * length / along_px);
  if (all_lines || static_cast<float>(side.support) < kSureSupport * static_cast<float>(scans) ||
      modules_at(side) < sure) {
    // It is damaged: all lines that it could be.
    const float step = module_px / 4;
    const int reach = static_cast<int>(kReach * module_px / step);
    for (int begin = -reach; begin <= reach; ++begin) {
      for (int end = -reach; end <= reach; ++end) {
        const float depth = step * static_cast<float>(begin);
        take_better({depth, (step * static_cast<float>(end) - depth) / length, 0});
      }
    }
    take_better(points_.Refined(points_.Refined(side, 2 * tolerance), tolerance));
    take_better(points_.Refined(side, tolerance));
  }
  last_[axis] = On(base, inward, side);
  return modules_at(side) > 2;
}

bool SymbolFrame::MatchTrack(const TwoLevels& picture, size_t axis, float pitch) {
  const size_t other = Other(axis);
  const Point inward = last_[axis].along * (-module_px_[other] / 2);
  const Line middle = last_[other].Moved(inward);
  Point from, to;
  if (!Cross(middle, first_[axis], &from) || !Cross(middle, last_[axis], &to)) return false;
  modules_[axis] = follower_.Match(picture, from, to, pitch);
  if (modules_[axis] == 0) return false;
  track_[axis] = Through(from, to);
  track_length_[axis] = follower_.length();
  spread_[axis] = follower_.spread();
  borders_[axis].resize(follower_.borders().size());
  for (size_t i = 0; i < borders_[axis].size(); ++i) {
    borders_[axis][i] = follower_.borders()[i] / follower_.length();
  }
  return true;
}

/// The size is measured; where that is none, or another than the start has, with the start's pitch
/// once more.
bool SymbolFrame::FindSize(const TwoLevels& picture, const ReferenceStart& start) {
  const std::array<int, 2> told = {start.cols, start.rows};
  const bool has_told = FindSymbolSize(start.rows, start.cols) != nullptr;
  for (const size_t axis : {kAcross, kUp}) {
    if (!MatchTrack(picture, axis, 0)) return false;
    if (!has_told || modules_[axis] == told[axis]) continue;
    const int measured = modules_[axis];
    if (!MatchTrack(picture, axis, track_length_[axis] / static_cast<float>(told[axis]))) {
      return false;
    }
    if (modules_[axis] != told[axis] && measured != modules_[axis]) MatchTrack(picture, axis, 0);
  }
  if (FindSymbolSize(modules_[kUp], modules_[kAcross]) == nullptr) return false;
  for (const size_t axis : {kAcross, kUp}) {
    module_px_[axis] = track_length_[axis] / static_cast<float>(modules_[axis]);
  }
  return true;
}

}  // namespace veriline::symbology::datamatrix
