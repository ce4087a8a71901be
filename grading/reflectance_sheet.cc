// SPDX-License-Identifier: Apache-2.0
#include "grading/reflectance_sheet.h"

#include <algorithm>
#include <cmath>

#include "grading/aperture_disc.h"

namespace veriline::grading {

QuadRows::QuadRows(const Quad& quad, const Rect& within) : within_(within) {
  for (size_t i = 0; i < 4; ++i) {
    const Point a = quad.corners[i], b = quad.corners[(i + 1) % 4];
    if (a.y == b.y) continue;
    const float slope = (b.x - a.x) / (b.y - a.y);
    sides_[count_++] = {std::min(a.y, b.y), std::max(a.y, b.y), a.x - a.y * slope, slope};
  }
}

PixelSpan QuadRows::Of(int y) const {
  const float at = static_cast<float>(y) + 0.5f;
  float x0 = 1e9f, x1 = -1e9f;
  for (size_t i = 0; i < count_; ++i) {
    const Side& s = sides_[i];
    if (at < s.top || at >= s.bottom) continue;
    const float x = s.at_zero + s.slope * at;
    x0 = std::min(x0, x);
    x1 = std::max(x1, x);
  }
  if (x1 < x0) return {within_.x, within_.x};
  const int end = within_.x + within_.width;
  const int from = std::clamp(static_cast<int>(std::ceil(x0 - 0.5f)), within_.x, end);
  return {from, std::clamp(static_cast<int>(std::floor(x1 - 0.5f)) + 1, from, end)};
}

void ReflectanceSheet::Reserve(const Rect& rect, int border) {
  rect_ = rect;
  border_ = border;
  stride_ = rect.width + 2 * border + ApertureDisc::kPadding;
  const size_t needed =
      static_cast<size_t>(stride_) * static_cast<size_t>(rect.height + 2 * border) +
      2 * ApertureDisc::kPadding;
  if (pixels_.size() < needed) pixels_.resize(needed);
}

void ReflectanceSheet::FillRow(const FrameView& picture,
                               const calibration::Calibration* calibration, int y, PixelSpan span) {
  if (span.to <= span.from) return;
  static const calibration::ReflectanceCurve kPlain;
  const calibration::ReflectanceCurve& curve =
      calibration != nullptr && calibration->reflectance ? *calibration->reflectance : kPlain;
  const int there_y = std::clamp(y, 0, picture.height - 1);
  const int from = std::clamp(span.from, 0, picture.width - 1);
  const int to = std::clamp(span.to, from + 1, picture.width);
  const uint8_t* grey = picture.Row(there_y) + from;
  if (calibration != nullptr && !calibration->flat_field.Empty()) {
    if (corrected_.size() < static_cast<size_t>(to - from)) {
      corrected_.resize(static_cast<size_t>(to - from));
    }
    calibration->flat_field.Apply(picture, {from, there_y, to - from, 1}, corrected_);
    grey = corrected_.data();
  }
  float* row = pixels_.data() + (y - rect_.y + border_) * stride_ - (rect_.x - border_);
  if (curve.linear()) {
    ScaleGrey(grey, to - from, curve.gain(), curve.offset(), row + from);
  } else {
    const float* table = curve.table().data();
    for (int x = from; x < to; ++x) row[x] = table[grey[x - from]];
  }
  if (span.from < from) std::fill(row + span.from, row + from, row[from]);
  if (span.to > to) std::fill(row + to, row + span.to, row[to - 1]);
}

void ReflectanceSheet::Fill(const FrameView& picture, const calibration::Calibration* calibration,
                            const Rect& rect, int border) {
  Reserve(rect, border);
  const Rect all = Grown(rect, border);
  for (int y = all.y; y < all.y + all.height; ++y) {
    FillRow(picture, calibration, y, {all.x, all.x + all.width});
  }
}

void ReflectanceSheet::Fill(const FrameView& picture, const calibration::Calibration* calibration,
                            const Rect& rect, int border, const Quad& part) {
  Reserve(rect, border);
  const Rect all = Grown(rect, border);
  const QuadRows rows(part, all);
  for (int y = all.y; y < all.y + all.height; ++y) FillRow(picture, calibration, y, rows.Of(y));
}

}  // namespace veriline::grading
