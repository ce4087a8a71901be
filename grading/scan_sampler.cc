// SPDX-License-Identifier: Apache-2.0
#include "grading/scan_sampler.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace veriline::grading {
namespace {

constexpr float kOutsidePx = 2;  // readers' outlines are right to about one
constexpr double kLeastLengthPx = 16;
constexpr double kMostApertureX = 4, kMostAperturePx = 256;
constexpr int64_t kMostSheetPx = 64 << 20;

/// With its ends moved outwards along its own upper and lower side, and its sides by `around`.
Quad Lengthened(const Quad& q, float left, float right, float around) {
  const auto unit = [](Point from, Point to) {
    const float length = Distance(from, to);
    return length > 0 ? (to - from) * (1 / length) : Point{0, 0};
  };
  const auto& c = q.corners;
  const Point top = unit(c[0], c[1]), bottom = unit(c[3], c[2]);
  // Across the scans; a strip of no height has no sides to go along.
  const Point down{-(top.y + bottom.y) / 2, (top.x + bottom.x) / 2};
  const Point by = down * (Dot(down, c[3] - c[0]) < 0 ? -around : around);
  return {{c[0] - top * (left + around) - by, c[1] + top * (right + around) - by,
           c[2] + bottom * (right + around) + by, c[3] - bottom * (left + around) + by}};
}

/// The part of [first, last] for which origin + i · step lies in the picture.
void ClipTo(const FrameView& picture, Point origin, Point step, double* first, double* last) {
  const auto clip = [&](float at, float by, float size) {
    if (std::abs(by) < 1e-6f) return;
    const double one = -at / by, other = (size - at) / by;
    *first = std::max(*first, std::min(one, other));
    *last = std::min(*last, std::max(one, other));
  };
  clip(origin.x, step.x, static_cast<float>(picture.width));
  clip(origin.y, step.y, static_cast<float>(picture.height));
}

}  // namespace

double TabledAperture_mm(double x_mm) {
  struct Row {
    double below_x_mm, aperture_mm;
  };
  constexpr std::array<Row, 3> kRows = {{{0.180, 0.075}, {0.330, 0.125}, {0.635, 0.250}}};
  for (const Row& row : kRows) {
    if (x_mm < row.below_x_mm) return row.aperture_mm;
  }
  return 0.500;
}

