// SPDX-License-Identifier: Apache-2.0
#include "grading/grading_patch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "grading/histogram_threshold.h"

namespace veriline::grading {
namespace {

constexpr double kLeastModulePx = 2;
constexpr int64_t kMostPatchPx = 64 << 20;
constexpr int64_t kMostMarginPx = 16 << 20;  // larger patches do without the 20 X around

/// The quad with `by` modules more on each side, along its own sides.
Quad GrownBy(const Quad& q, double cols, double rows, double by) {
  const auto& c = q.corners;
  const auto kx = static_cast<float>(by / cols), ky = static_cast<float>(by / rows);
  const Point top = c[1] - c[0], bottom = c[2] - c[3], left = c[3] - c[0], right = c[2] - c[1];
  return {{c[0] - top * kx - left * ky, c[1] + top * kx - right * ky,
           c[2] + bottom * kx + right * ky, c[3] - bottom * kx + left * ky}};
}

bool Holds(const Rect& picture, const Quad& quad, float slack_px) {
  return std::all_of(quad.corners.begin(), quad.corners.end(), [&](Point p) {
    return p.x >= static_cast<float>(picture.x) - slack_px &&
           p.y >= static_cast<float>(picture.y) - slack_px &&
           p.x <= static_cast<float>(picture.x + picture.width) + slack_px &&
           p.y <= static_cast<float>(picture.y + picture.height) + slack_px;
  });
}

/// Whether it turns one way at every corner.
bool IsConvex(const Quad& q) {
  int signs = 0;
  for (size_t i = 0; i < 4; ++i) {
    const Point a = q.corners[i], b = q.corners[(i + 1) % 4], c = q.corners[(i + 2) % 4];
    const float cross = Cross(b - a, c - b);
    signs += cross > 0 ? 1 : cross < 0 ? -1 : 0;
  }
  return signs == 4 || signs == -4;
}

}  // namespace

Result<void> GradingPatch::Make(const FrameView& picture,
                                const calibration::Calibration* calibration,
                                const PatchPlace& place, const Aperture& aperture,
                                const Switches& switches) {
  if (picture.Empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no picture to grade", picture.width,
                picture.height);
  }
  if (place.rows < 1 || place.cols < 1 || place.quiet_modules < 0) {
    return Fail(ErrorCode::kInvalidArgument, "a symbol to grade needs rows and columns", place.rows,
                place.cols);
  }
  const auto& c = place.outline.corners;
  picture_ = picture;
  calibration_ = calibration;
  const Rect bounds = picture.Bounds();
  for (const Point& p : c) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      return Fail(ErrorCode::kInvalidArgument, "the outline of the symbol is not finite");
    }
  }
  if (!Holds(bounds, place.outline, 0.5f)) {
    return Fail(ErrorCode::kOutOfRange,
                "the symbol lies partly outside the picture; show all of it and its quiet zone",
                picture.width, picture.height);
  }
  if (!IsConvex(place.outline)) {
    return Fail(ErrorCode::kInvalidArgument, "the outline of the symbol is no quadrilateral");
  }
  const double across = (Distance(c[0], c[1]) + Distance(c[3], c[2])) / 2.0;
  const double down = (Distance(c[0], c[3]) + Distance(c[1], c[2])) / 2.0;
  const double pitch_x = across / place.cols, pitch_y = down / place.rows;
  if (pitch_x < kLeastModulePx || pitch_y < kLeastModulePx) {
    return Fail(ErrorCode::kOutOfRange, "fewer than 2 px a module can not be graded; go closer",
                static_cast<int64_t>(across), static_cast<int64_t>(down));
  }
  x_px_ = (pitch_x + pitch_y) / 2;

  // The aperture is round on the product; on the picture it has the pixels' own ratio.
  double x_mm_per_px = 1, y_mm_per_px = 1;
  if (calibration != nullptr && calibration->scale) {
    x_mm_per_px = calibration->scale->x_mm_per_px;
    y_mm_per_px = calibration->scale->y_mm_per_px;
  } else if (aperture.mm > 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "a fixed aperture needs the scale of the picture (mm per px)");
  }
  const double mean_mm_per_px = (x_mm_per_px + y_mm_per_px) / 2;
  const double diameter_mm =
      aperture.mm > 0 ? aperture.mm : aperture.x_ratio * x_px_ * mean_mm_per_px;
  const double diameter_x = diameter_mm / x_mm_per_px, diameter_y = diameter_mm / y_mm_per_px;
  if (!(diameter_mm >= 0)) {
    return Fail(ErrorCode::kInvalidArgument, "the aperture has no diameter");
  }
  if (std::max(diameter_x, diameter_y) > std::min(across, down)) {
    return Fail(ErrorCode::kInvalidArgument,
                "the aperture is wider than the symbol; take one of about 0.8 X",
                static_cast<int64_t>(std::lround(diameter_x)),
                static_cast<int64_t>(std::lround(std::min(across, down))));
  }
  disc_.Set(diameter_x, diameter_y);
  row_step_ = std::max(1, static_cast<int>(aperture_px() / 2));

  const double reach_modules = aperture_px() / 2 / x_px_;
  const double inset =
      switches.sample_area == Switches::SampleArea::kWholeAperture ? reach_modules : 0;
  const Quad whole = GrownBy(place.outline, place.cols, place.rows, place.quiet_modules);
  sampled_ = GrownBy(place.outline, place.cols, place.rows, place.quiet_modules - inset);
  // No disc with its centre outside `sampled_` reaches a pixel that lies so far inside.
  const double reach_px = std::max(disc_.reach_x(), disc_.reach_y()) + 2.0;
  const double inside = reach_px / std::min(pitch_x, pitch_y) + inset - place.quiet_modules;
  untouched_ = 2 * inside < std::min(place.rows, place.cols)
                   ? GrownBy(place.outline, place.cols, place.rows, -inside)
                   : Quad{};
  with_margin_ =
      GrownBy(place.outline, place.cols, place.rows, place.quiet_modules + kMarginModules);
  inner_ = Intersect(BoundsOf(whole), bounds);
  outer_ = Intersect(BoundsOf(with_margin_), bounds);
  const auto pixels = [](const Rect& r) { return int64_t{r.width} * r.height; };
  if (pixels(inner_) > kMostPatchPx) {
    return Fail(ErrorCode::kExhausted, "the symbol has more than 64 million px; make it smaller",
                inner_.width, inner_.height);
  }
  quiet_zone_in_picture_ = Holds(bounds, whole, 0.5f);
  margin_in_picture_ = Holds(bounds, with_margin_, 0.5f);
  if (pixels(outer_) > kMostMarginPx) {
    outer_ = inner_;
    with_margin_ = whole;
    margin_in_picture_ = false;
  }

  Fill(inner_, &sheet_);
  FilterInner();
  const float whitest =
      calibration != nullptr && calibration->reflectance ? calibration->reflectance->At(255) : 1.0f;
  saturated_ = greatest_ >= whitest - 1e-4f;
  counted_ = looked_around_ = false;
  return {};
}

