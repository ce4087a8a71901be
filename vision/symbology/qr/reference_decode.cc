// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/reference_decode.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/grid.h"
#include "vision/symbology/qr/timing_fit.h"

namespace veriline::symbology::qr {
namespace {

constexpr float kFinderMiddle = 3.5f;  ///< from the symbol's edges, modules
/// Right modules of a finder pattern with which no other place needs to be looked at.
constexpr int kClearFinderModules = 46;

ReferenceStep StepOf(Step step) {
  switch (step) {
    case Step::kNone:
      return ReferenceStep::kNone;
    case Step::kFormat:
      return ReferenceStep::kFormat;
    case Step::kErrorCorrection:
    case Step::kCorrectionCap:
      return ReferenceStep::kErrorCorrection;
    default:
      return ReferenceStep::kData;
  }
}

float Length(Point p) { return std::hypot(p.x, p.y); }
Point Unit(Point p) { return p * (1 / Length(p)); }

/// What the outline tells of directions and sizes.
struct Axes {
  Point right, down;  ///< of length 1
  float width, height;
};
std::optional<Axes> AxesOf(const Quad& outline) {
  const auto& c = outline.corners;
  const Point right = (c[1] - c[0] + c[2] - c[3]) * 0.5f, down = (c[3] - c[0] + c[2] - c[1]) * 0.5f;
  const Axes axes{Unit(right), Unit(down), Length(right), Length(down)};
  constexpr float kLeast = 11;  // a pixel a module of the smallest
  if (!(axes.width >= kLeast && axes.height >= kLeast && std::isfinite(axes.width) &&
        std::isfinite(axes.height))) {
    return std::nullopt;
  }
  return axes;
}

/// Where a finder pattern may lie at a corner of the outline, which is off by up to 2 modules.
FinderSearch SearchAt(const Quad& outline, const Axes& axes, int size, size_t corner, bool micro) {
  struct Window {
    // As parts of the symbol's side.
    float middle, reach, line_reach, module;
  };
  // Without a size: from the smallest to the largest symbol.
  Window window =
      micro ? Window{0.26f, 0.5f, 0.18f, 1 / 17.0f} : Window{0.095f, 0.3f, 0.12f, 3 / 177.0f};
  if (size > 0) {
    const float module = 1 / static_cast<float>(size);
    window = {kFinderMiddle * module, 6.5f * module, 4 * module, module};
  }
  const float s = corner == 1 || corner == 2 ? 1 - window.middle : window.middle;
  const float t = corner >= 2 ? 1 - window.middle : window.middle;
  const float side = (axes.width + axes.height) / 2;
  constexpr float kLineModules = 0.5f, kSampleModules = 0.2f;
  return {.centre = outline.At(s, t),
          .right = axes.right,
          .down = axes.down,
          .down_ratio = axes.height / axes.width,
          .reach = window.reach * side,
          .line_reach = window.line_reach * side,
          .line_step = kLineModules * window.module * side,
          .sample_step = (size > 0 ? 1 : 0.2f) * kSampleModules * window.module * side};
}

/// The frame with its module vectors along other directions; lengths from those of its own that are
/// nearest to them.
Frame Along(const Frame& frame, Point right, Point down) {
  const auto length = [&](Point direction) {
    const bool is_right =
        std::abs(Dot(frame.right, direction)) > std::abs(Dot(frame.down, direction));
    return Length(is_right ? frame.right : frame.down);
  };
  right = Unit(right), down = Unit(down);
  return {frame.centre, right * length(right), down * length(down)};
}

int ModulesOf(const FoundFinder& found) { return found.right_modules; }

Frame Transposed(const Frame& f) { return {f.centre, f.down, f.right}; }

/// Modules a side by what lies between finder patterns and how wide these are.
float ModulesBetween(const Frame& a, const Frame& b, bool down) {
  const float module = down ? Length(a.down) + Length(b.down) : Length(a.right) + Length(b.right);
  return Distance(a.centre, b.centre) / (module / 2) + 2 * kFinderMiddle;
}

/// Version information beside the finder patterns at the top right and at the bottom left.
VersionReading ReadVersionAt(const LevelField& field, int number, const Frame& top_right,
                             const Frame& bottom_left) {
  const Version version{static_cast<uint8_t>(number), false};
  const float far = static_cast<float>(version.Size()) - kFinderMiddle;
  std::array<uint32_t, 2> words{};
  for (int copy = 0; copy < 2; ++copy) {
    const Frame& frame = copy == 0 ? top_right : bottom_left;
    const Point middle = copy == 0 ? Point{far, kFinderMiddle} : Point{kFinderMiddle, far};
    for (int bit = 0; bit < kVersionBits; ++bit) {
      const Module at = VersionModule(version, copy, bit);
      const float x = static_cast<float>(at.col) + 0.5f, y = static_cast<float>(at.row) + 0.5f;
      if (field.Dark(frame.At(x - middle.x, y - middle.y))) {
        words[static_cast<size_t>(copy)] |= 1u << bit;
      }
    }
  }
  return DecodeVersion(words);
}

}  // namespace

ReferenceStep ReferenceDecoder::Read(const LevelField& field, Version version) {
  const int size = version.Size();
  const size_t modules = static_cast<size_t>(size) * static_cast<size_t>(size);
  centers_.resize(modules);
  dark_.resize(modules);
  size_t i = 0;
  for (int row = 0; row < size; ++row) {
    for (int col = 0; col < size; ++col, ++i) {
      centers_[i] = places_.At(static_cast<float>(col) + 0.5f, static_cast<float>(row) + 0.5f);
      dark_[i] = field.Dark(centers_[i]) ? 1 : 0;
    }
  }
  return StepOf(qr::Decode(dark_, version, {}, decoded_));
}

ReferenceStep ReferenceDecoder::RunModel2(const LevelField& field, const Finders& finders) {
  const float modules = (ModulesBetween(finders.top_left, finders.top_right, false) +
                         ModulesBetween(finders.top_left, finders.bottom_left, true)) /
                        2;
  int number = static_cast<int>(std::lround((modules - 17) / 4));
  if (number < 1 || number > 40) return ReferenceStep::kTracks;
  bool confirmed = true;
  if (number >= 7) {
    const VersionReading reading =
        ReadVersionAt(field, number, finders.top_right, finders.bottom_left);
    // A word of nothing looks like one in eight times: the widths say where it may lie.
    const int reach = std::max(1, number / 10);
    confirmed = reading.ok && std::abs(reading.number - number) <= reach;
    if (confirmed) number = reading.number;
  }
  const Version version{static_cast<uint8_t>(number), false};
  places_.SetFinders(
      {finders.top_left.centre, finders.top_right.centre, finders.bottom_left.centre}, version);
  const auto size = static_cast<float>(version.Size());
  places_.FindAlignmentPatterns(
      field, PlaneMap::Through({Point{0, 0}, {size, 0}, {size, size}, {0, size}}, finders.outline));
  if (!HasTiming(field, places_, version.Size())) {
    return confirmed ? ReferenceStep::kTracks : ReferenceStep::kFormat;
  }
  return Read(field, version);
}

ReferenceStep ReferenceDecoder::RunMicro(const LevelField& field, const Frame& finder) {
  ReferenceStep first = ReferenceStep::kTracks;
  for (const MicroVersion& likely : MicroVersionsBehind(field, finder)) {
    if (likely.wrong_ratio > kMostWrongTiming) break;
    Frame at = finder;
    if (!FitToMicroTiming(field, likely.size(), &at)) continue;
    places_.SetPlane(PlaneMap::Affine(at.At(-kFinderMiddle, -kFinderMiddle), at.right, at.down));
    const ReferenceStep step = Read(field, {static_cast<uint8_t>(likely.number), true});
    if (step == ReferenceStep::kNone) return step;
    if (first == ReferenceStep::kTracks) first = step;
  }
  return first;
}

ReferenceStep ReferenceDecoder::Run(const LevelField& field, const ReferenceStart& start,
                                    bool micro) {
  const std::optional<Axes> axes = AxesOf(start.outline);
  if (!axes) return ReferenceStep::kFinder;
  // The corner that has no finder pattern (Micro QR: that has one) tells which is which; the last
  // is looked at where the outline was named in another way.
  Corners corners{start.outline.corners, {}};
  const int size = std::max(start.rows, start.cols);
  int clear = 0;
  for (const size_t corner : {0, 1, 3, 2}) {
    const auto found = FindFinder(field, SearchAt(start.outline, *axes, size, corner, micro));
    if (!found) continue;
    corners.found[corner] = *found;
    clear += found->right_modules >= kClearFinderModules;
    if (clear == (micro ? 1 : 3)) break;
  }
  return micro ? FromOneFinder(field, corners) : FromThreeFinders(field, corners);
}

ReferenceStep ReferenceDecoder::FromOneFinder(const LevelField& field, const Corners& corners) {
  const FoundFinder& best = *std::ranges::max_element(corners.found, {}, ModulesOf);
  if (best.right_modules == 0) return ReferenceStep::kFinder;
  // Of a small symbol it is seen from several corners.
  const auto nearest = std::ranges::min_element(
      corners.outline, {}, [&](Point corner) { return Distance(corner, best.frame.centre); });
  const auto first = static_cast<size_t>(nearest - corners.outline.begin());
  const auto outline = [&](size_t corner) { return corners.outline[corner % 4]; };
  Frame frame =
      Along(best.frame, outline(first + 1) - outline(first), outline(first + 3) - outline(first));
  if (!FitFinder(field, true, &frame)) return ReferenceStep::kFinder;
  const ReferenceStep step = RunMicro(field, frame);
  if (step < ReferenceStep::kFormat) return step;
  if (RunMicro(field, Transposed(frame)) == ReferenceStep::kNone) return ReferenceStep::kNone;
  return step;
}

ReferenceStep ReferenceDecoder::FromThreeFinders(const LevelField& field, const Corners& corners) {
  const auto last = static_cast<size_t>(std::ranges::min_element(corners.found, {}, ModulesOf) -
                                        corners.found.begin());
  const auto at = [&](size_t corner) -> const FoundFinder& { return corners.found[corner % 4]; };
  const auto outline = [&](size_t corner) { return corners.outline[corner % 4]; };
  const size_t first = last + 2;
  for (const size_t corner : {first, first + 1, first + 3}) {
    if (at(corner).right_modules == 0) return ReferenceStep::kFinder;
  }
  Finders finders{at(first).frame,
                  at(first + 1).frame,
                  at(first + 3).frame,
                  {outline(first), outline(first + 1), outline(first + 2), outline(first + 3)}};
  // Twice: the directions by the places, which the directions place better.
  for (int round = 0; round < 2; ++round) {
    const Point right = finders.top_right.centre - finders.top_left.centre;
    const Point down = finders.bottom_left.centre - finders.top_left.centre;
    for (Frame* frame : {&finders.top_left, &finders.top_right, &finders.bottom_left}) {
      *frame = Along(*frame, right, down);
      if (!FitFinder(field, false, frame)) return ReferenceStep::kFinder;
    }
  }
  const ReferenceStep step = RunModel2(field, finders);
  if (step < ReferenceStep::kFormat) return step;
  // As a mirror image.
  const auto& o = finders.outline;
  const Finders mirrored{Transposed(finders.top_left),
                         Transposed(finders.bottom_left),
                         Transposed(finders.top_right),
                         {o[0], o[3], o[2], o[1]}};
  if (RunModel2(field, mirrored) == ReferenceStep::kNone) return ReferenceStep::kNone;
  return step;
}

void ReferenceDecoder::FillGeometry(const BinaryView& binary, const ReferenceStart& start,
                                    SampledGrid* grid) const {
  grid->centers.resize(centers_.size());
  std::ranges::transform(centers_, grid->centers.begin(),
                         [&](Point p) { return p + binary.origin; });
  const auto place = [&](float x, float y) { return places_.At(x, y) + binary.origin; };
  const auto far = static_cast<float>(grid->rows);
  grid->outline = {{place(0, 0), place(far, 0), place(far, far), place(0, far)}};
  grid->mirrored = grid->outline.SignedArea() < 0;
  grid->inverted = start.inverted;
}

bool ReferenceDecoder::Decode(const BinaryView& binary, const ReferenceStart& start, bool micro,
                              SampledGrid* grid) {
  grid->Clear();
  decoded_.failed_at = Step::kFormat;
  failed_at_ = ReferenceStep::kFinder;
  if (binary.Empty()) return false;
  const LevelField field(binary, start.inverted);
  ReferenceStart here = start;
  for (Point& corner : here.outline.corners) corner = corner - binary.origin;
  failed_at_ = Run(field, here, micro);
  if (failed_at_ != ReferenceStep::kNone) return false;
  FillGrid(decoded_, grid);
  FillGeometry(binary, start, grid);
  return true;
}

}  // namespace veriline::symbology::qr