Result<void> ScanSampler::Make(const FrameView& picture,
                               const calibration::Calibration* calibration, const ScanPlace& place,
                               const Aperture& aperture) {
  if (picture.Empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no picture to grade", picture.width,
                picture.height);
  }
  const auto& c = place.outline.corners;
  for (const Point& p : c) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      return Fail(ErrorCode::kInvalidArgument, "the outline of the symbol is not finite");
    }
    if (p.x < -kOutsidePx || p.y < -kOutsidePx ||
        p.x > static_cast<float>(picture.width) + kOutsidePx ||
        p.y > static_cast<float>(picture.height) + kOutsidePx) {
      return Fail(ErrorCode::kOutOfRange,
                  "the symbol lies partly outside the picture; show all of it and its quiet zones",
                  picture.width, picture.height);
    }
  }
  const double length = std::min(Distance(c[0], c[1]), Distance(c[3], c[2]));
  if (!(length >= kLeastLengthPx) || !(place.x_px > 0)) {
    return Fail(ErrorCode::kOutOfRange, "the symbol has too few px to be graded; go closer",
                static_cast<int64_t>(length), static_cast<int64_t>(kLeastLengthPx));
  }
  // The aperture is round on the product; on the picture it has the pixels' own ratio.
  double x_mm_per_px = 1, y_mm_per_px = 1;
  const bool has_scale = calibration != nullptr && calibration->scale.has_value();
  if (has_scale) {
    x_mm_per_px = calibration->scale->x_mm_per_px;
    y_mm_per_px = calibration->scale->y_mm_per_px;
  } else if (aperture.mm > 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "a fixed aperture needs the scale of the picture (mm per px)");
  }
  const Point along = c[1] - c[0];
  const double mm_per_px = std::hypot(along.x * x_mm_per_px, along.y * y_mm_per_px) /
                           std::max<double>(1e-9, std::hypot(along.x, along.y));
  const double x_mm = place.x_px * mm_per_px;
  double diameter_mm = aperture.mm;
  if (!(diameter_mm > 0)) {
    diameter_mm = aperture.x_ratio > 0 ? aperture.x_ratio * x_mm
                  : has_scale          ? TabledAperture_mm(x_mm)
                                       : kUsualLinearApertureX * x_mm;
  }
  const double wide_px = diameter_mm / std::min(x_mm_per_px, y_mm_per_px);
  if (!(diameter_mm <= kMostApertureX * x_mm) || wide_px > kMostAperturePx) {
    return Fail(ErrorCode::kInvalidArgument,
                "the aperture is wider than the symbol's elements; take one below X",
                static_cast<int64_t>(std::lround(wide_px)),
                static_cast<int64_t>(std::lround(place.x_px)));
  }
  picture_ = picture;
  place_ = place;
  // A pixel has measured an area already: no aperture is smaller than that.
  disc_.Set(std::max(1.0, diameter_mm / x_mm_per_px), std::max(1.0, diameter_mm / y_mm_per_px));
  const double used_px = aperture_px();
  aperture_mm_ = has_scale ? used_px * (x_mm_per_px + y_mm_per_px) / 2 : 0;
  whitest_ =
      calibration != nullptr && calibration->reflectance ? calibration->reflectance->At(255) : 1.0;

  const auto reach = static_cast<float>(std::max(disc_.reach_x(), disc_.reach_y()));
  const Quad region = Lengthened(
      place.outline, static_cast<float>((place.quiet_left_x + kSlackX) * place.x_px),
      static_cast<float>((place.quiet_right_x + kSlackX) * place.x_px), 1.5f * reach + 3);
  const Rect rect = Intersect(BoundsOf(region), picture.Bounds());
  if (rect.Empty() || int64_t{rect.width} * rect.height > kMostSheetPx) {
    return Fail(ErrorCode::kExhausted, "the symbol has more than 64 million px; make it smaller",
                rect.width, rect.height);
  }
  sheet_.Fill(picture, calibration, rect, static_cast<int>(reach) + 4, region);
  return {};
}

double ScanSampler::aperture_px() const {
  return (disc_.diameter_x_px() + disc_.diameter_y_px()) / 2;
}

ScanSampler::Ends ScanSampler::Sample(double height_ratio, ScanProfile* profile) {
  profile->Clear();
  const Point from = place_.outline.At(0, static_cast<float>(height_ratio));
  const Point to = place_.outline.At(1, static_cast<float>(height_ratio));
  const double length = Distance(from, to);
  const double pitch = std::min(std::hypot(aperture_px(), kPixelAperturePx) / 4, place_.x_px / 6);
  const Point step = (to - from) * static_cast<float>(pitch / std::max(length, 1e-6));
  const double slack = kSlackX * place_.x_px;
  double first = -(place_.quiet_left_x * place_.x_px + slack) / pitch;
  double last = (length + place_.quiet_right_x * place_.x_px + slack) / pitch;
  ClipTo(picture_, from, step, &first, &last);
  first = std::ceil(first);
  const auto count = static_cast<ptrdiff_t>(std::floor(last) - first) + 1;
  profile->step = step;
  profile->origin = from + step * static_cast<float>(first);
  if (count < 1) return {};
  places_.clear();
  for (ptrdiff_t i = 0; i < count; ++i) places_.push_back(profile->At(static_cast<float>(i)));
  profile->values.resize(places_.size());
  disc_.Sample(sheet_.pixels(), sheet_.stride(), sheet_.corner(), places_, profile->values);
  if (place_.inverted) {
    for (float& v : profile->values) v = 1 - v;
  }
  return {static_cast<float>(-first), static_cast<float>(length / pitch - first)};
}

}  // namespace veriline::grading
