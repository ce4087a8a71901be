// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/region_grid.h"

#include <algorithm>
#include <cmath>

namespace veriline::symbology::datamatrix {
namespace {

/// A border is looked for so far off, in X, and points of it lie so close to a line.
constexpr float kReach = 0.5f, kTolerance = 0.12f, kLeastTolerancePx = 0.3f;
constexpr float kSteepest = 0.15f;
/// Fewer points than this share make no line: it stays where it was expected.
constexpr float kLeastShare = 0.25f;
constexpr int kLeastPoints = 3;
/// Farther off, it is looked for again where it was found, in X.
constexpr float kFar = 0.2f;
/// A line through so many of them is taken at once.
constexpr float kEnough = 0.9f;
/// Modules over which the pitch at the end of a track is taken.
constexpr int kLocal = 4;

Point Between(Point a, Point b, float part) { return a + (b - a) * part; }

}  // namespace

bool RegionGrid::Make(const TwoLevels& picture, const SymbolFrame& frame, const SymbolSize& size) {
  regions_ = {size.regions_across(), size.regions_down()};
  modules_ = {size.region_cols + 2, size.region_rows + 2};
  edge_shift_ = first_shift_ = {};
  far_side_moved_ = false;
  for (const size_t axis : {kAcross, kUp}) {
    lines_[axis].resize(static_cast<size_t>((regions_[axis] + 1) * regions_[Other(axis)]));
    if (!FindBorders(picture, frame, axis)) return false;
  }
  centers_.resize(static_cast<size_t>(size.modules()));
  for (int up = 0; up < regions_[kUp]; ++up) {
    for (int across = 0; across < regions_[kAcross]; ++across) {
      const std::array<int, 2> region = {across, up};
      if (!FollowTrack(picture, frame, kAcross, region) ||
          !FollowTrack(picture, frame, kUp, region) || !Fill(region, size.rows, size.cols)) {
        return false;
      }
    }
  }
  return MakeOutline();
}

/// The line of modules number `module` along an axis, as far as the outer track tells.
Line RegionGrid::LineOfModules(const SymbolFrame& frame, size_t axis, int module) const {
  const auto i = static_cast<size_t>(module);
  const float part = (frame.borders(axis)[i] + frame.borders(axis)[i + 1]) / 2;
  return {frame.track(axis).On(part * frame.track_length(axis)),
          Between(frame.first(axis).along, frame.last(axis).along, part)};
}

bool RegionGrid::FindBorders(const TwoLevels& picture, const SymbolFrame& frame, size_t axis) {
  const size_t other = Other(axis);
  for (int border = 0; border <= regions_[axis]; ++border) {
    const bool outermost = border == regions_[axis];
    // From the region beside the track on, whose modules are known.
    for (int region = regions_[other] - 1; region >= 0; --region) {
      Line base;
      if (border == 0) {
        base = frame.first(axis);
      } else if (outermost) {
        base = frame.last(axis);
      } else if (region + 1 < regions_[other]) {
        base = BorderOf(axis, border, region + 1);
      } else {
        const float part = frame.borders(axis)[static_cast<size_t>(border * modules_[axis])];
        base = {frame.track(axis).On(part * frame.track_length(axis)),
                Unit(Between(frame.first(axis).along, frame.last(axis).along, part))};
      }
      // Towards the dark side: the L that begins here, or the track that ends here.
      const Point forward = frame.first(other).along;
      Point inward{-base.along.y, base.along.x};
      if ((Dot(inward, forward) < 0) != outermost) inward = inward * -1;
      if (!FitBorder(picture, frame, axis, border, region, inward, &base)) return false;
      BorderOf(axis, border, region) = base;
    }
  }
  return true;
}

bool RegionGrid::FitBorder(const TwoLevels& picture, const SymbolFrame& frame, size_t axis,
                           int border, int region, Point inward, Line* line) {
  const size_t other = Other(axis);
  const bool outermost = border == regions_[axis];
  const float module_px = frame.module_px(axis);
  const float tolerance = std::max(kTolerance * module_px, kLeastTolerancePx);
  // Once more where the line was found to be far from where it was looked for.
  for (int round = 0; round < 2; ++round) {
    points_.Clear();
    float begin = 0, end = 0;
    for (int i = 0; i < modules_[other]; ++i) {
      float at = 0;
      if (!Cross(*line, LineOfModules(frame, other, region * modules_[other] + i), &at)) {
        return false;
      }
      if (i == 0) begin = at;
      end = at;
      // A side is seen where one of both colours lies beside the other: within the symbol where
      // the track that ends here is light, at its far end where it is dark.
      if (border == 0 || (i % 2 == 0) == outermost) {
        points_.Look(picture, *line, inward, at, kReach * module_px);
      }
    }
    points_.MoveOrigin(begin);
    line->at = line->On(begin);
    std::array<Border, 1> best{};
    const float length = end - begin;
    if (points_.Fit(length, tolerance, kSteepest, BorderPoints::Sought::kAny, kEnough, best) == 0) {
      return true;
    }
    const Border found = points_.Refined(best[0], tolerance);
    const bool enough =
        found.support >= kLeastPoints &&
        static_cast<float>(found.support) >= kLeastShare * static_cast<float>(points_.places());
    const bool far = std::max(std::abs(found.depth), std::abs(found.At(length))) > kFar * module_px;
    if (!enough && (round > 0 || !far || found.support < kLeastPoints)) return true;
    *line = {line->at + inward * found.depth, Unit(line->along + inward * found.slope)};
    if (!far) return true;
    if (outermost && region + 1 == regions_[other]) far_side_moved_ = true;
  }
  return true;
}

bool RegionGrid::FollowTrack(const TwoLevels& picture, const SymbolFrame& frame, size_t axis,
                             const std::array<int, 2>& region) {
  const size_t other = Other(axis);
  const int along = region[axis], beside = region[other];
  const bool outer = beside + 1 == regions_[other];
  const Line& first = BorderOf(axis, along, beside);
  const Line& last = BorderOf(axis, along + 1, beside);
  // The middle of the track: half a module inside its border.
  const Line& side = BorderOf(other, beside + 1, along);
  const auto end = static_cast<size_t>((beside + 1) * modules_[other]);
  const float half = (frame.borders(other)[end] - frame.borders(other)[end - kLocal]) *
                     frame.track_length(other) / (2 * kLocal);
  const float spread = frame.spread(other) / 2;
  const Line middle = side.Moved(last.along * ((outer ? -spread : spread) - half));
  Point from, to;
  if (!Cross(middle, first, &from) || !Cross(middle, last, &to)) return false;

  const std::vector<float>& borders = frame.borders(axis);
  const auto begin = static_cast<size_t>(along * modules_[axis]);
  const auto count = static_cast<size_t>(modules_[axis]);
  const float start = borders[begin], length = borders[begin + count] - start;
  expected_.resize(count + 1);
  for (size_t k = 0; k <= count; ++k) expected_[k] = (borders[begin + k] - start) / length;
  const bool outermost = along + 1 == regions_[axis];
  if (!track_.Follow(picture, from, to, expected_, frame.module_px(axis), !outermost)) return false;

  const std::span<const float> found = track_.borders();
  Side& s = sides_[axis];
  s.middles.resize(count);
  for (size_t k = 0; k < count; ++k) s.middles[k] = (found[k] + found[k + 1]) / 2;
  const float first_half = (found[kLocal] - found[0]) / (2 * kLocal);
  const float last_half = (found[count] - found[count - kLocal]) / (2 * kLocal);
  s.first = first.Moved(side.along * (found[0] + first_half));
  s.last = last.Moved(side.along * (found[count] - track_.length() - last_half));
  first_shift_[axis] = found[0];
  if (outermost) edge_shift_[axis] = found[count] - track_.length();
  return true;
}

bool RegionGrid::Fill(const std::array<int, 2>& region, int rows, int cols) {
  // Of each axis: equally spaced points on the L, and points on the track.
  const auto across = static_cast<size_t>(modules_[kAcross]);
  const auto up = static_cast<size_t>(modules_[kUp]);
  near_.resize(across + up);
  far_.resize(across + up);
  Point corner;
  if (!Cross(sides_[kAcross].first, sides_[kUp].first, &corner)) return false;
  for (const size_t axis : {kAcross, kUp}) {
    const size_t other = Other(axis), at = axis == kAcross ? 0 : across;
    const auto count = static_cast<size_t>(modules_[axis]);
    Point end, begin;
    const Line& track = sides_[other].last;
    if (!Cross(sides_[other].first, sides_[axis].last, &end) ||
        !Cross(track, BorderOf(axis, region[axis], region[other]), &begin)) {
      return false;
    }
    const Point step = (end - corner) * (1 / static_cast<float>(count - 1));
    for (size_t k = 0; k < count; ++k) {
      near_[at + k] = corner + step * static_cast<float>(k);
      far_[at + k] = begin + track.along * sides_[axis].middles[k];
    }
  }
  for (size_t i = 0; i < up; ++i) {
    const int row = rows - 1 - region[kUp] * modules_[kUp] - static_cast<int>(i);
    Point* out = centers_.data() + static_cast<ptrdiff_t>(row) * cols +
                 static_cast<ptrdiff_t>(region[kAcross]) * modules_[kAcross];
    const Point left = near_[across + i], to_right = far_[across + i] - left;
    for (size_t k = 0; k < across; ++k) {
      const Point bottom = near_[k], to_top = far_[k] - bottom;
      const float sine = Cross(to_top, to_right);
      if (sine == 0) return false;
      out[k] = bottom + to_top * (Cross(left - bottom, to_right) / sine);
    }
  }
  return true;
}

bool RegionGrid::MakeOutline() {
  // Where sides would be if dark were as wide as light.
  const int across = regions_[kAcross], up = regions_[kUp];
  const auto shifted = [&](size_t axis, int border, int region, float by) {
    return BorderOf(axis, border, region).Moved(BorderOf(Other(axis), 0, 0).along * by);
  };
  const auto corner = [&](int column, int row, Point* out) {
    const int c = column > 0 ? across - 1 : 0, r = row > 0 ? up - 1 : 0;
    return Cross(
        shifted(kAcross, column, r, column > 0 ? edge_shift_[kAcross] : first_shift_[kAcross]),
        shifted(kUp, row, c, row > 0 ? edge_shift_[kUp] : first_shift_[kUp]), out);
  };
  auto& c = outline_.corners;
  return corner(0, up, &c[0]) && corner(across, up, &c[1]) && corner(across, 0, &c[2]) &&
         corner(0, 0, &c[3]);
}

}  // namespace veriline::symbology::datamatrix
