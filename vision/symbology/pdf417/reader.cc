// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "vision/symbology/pdf417/direction.h"

namespace veriline::symbology::pdf417 {
namespace {

using linear::ElementFinder;

/// Lines within each row, from its upper edge (0) to its lower one (1); after each group what is
/// known is tried.
constexpr std::array<std::array<float, 2>, 3> kLines = {
    {{0.5f, 0.4f}, {0.3f, 0.65f}, {0.15f, 0.85f}}};
/// Nothing is tried with fewer characters: what the check characters then make of them may be
/// anything.
constexpr float kLeastKnownRatio = 0.5f;
/// A symbol whose right row indicators were read that much less often than the left ones has none:
/// it is compact.
constexpr float kCompactRatio = 0.2f;

// Above the linear symbol of a composite (ISO/IEC 24723), in its X. Between them lie a separator of
// one X, or of six above EAN and UPC.
constexpr float kBesideX = 20;  ///< a component may be that much wider at each end
constexpr std::array<float, 2> kGlanceX = {5, 9};
constexpr size_t kLeastEdges = 26;  ///< of 30 of two columns
constexpr float kHighestX = 100;    ///< 44 rows of two X, and the separator
constexpr std::array<float, 8> kRowsX = {8, 5, 11, 3.5f, 9.5f, 14, 18, 6.5f};
constexpr float kGuardsX = 24;

}  // namespace

/// Where a bar that goes through all rows ends: `inside` lies in its middle, `outside` beyond.
/// `otherwise` where no end is to be seen.
Point Reader::EndOfBar(Point inside, Point outside, Point otherwise) {
  glance_.Sample(inside, outside, found_.x_px);
  const std::vector<float>& values = glance_.profile().values;
  constexpr float kLeastContrast = 20;
  if (values.size() < 4 || values.back() - values.front() < kLeastContrast) return otherwise;
  const float level = (values.front() + values.back()) / 2;
  size_t i = values.size() - 1;
  while (i > 0 && values[i - 1] > level) --i;
  if (i == 0) return otherwise;
  const float part = (level - values[i - 1]) / (values[i] - values[i - 1]);
  return glance_.At(static_cast<float>(i - 1) + part);
}

/// TL TR BR BL in the symbol's direction.
Quad Reader::Outline() {
  Quad quad;
  const bool guards = found_.variant < 0;
  const auto rows = static_cast<float>(found_.rows);
  // A guard's bar of `modules` whose middle lies `to_middle` modules from where a border is.
  const auto end_of = [&](const Border& border, float row, Point x, float to_middle) {
    const Point middle = border.AtRow(row) + x * to_middle;
    const Point down = (border.AtRow(rows) - border.AtRow(0)) * (1 / rows);
    const Point outwards = row > 0 ? down : down * -1.0f;
    return EndOfBar(middle - outwards, middle + outwards * 0.6f, middle) - x * to_middle;
  };
  constexpr float kStartBar = 13;  // its middle lies so far before the first indicators
  constexpr float kStopBar = 3.5f;
  const auto side = [&](float row, Point* left, Point* right) {
    Point begin = found_.left.AtRow(row), end = found_.right.AtRow(row);
    const Point x = (end - begin) * (1 / static_cast<float>(found_.plan.modules));
    if (guards) {
      begin = end_of(found_.left, row, x, -kStartBar);
      if (found_.outer_right > 1) end = end_of(found_.right, row, x, kStopBar);
    }
    *left = begin - x * static_cast<float>(found_.outer_left);
    *right = end + x * static_cast<float>(found_.outer_right);
  };
  side(0, &quad.corners[0], &quad.corners[1]);
  side(rows, &quad.corners[3], &quad.corners[2]);
  return quad;
}

bool Reader::ReadSymbol(const FrameView& picture, bool inverted, MatrixKind kind) {
  cells_.Begin(picture, inverted, found_);
  glance_.Begin(picture, inverted);
  const auto is_read = [&] {
    if (cells_.KnownRatio() < kLeastKnownRatio) return false;
    matrix_.Reset(kind, found_.rows, found_.cols, found_.variant);
    for (int r = 0; r < found_.rows; ++r) {
      for (int c = 0; c < found_.cols; ++c) matrix_.Set(r, c, cells_.Value(r, c));
    }
    return Decode(matrix_, &decoded_);
  };
  for (const auto& group : kLines) {
    for (const float offset : group) cells_.ReadLines(offset);
    if (is_read()) return true;
  }
  cells_.ReadShapes();
  return is_read();
}

void Reader::Fill(bool inverted, Symbol* out) {
  out->payload.Assign(decoded_.payload());
  out->set_identifier("]L2");  // ECIs are not in the payload (ISO/IEC 15424)
  out->addon = {};
  out->decoder = Decoder::kOwn;
  out->quad = Outline();
  out->inverted = inverted;
  out->mirrored = out->quad.SignedArea() < 0;
  out->rows = static_cast<int16_t>(found_.rows);
  out->cols = static_cast<int16_t>(found_.cols);
  out->errors_corrected = static_cast<int16_t>(decoded_.errors + decoded_.erasures);
}

/// The border that was not seen, by the columns that were read.
void Reader::PlaceUnseenBorder() {
  if (!found_.left_seen) found_.left.Stretch(found_.right, cells_.Stretch(true));
  if (found_.right_seen) return;
  // Compact: what was taken for right indicators and stop pattern is a single bar.
  const bool compact = cells_.RightIndicatorRatio() < kCompactRatio;
  if (compact) --found_.plan.count;
  float times = cells_.Stretch(false);
  if (compact) {
    const int modules = found_.plan.modules - kCodewordModules;
    times *= static_cast<float>(modules) / static_cast<float>(found_.plan.modules);
    found_.plan.modules = modules;
    found_.outer_right = 1;
  }
  found_.right.Stretch(found_.left, times);
}

bool Reader::Read(const FrameView& picture, const Place& place, const SymbologySet& symbologies,
                  Symbol* out) {
  if (picture.Empty()) return false;
  Place turned = place;
  turned.quad = TurnedToGradients(picture, place.quad);
  if (symbologies.Has(Symbology::kPdf417) && guards_.Find(picture, turned, &found_) &&
      ReadSymbol(picture, place.inverted, MatrixKind::kPdf417) && !decoded_.component) {
    out->symbology = Symbology::kPdf417;
    PlaceUnseenBorder();
    Fill(place.inverted, out);
    return true;
  }
  if (!symbologies.Has(Symbology::kMicroPdf417)) return false;
  if (!micro_.Find(picture, turned, MicroVariants(), &found_) ||
      !ReadSymbol(picture, place.inverted, MatrixKind::kMicroPdf417) || decoded_.component) {
    return false;
  }
  out->symbology = Symbology::kMicroPdf417;
  Fill(place.inverted, out);
  return true;
}

bool Reader::ReadComposite(const FrameView& picture, const Quad& linear, float x_px, bool inverted,
                           CompositePart* out) {
  const Point to_right = linear.corners[1] - linear.corners[0];
  const Point to_top = linear.corners[0] - linear.corners[3];
  const float width = std::hypot(to_right.x, to_right.y), height = std::hypot(to_top.x, to_top.y);
  if (picture.Empty() || !(x_px > 0) || !(width > x_px) || !(height > 0)) return false;
  const Point along = to_right * (1 / width), up = to_top * (1 / height);
  const Point left = linear.corners[0] - along * (kBesideX * x_px);
  const Point right = linear.corners[1] + along * (kBesideX * x_px);
  // Elements enough for two columns, or nothing stands there.
  glance_.Begin(picture, inverted);
  const bool any = std::ranges::any_of(kGlanceX, [&](float above_x) {
    const Point away = up * (above_x * x_px);
    glance_.Sample(left + away, right + away, x_px);
    return glance_.Find(ElementFinder::kFine).size() >= kLeastEdges;
  });
  if (!any) return false;
  const Point top = up * (kHighestX * x_px);
  const Place place{
      .quad = {{left + top, right + top, right, left}}, .x_px = x_px, .inverted = inverted};
  std::array<float, kRowsX.size()> offsets;
  std::ranges::transform(kRowsX, offsets.begin(),
                         [](float above_x) { return 1 - above_x / kHighestX; });
  const auto is_component = [&](MatrixKind kind) {
    if (!ReadSymbol(picture, inverted, kind) || !decoded_.component) return false;
    if (kind == MatrixKind::kPdf417) PlaceUnseenBorder();
    TextWriter text(out->bytes);
    if (!DecodeComponent(kind == MatrixKind::kCcA, decoded_.data(), &text)) return false;
    out->size = text.view().size();
    out->component = kind == MatrixKind::kCcA ? 'A' : kind == MatrixKind::kMicroPdf417 ? 'B' : 'C';
    out->quad = Outline();
    out->rows = found_.rows;
    out->cols = found_.cols;
    out->errors_corrected = decoded_.errors + decoded_.erasures;
    return true;
  };
  if (micro_.Find(picture, place, offsets, CcAVariants(), &found_) &&
      is_component(MatrixKind::kCcA)) {
    return true;
  }
  if (micro_.Find(picture, place, offsets, MicroVariants(), &found_) &&
      is_component(MatrixKind::kMicroPdf417)) {
    return true;
  }
  // CC-C: lines that cross it are in the lower part of what may be a component.
  const Point low = up * (kGuardsX * x_px);
  return guards_.Find(
             picture,
             {.quad = {{left + low, right + low, right, left}}, .x_px = x_px, .inverted = inverted},
             &found_) &&
         is_component(MatrixKind::kPdf417);
}

}  // namespace veriline::symbology::pdf417