double GradingPatch::aperture_px() const {
  return (disc_.diameter_x_px() + disc_.diameter_y_px()) / 2;
}

/// Modules of the quiet zone are sampled up to one aperture beside the picture.
void GradingPatch::Fill(const Rect& rect, ReflectanceSheet* sheet) {
  sheet->Fill(picture_, calibration_, rect,
              2 * std::max(disc_.reach_x(), disc_.reach_y()) + static_cast<int>(x_px_) + 2);
}

void GradingPatch::FilterInner() {
  filtered_stride_ = inner_.width + ApertureDisc::kPadding;
  const size_t needed = static_cast<size_t>(filtered_stride_) * static_cast<size_t>(inner_.height) +
                        ApertureDisc::kPadding;
  if (filtered_.size() < needed) filtered_.resize(needed);
  least_ = std::numeric_limits<float>::infinity();
  greatest_ = -least_;
  const QuadRows sampled(sampled_, inner_);
  for (int y = inner_.y; y < inner_.y + inner_.height; ++y) {
    float* out = filtered_.data() + (y - inner_.y) * filtered_stride_;
    disc_.FilterRow(sheet_.At(inner_.x, y), sheet_.stride(), inner_.width, out);
    const PixelSpan span = sampled.Of(y);
    Extremes(out + (span.from - inner_.x), span.to - span.from, &least_, &greatest_);
  }
}

