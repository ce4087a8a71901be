// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/reference_decode.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/grid.h"

namespace veriline::symbology::qr {
namespace {

constexpr float kFinderMiddle = 3.5f;  ///< from the symbol's edges, modules
/// Wrong modules of a timing pattern above which it is none.
constexpr float kMostWrongTiming = 0.3f;

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
  constexpr float kLineModules = 0.4f, kSampleModules = 0.12f;
  return {.centre = outline.At(s, t),
          .right = axes.right,
          .down = axes.down,
          .down_ratio = axes.height / axes.width,
          .reach = window.reach * side,
          .line_reach = window.line_reach * side,
          .line_step = kLineModules * window.module * side,
          .sample_step = (size > 0 ? 1 : 0.3f) * kSampleModules * window.module * side};
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

/// Whether one of the timing patterns at least alternates.
bool HasTiming(const LevelField& field, const SamplingGrid& places, int size) {
  const int first = 8, last = size - 9;
  for (const bool down : {false, true}) {
    int wrong = 0;
    for (int k = first; k <= last; ++k) {
      const float along = static_cast<float>(k) + 0.5f;
      const Point at = down ? places.At(6.5f, along) : places.At(along, 6.5f);
      wrong += field.Dark(at) != (k % 2 == 0);
    }
    if (static_cast<float>(wrong) <= kMostWrongTiming * static_cast<float>(last - first + 1)) {
      return true;
    }
  }
  return false;
}

}  // namespace

ReferenceStep ReferenceDecoder::Read(const LevelField& field, Version version) {
  const int size = version.Size();
  dark_.resize(static_cast<size_t>(size) * static_cast<size_t>(size));
  uint8_t* out = dark_.data();
  for (int row = 0; row < size; ++row) {
    for (int col = 0; col < size; ++col) {
      const Point at = places_.At(static_cast<float>(col) + 0.5f, static_cast<float>(row) + 0.5f);
      *out++ = field.Dark(at) ? 1 : 0;
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

namespace {

/// Wrong modules of the timing patterns of a Micro QR symbol of that size, and of the quiet zone
/// behind them.
int WrongMicroTiming(const LevelField& field, const Frame& finder, int size) {
  int wrong = 0;
  for (int k = 7; k < size + 2; ++k) {
    const bool dark = k < size && k % 2 == 0;
    const float along = static_cast<float>(k) - 3;
    wrong += field.Dark(finder.At(along, -3)) != dark;
    wrong += field.Dark(finder.At(-3, along)) != dark;
  }
  return wrong;
}

/// Makes the module vectors as long as the mean spaces of the timing patterns.
void FitToTiming(const LevelField& field, int size, Frame* finder) {
  const Frame at = *finder;
  for (const bool down : {false, true}) {
    const Point along = down ? at.down : at.right;
    const Point origin = at.centre + (down ? at.right : at.down) * -3.0f;
    std::array<float, 16> pitches{};
    size_t count = 0;
    std::optional<float> before;
    for (int k = 7; k <= size; ++k) {
      const auto edge =
          field.EdgeNear(origin, along, static_cast<float>(k) - kFinderMiddle, 0.5f, k % 2 == 0);
      // The middle of module k - 1, which growth does not move.
      if (before && edge) pitches[count++] = (*before + *edge) / 2 / static_cast<float>(k - 4);
      before = edge;
    }
    if (count == 0) continue;
    const auto middle = pitches.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(pitches.begin(), middle, pitches.begin() + static_cast<std::ptrdiff_t>(count));
    constexpr float kNear = 0.02f;
    float sum = 0;
    int near = 0;
    for (size_t i = 0; i < count; ++i) {
      if (std::abs(pitches[i] - *middle) <= kNear) sum += pitches[i], ++near;
    }
    (down ? finder->down : finder->right) = along * (sum / static_cast<float>(near));
  }
}

}  // namespace

ReferenceStep ReferenceDecoder::RunMicro(const LevelField& field, const Frame& found) {
  Frame finder = found;
  TurnToTimingEdges(field, 7, &finder);
  if (!FitFinder(field, &finder)) return ReferenceStep::kFinder;
  struct Size {
    int number, wrong;
  };
  std::array<Size, 4> sizes{};
  for (int number = 1; number <= 4; ++number) {
    sizes[static_cast<size_t>(number - 1)] = {
        number,
        WrongMicroTiming(field, finder, Version{static_cast<uint8_t>(number), true}.Size())};
  }
  std::ranges::sort(sizes, {}, [](const Size& s) { return std::pair(s.wrong, s.number); });
  ReferenceStep first = ReferenceStep::kTracks;
  for (const Size& one : sizes) {
    const Version version{static_cast<uint8_t>(one.number), true};
    const int size = version.Size();
    if (static_cast<float>(one.wrong) > kMostWrongTiming * static_cast<float>(2 * (size - 5)))
      break;
    Frame at = finder;
    TurnToTimingEdges(field, size, &at);
    if (!FitFinder(field, &at)) continue;
    FitToTiming(field, size, &at);
    places_.SetPlane(PlaneMap::Affine(at.At(-kFinderMiddle, -kFinderMiddle), at.right, at.down));
    const ReferenceStep step = Read(field, version);
    if (step == ReferenceStep::kNone) return step;
    if (first == ReferenceStep::kTracks) first = step;
  }
  return first;
}

ReferenceStep ReferenceDecoder::Run(const LevelField& field, const ReferenceStart& start,
                                    bool micro) {
  const std::optional<Axes> axes = AxesOf(start.outline);
  if (!axes) return ReferenceStep::kFinder;
  // At all four corners: the one that has none (Micro QR: that has one) tells which is which.
  std::array<FoundFinder, 4> found;
  const int size = std::max(start.rows, start.cols);
  for (size_t corner = 0; corner < 4; ++corner) {
    const auto here = FindFinder(field, SearchAt(start.outline, *axes, size, corner, micro));
    if (here) found[corner] = *here;
  }
  const auto by_modules = [](const FoundFinder& f) { return f.right_modules; };
  const auto outline = [&](size_t corner) { return start.outline.corners[corner % 4]; };
  if (micro) {
    const auto first =
        static_cast<size_t>(std::ranges::max_element(found, {}, by_modules) - found.begin());
    if (found[first].right_modules == 0) return ReferenceStep::kFinder;
    Frame frame = Along(found[first].frame, outline(first + 1) - outline(first),
                        outline(first + 3) - outline(first));
    if (!FitFinder(field, &frame)) return ReferenceStep::kFinder;
    const ReferenceStep step = RunMicro(field, frame);
    if (step < ReferenceStep::kFormat) return step;
    if (RunMicro(field, Transposed(frame)) == ReferenceStep::kNone) return ReferenceStep::kNone;
    return step;
  }
  const auto last =
      static_cast<size_t>(std::ranges::min_element(found, {}, by_modules) - found.begin());
  const size_t first = last + 2;
  const auto at = [&](size_t corner) -> const FoundFinder& { return found[corner % 4]; };
  Finders finders{at(first).frame,
                  at(first + 1).frame,
                  at(first + 3).frame,
                  {outline(first), outline(first + 1), outline(first + 2), outline(first + 3)}};
  for (const size_t corner : {first, first + 1, first + 3}) {
    if (at(corner).right_modules == 0) return ReferenceStep::kFinder;
  }
  // Twice: the directions by the places, which the directions place better.
  for (int round = 0; round < 2; ++round) {
    const Point right = finders.top_right.centre - finders.top_left.centre;
    const Point down = finders.bottom_left.centre - finders.top_left.centre;
    for (Frame* frame : {&finders.top_left, &finders.top_right, &finders.bottom_left}) {
      *frame = Along(*frame, right, down);
      if (!FitFinder(field, frame)) return ReferenceStep::kFinder;
    }
  }
  const ReferenceStep step = RunModel2(field, finders);
  if (step < ReferenceStep::kFormat) return step;
  // As a mirror image.
  const Finders mirrored{
      Transposed(finders.top_left),
      Transposed(finders.bottom_left),
      Transposed(finders.top_right),
      {finders.outline[0], finders.outline[3], finders.outline[2], finders.outline[1]}};
  if (RunModel2(field, mirrored) == ReferenceStep::kNone) return ReferenceStep::kNone;
  return step;
}

void ReferenceDecoder::FillGeometry(const BinaryView& binary, const ReferenceStart& start,
                                    SampledGrid* grid) const {
  const int size = grid->rows;
  const auto place = [&](float x, float y) { return places_.At(x, y) + binary.origin; };
  grid->centers.resize(static_cast<size_t>(size) * static_cast<size_t>(size));
  for (int row = 0; row < size; ++row) {
    for (int col = 0; col < size; ++col) {
      grid->centers[grid->Index(row, col)] =
          place(static_cast<float>(col) + 0.5f, static_cast<float>(row) + 0.5f);
    }
  }
  const auto far = static_cast<float>(size);
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