GradingPatch::Bounds GradingPatch::BoundsAround() const {
  if (calibration_ != nullptr && !calibration_->flat_field.Empty()) {
    // Gains differ from place to place: grey values bound nothing.
    return {-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
  }
  GreyRange range;
  const auto look = [&](int y, int from, int to) {
    if (to > from) range.Add(picture_.Row(y) + from, to - from);
  };
  const QuadRows margin(with_margin_, outer_), untouched(untouched_, outer_);
  for (int y = outer_.y; y < outer_.y + outer_.height; ++y) {
    const PixelSpan outer = margin.Of(y);
    const PixelSpan inner = untouched.Of(y);
    if (inner.to <= inner.from) {
      look(y, outer.from, outer.to);
    } else {
      look(y, outer.from, inner.from);
      look(y, inner.to, outer.to);
    }
  }
  if (range.least() > range.greatest()) return {least_, greatest_};
  static const calibration::ReflectanceCurve kPlain;
  const calibration::ReflectanceCurve& curve =
      calibration_ != nullptr && calibration_->reflectance ? *calibration_->reflectance : kPlain;
  return {std::min(least_, curve.At(range.least())),
          std::max(greatest_, curve.At(range.greatest()))};
}

/// Extremes in the 20 X around. Rows half an aperture apart: what lies between two of them is
/// covered by both to more than half.
void GradingPatch::LookAround() {
  if (looked_around_) return;
  looked_around_ = true;
  Fill(outer_, &around_sheet_);
  extended_least_ = least_;
  extended_greatest_ = greatest_;
  if (line_.size() < static_cast<size_t>(outer_.width + ApertureDisc::kPadding)) {
    line_.resize(static_cast<size_t>(outer_.width + ApertureDisc::kPadding));
  }
  const auto look = [this](int y, PixelSpan span) {
    if (span.to <= span.from) return;
    disc_.FilterRow(around_sheet_.At(span.from, y), around_sheet_.stride(), span.to - span.from,
                    line_.data());
    Extremes(line_.data(), span.to - span.from, &extended_least_, &extended_greatest_);
  };
  const QuadRows margin(with_margin_, outer_), sampled(sampled_, outer_);
  for (int y = outer_.y; y < outer_.y + outer_.height; y += row_step_) {
    const PixelSpan outer = margin.Of(y);
    const PixelSpan inner = sampled.Of(y);
    if (inner.to <= inner.from) {
      look(y, outer);
    } else {
      look(y, {outer.from, inner.from});
      look(y, {inner.to, outer.to});
    }
  }
}

namespace {

using Counts = std::array<uint32_t, GradingPatch::kBins>;

/// Adds `count` values to a histogram of kBins over [least, least + kBins / scale); in four parts,
/// for neighbours often fall into one bin and would wait for each other.
void Count(const float* values, int count, float least, float scale, std::vector<int>& bins,
           std::array<Counts, 4>& parts) {
  int* bin = bins.data();
  for (int i = 0; i < count; ++i) {
    const int at = static_cast<int>((values[i] - least) * scale);
    const int not_above = at < GradingPatch::kBins - 1 ? at : GradingPatch::kBins - 1;
    bin[i] = not_above > 0 ? not_above : 0;
  }
  for (int i = 0; i < count; ++i) ++parts[static_cast<size_t>(i & 3)][static_cast<size_t>(bin[i])];
}

void Join(const std::array<Counts, 4>& parts, Counts* out) {
  for (size_t i = 0; i < out->size(); ++i) {
    (*out)[i] = parts[0][i] + parts[1][i] + parts[2][i] + parts[3][i];
  }
}

}  // namespace

/// Of rows half an aperture apart: those between them say nearly the same.
void GradingPatch::CountInner() {
  if (counted_) return;
  counted_ = true;
  part_counts_ = {};
  const auto room = static_cast<size_t>(std::max(inner_.width, outer_.width));
  if (bins_.size() < room) bins_.resize(room);
  const float scale = greatest_ > least_ ? kBins / (greatest_ - least_) : 0;
  const QuadRows sampled(sampled_, inner_);
  for (int y = inner_.y; y < inner_.y + inner_.height; y += row_step_) {
    const PixelSpan span = sampled.Of(y);
    Count(filtered_.data() + (y - inner_.y) * filtered_stride_ + (span.from - inner_.x),
          span.to - span.from, least_, scale, bins_, part_counts_);
  }
  Join(part_counts_, &counts_);
}

void GradingPatch::CountAround() {
  CountInner();
  LookAround();
  part_counts_ = {};
  const float scale =
      extended_greatest_ > extended_least_ ? kBins / (extended_greatest_ - extended_least_) : 0;
  const QuadRows margin(with_margin_, outer_);
  for (int y = outer_.y; y < outer_.y + outer_.height; y += row_step_) {
    const PixelSpan outer = margin.Of(y);
    if (outer.to <= outer.from) continue;
    disc_.FilterRow(around_sheet_.At(outer.from, y), around_sheet_.stride(), outer.to - outer.from,
                    line_.data());
    Count(line_.data(), outer.to - outer.from, extended_least_, scale, bins_, part_counts_);
  }
  Join(part_counts_, &extended_counts_);
}

namespace {

/// Rmax and Rmin of ISO/IEC 15415:2024: the level of the lightest and the darkest 1 %.
Levels RobustLevels(std::span<const uint32_t> counts, double least, double greatest,
                    Switches::Contrast rule) {
  constexpr double kShare = 0.01;
  const double width = (greatest - least) / static_cast<double>(counts.size());
  if (rule == Switches::Contrast::kTailMean) {
    return {.rmax = least + width * TailMean(counts, kShare, true),
            .rmin = least + width * TailMean(counts, kShare, false)};
  }
  return {.rmax = least + width * Percentile(counts, 1 - kShare),
          .rmin = least + width * Percentile(counts, kShare)};
}

}  // namespace

Levels GradingPatch::LevelsOf(Edition edition, const Switches& switches) {
  if (edition == Edition::k15415_2011) {
    return {greatest_, least_, (static_cast<double>(greatest_) + least_) / 2};
  }
  CountInner();
  Levels levels = edition == Edition::k15415_2024
                      ? RobustLevels(counts_, least_, greatest_, switches.contrast)
                      : Levels{.rmax = greatest_, .rmin = least_};
  const bool by_size = edition == Edition::k15415_2024 &&
                       switches.threshold_weight == Switches::ThresholdWeight::kBySize;
  const double width = (static_cast<double>(greatest_) - least_) / kBins;
  levels.threshold = least_ + width * HistogramThreshold(counts_, by_size);
  return levels;
}

Levels GradingPatch::ExtendedLevelsOf(Edition edition, const Switches& switches) {
  LookAround();
  if (edition != Edition::k15415_2024) {
    return {extended_greatest_, extended_least_,
            (static_cast<double>(extended_greatest_) + extended_least_) / 2};
  }
  CountAround();
  Levels levels =
      RobustLevels(extended_counts_, extended_least_, extended_greatest_, switches.contrast);
  levels.threshold = LevelsOf(edition, switches).threshold;
  return levels;
}

void GradingPatch::Sample(std::span<const Point> places, std::span<float> out) const {
  disc_.Sample(sheet_.pixels(), sheet_.stride(), sheet_.corner(), places, out);
}

float GradingPatch::SampleBetween(Point place) const {
  constexpr auto kPhases = static_cast<float>(ApertureDisc::kPhases);
  const float fx = place.x * kPhases, fy = place.y * kPhases;
  const float x0 = std::floor(fx) / kPhases, y0 = std::floor(fy) / kPhases;
  const float x1 = x0 + 1 / kPhases, y1 = y0 + 1 / kPhases;
  const std::array<Point, 4> around = {Point{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}};
  std::array<float, 4> v{};
  Sample(around, v);
  const float px = fx - std::floor(fx), py = fy - std::floor(fy);
  return std::lerp(std::lerp(v[0], v[1], px), std::lerp(v[2], v[3], px), py);
}

bool GradingPatch::InReach(Point p) const {
  const Rect& r = sheet_.rect();
  const auto room_x = static_cast<float>(sheet_.border() - disc_.reach_x() - 1);
  const auto room_y = static_cast<float>(sheet_.border() - disc_.reach_y() - 1);
  return p.x >= static_cast<float>(r.x) - room_x && p.y >= static_cast<float>(r.y) - room_y &&
         p.x < static_cast<float>(r.x + r.width) + room_x &&
         p.y < static_cast<float>(r.y + r.height) + room_y;
}

bool GradingPatch::InPicture(Point p) const {
  return p.x >= 0 && p.y >= 0 && p.x <= static_cast<float>(picture_.width) &&
         p.y <= static_cast<float>(picture_.height);
}

BinaryView GradingPatch::Binarised(double threshold) {
  const auto width = static_cast<size_t>(inner_.width);
  if (binary_.size() < width * static_cast<size_t>(inner_.height)) {
    binary_.resize(width * static_cast<size_t>(inner_.height));
  }
  const auto level = static_cast<float>(threshold);
  for (int y = 0; y < inner_.height; ++y) {
    const float* from = filtered_.data() + y * filtered_stride_;
    MarkDark(from, inner_.width, level, binary_.data() + static_cast<size_t>(y) * width);
  }
  return {binary_.data(),
          inner_.width,
          inner_.height,
          inner_.width,
          {static_cast<float>(inner_.x), static_cast<float>(inner_.y)},
          filtered_.data(),
          filtered_stride_,
          level};
}

}  // namespace veriline::grading
