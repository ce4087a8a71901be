// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/micro_finder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace veriline::symbology::pdf417 {
namespace {

using linear::ElementFinder;

constexpr float kGlances[] = {0.5f,  0.35f, 0.65f, 0.2f,  0.8f, 0.43f,
                              0.57f, 0.1f,  0.9f,  0.28f, 0.72f};
constexpr float kReachRatio = 0.1f;  ///< of a place, beyond each end
constexpr float kLeastReachPx = 12;
/// Where X is not known, lines are looked at as if it were these, one after the other.
constexpr std::array<float, 2> kGuessedXPx = {2, 4};
constexpr size_t kMostHits = 16, kEnoughHits = 3;
constexpr size_t kGlanceLines = 5, kGlanceColumns = 3;
constexpr size_t kMostTries = 6;    ///< of hits that are followed
constexpr float kXRatio = 1.18f;    ///< by which X may differ from one column to the next
constexpr float kMostStopBarX = 2;  ///< the bar at the end is one X wide
constexpr float kStepX = 0.5f;      ///< between lines that follow
constexpr size_t kMostSteps = 1000;
constexpr float kNearX = 1.6f;  ///< ends of a row are that near to those of the line before
constexpr float kLostX = 8;     ///< a symbol ends where no row is seen over so many X
constexpr size_t kDirectionRows = 24;
/// A line belongs to a variant when its ends lie in rows that are no further from each other.
constexpr int kMostTilt = 2;
constexpr int kLeastLines = 4;
constexpr float kLeastShare = 0.5f;      ///< of the lines that show the patterns at both ends
constexpr float kLeastSeenShare = 0.3f;  ///< of all lines
constexpr size_t kRowsToFit = 2;

RowPlan PlanOf(const MicroVariant& variant) {
  RowPlan plan;
  if (variant.left_rap > 0) plan.Add(ColumnKind::kSideRap);
  // With three columns the middle pattern stands behind the first one, with four behind the second.
  for (int c = 0; c < variant.cols; ++c) {
    if (variant.cols >= 3 && c == variant.cols - 2) plan.Add(ColumnKind::kCentreRap);
    plan.Add(ColumnKind::kCodeword);
  }
  plan.Add(ColumnKind::kSideRap);
  return plan;
}

bool Same(const RowPlan& a, const RowPlan& b) {
  return a.count == b.count &&
         std::equal(a.kinds.begin(), a.kinds.begin() + a.count, b.kinds.begin());
}

}  // namespace

void MicroFinder::PlanShapes(std::span<const MicroVariant> variants) {
  if (variants.data() == variants_.data() && variants.size() == variants_.size()) return;
  variants_ = variants;
  shape_count_ = 0;
  shape_of_.clear();
  for (const MicroVariant& variant : variants) {
    const RowPlan plan = PlanOf(variant);
    size_t shape = 0;
    while (shape < shape_count_ && !Same(shapes_[shape], plan)) ++shape;
    if (shape == shape_count_ && shape_count_ < kShapes) shapes_[shape_count_++] = plan;
    shape_of_.push_back(shape);
  }
}

/// Whether a whole row begins with the bar at `first`; `end` gets the bar behind the plan.
bool MicroFinder::IsRow(std::span<const float> edges, size_t first, size_t shape, size_t* end,
                        size_t* columns) const {
  const RowPlan& plan = shapes_[shape];
  size_t at = first;
  float x = 0;
  Row row;
  for (size_t c = 0; c < plan.count; ++c) {
    const bool codeword = plan.kinds[c] == ColumnKind::kCodeword;
    const size_t elements = codeword ? kCodewordElements : kRapElements;
    if (at + elements >= edges.size()) return false;
    const float now = (edges[at + elements] - edges[at]) /
                      static_cast<float>(codeword ? kCodewordModules : kRapModules);
    if (c > 0 && (now > kXRatio * x || x > kXRatio * now)) return false;
    x = now;
    if (codeword) {
      CodewordRead read;
      if (!ReadCodeword(&edges[at], &read)) return false;
      row.clusters |= static_cast<uint8_t>(1 << read.cluster);
    } else {
      const bool side = plan.kinds[c] == ColumnKind::kSideRap;
      const int number = ReadRap(&edges[at], side ? RapKind::kSide : RapKind::kCentre);
      if (number == 0) return false;
      (!side ? row.centre_rap : c == 0 ? row.left_rap : row.right_rap) = number;
    }
    at += elements;
    *columns = std::max(*columns, c + 1);
  }
  // A narrow bar at the end.
  if (at + 1 >= edges.size() || edges[at + 1] - edges[at] > kMostStopBarX * x) return false;
  *end = at;
  for (size_t v = 0; v < variants_.size(); ++v) {
    int left, right;
    if (shape_of_[v] == shape && Agrees(row, variants_[v], &left, &right)) return true;
  }
  return false;
}

int MicroFinder::RowOf(int rap, int first_rap, int rows) {
  const int row = (rap - first_rap + kRaps) % kRaps;
  return row < rows ? row : -1;
}

bool MicroFinder::Agrees(const Row& row, const MicroVariant& variant, int* left, int* right) const {
  *left = row.left_rap > 0 && variant.left_rap > 0
              ? RowOf(row.left_rap, variant.left_rap, variant.rows)
              : -1;
  *right = row.right_rap > 0 ? RowOf(row.right_rap, variant.right_rap, variant.rows) : -1;
  if (variant.left_rap == 0) *left = *right;
  if (*left < 0 || *right < 0 || std::abs(*left - *right) > kMostTilt) return false;
  const int low = std::min(*left, *right), high = std::max(*left, *right);
  if (row.centre_rap > 0 && variant.centre_rap > 0) {
    const int centre = RowOf(row.centre_rap, variant.centre_rap, variant.rows);
    if (centre < low || centre > high) return false;
  }
  uint8_t expected = 0;
  for (int r = low; r <= high; ++r) {
    expected |= static_cast<uint8_t>(1 << (variant.first_cluster + r) % 3);
  }
  return (row.clusters & ~expected) == 0;
}

/// Appends what the present line shows. Returns: how many columns of a row were seen side by side.
size_t MicroFinder::CollectHits() {
  size_t columns = 0;
  for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
    line_.Find(swing);
    const size_t before = hits_.size();
    for (const bool reversed : {false, true}) {
      const std::span<const float> edges = reversed ? line_.Reversed() : line_.edges();
      for (size_t i = 0; i + kGuardEdges <= edges.size(); i += 2) {
        const bool rap = ReadRap(&edges[i], RapKind::kSide) > 0;
        for (size_t shape = 0; shape < shape_count_; ++shape) {
          const bool rap_first = shapes_[shape].kinds[0] == ColumnKind::kSideRap;
          size_t end;
          if ((rap_first && !rap) || hits_.size() == kMostHits ||
              !IsRow(edges, i, shape, &end, &columns)) {
            continue;
          }
          const auto at = [&](size_t k) { return line_.At(reversed ? -edges[k] : edges[k]); };
          hits_.push_back({at(i), at(end), shape});
        }
      }
    }
    if (hits_.size() > before) break;
  }
  return columns;
}

/// A row between two points, about; moves its ends to where they are.
bool MicroFinder::ScanRow(Point left, Point right, Row* row) {
  const RowPlan& plan = shapes_[shape_];
  const Point along = (right - left) * (1 / Distance(left, right));
  line_.Sample(left - along * (4 * x_px_), right + along * (5 * x_px_), x_px_);
  for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
    const std::span<const float> edges = line_.Find(swing);
    const float near = kNearX * x_px_ / line_.step_px();
    const size_t first = NearestBar(edges, line_.SampleOf(left), near);
    const size_t last = NearestBar(edges, line_.SampleOf(right), near);
    if (first >= edges.size() && last >= edges.size()) continue;
    const float from = first < edges.size() ? edges[first] : line_.SampleOf(left);
    const float to = last < edges.size() ? edges[last] : line_.SampleOf(right);
    ReadColumns(edges, plan, from, to, &columns_);
    size_t read = 0;
    *row = {line_.At(from), line_.At(to)};
    for (size_t c = 0; c < plan.count; ++c) {
      const ColumnRead& column = columns_[c];
      if (!column.ok) continue;
      ++read;
      if (plan.kinds[c] == ColumnKind::kCodeword) {
        row->clusters |= static_cast<uint8_t>(1 << column.cluster);
      } else if (plan.kinds[c] == ColumnKind::kCentreRap) {
        row->centre_rap = column.value;
      } else {
        (c == 0 ? row->left_rap : row->right_rap) = column.value;
      }
    }
    // Ends that nothing was read beside are not moved.
    if (!columns_[0].ok) row->left = left;
    if (!columns_[plan.count - 1].ok) row->right = right;
    if (2 * read >= plan.count) return true;
  }
  return false;
}

void MicroFinder::FollowOneWay(const Hit& hit, bool down_wards) {
  std::vector<Row>& rows = down_wards ? down_ : up_;
  Point left = hit.left, right = hit.right;
  const Point along = (right - left) * (1 / Distance(left, right));
  Point down{-along.y, along.x};
  float lost = 0;
  const float sign = down_wards ? 1.0f : -1.0f;
  const float step = std::max(1.0f, kStepX * x_px_);
  for (size_t n = 0; n < kMostSteps; ++n) {
    if (n > 0 || !down_wards) {
      left = left + down * (sign * step);
      right = right + down * (sign * step);
    }
    const Point middle = (left + right) * 0.5f;
    if (middle.x < 0 || middle.y < 0 || middle.x > static_cast<float>(picture_.width) ||
        middle.y > static_cast<float>(picture_.height)) {
      return;
    }
    Row row;
    if (!ScanRow(left, right, &row)) {
      lost += step;
      if (lost > kLostX * x_px_) return;
      continue;
    }
    lost = 0;
    left = row.left;
    right = row.right;
    rows.push_back(row);
    if (rows.size() >= kDirectionRows) {
      const Row& earlier = rows[rows.size() - kDirectionRows];
      const Point way = ((row.left + row.right) - (earlier.left + earlier.right)) * (0.5f * sign);
      const float length = std::hypot(way.x, way.y);
      if (length > 0) down = way * (1 / length);
    }
  }
}

bool MicroFinder::Find(const FrameView& picture, const Place& place,
                       std::span<const MicroVariant> variants, FoundSymbol* found) {
  return Find(picture, place, kGlances, variants, found);
}

bool MicroFinder::Find(const FrameView& picture, const Place& place, std::span<const float> offsets,
                       std::span<const MicroVariant> variants, FoundSymbol* found) {
  picture_ = picture;
  line_.Begin(picture, place.inverted);
  PlanShapes(variants);
  for (const float guess_px : kGuessedXPx) {
    hits_.clear();
    size_t lines = 0, columns = 0;
    for (const float offset : offsets) {
      const Point from = place.quad.At(0, offset), to = place.quad.At(1, offset);
      const float length = Distance(from, to);
      if (length < kGuardEdges) return false;
      const Point reach = (to - from) * (std::max(kLeastReachPx, kReachRatio * length) / length);
      line_.Sample(from - reach, to + reach, place.x_px > 0 ? place.x_px : guess_px);
      columns = std::max(columns, CollectHits());
      if (hits_.size() >= kEnoughHits) break;
      // Texture shows less than that nearly always.
      if (++lines == kGlanceLines && columns < kGlanceColumns) return false;
    }
    // Pieces of a row may look like a row with fewer columns.
    std::ranges::sort(hits_, std::ranges::greater(),
                      [this](const Hit& hit) { return shapes_[hit.shape].modules; });
    for (size_t i = 0; i < std::min(hits_.size(), kMostTries); ++i) {
      if (FollowHit(hits_[i], found)) return true;
    }
    if (place.x_px > 0) break;
  }
  return false;
}

bool MicroFinder::FollowHit(const Hit& hit, FoundSymbol* found) {
  shape_ = hit.shape;
  x_px_ = Distance(hit.left, hit.right) / static_cast<float>(shapes_[shape_].modules);
  down_.clear();
  up_.clear();
  FollowOneWay(hit, true);
  FollowOneWay(hit, false);
  // The variant that most lines agree to.
  int best_lines = 0, whole = 0;
  size_t best = 0;
  for (size_t v = 0; v < variants_.size(); ++v) {
    if (shape_of_[v] != shape_) continue;
    int lines = 0, all = 0, left, right;
    uint64_t rows = 0;
    for (const std::vector<Row>* part : {&up_, &down_}) {
      for (const Row& row : *part) {
        if (row.right_rap == 0 || (variants_[v].left_rap > 0 && row.left_rap == 0)) continue;
        ++all;
        if (!Agrees(row, variants_[v], &left, &right)) continue;
        ++lines;
        rows |= uint64_t{1} << left;
      }
    }
    // Of two that fit as well, the one all of whose rows were seen.
    const int score = lines * 4 + (std::popcount(rows) == variants_[v].rows ? 1 : 0);
    if (std::popcount(rows) >= 2 && score > best_lines) best_lines = score, best = v, whole = all;
  }
  if (best_lines < 4 * kLeastLines ||
      static_cast<float>(best_lines / 4) < kLeastShare * static_cast<float>(whole) ||
      static_cast<float>(best_lines / 4) <
          kLeastSeenShare * static_cast<float>(up_.size() + down_.size())) {
    return false;
  }
  const MicroVariant& variant = variants_[best];
  found->left.Clear();
  found->right.Clear();
  const auto add = [&](const Row& row) {
    int left, right;
    const bool agrees = Agrees(row, variant, &left, &right);
    if (!agrees) left = right = -1;
    found->left.Add(row.left, x_px_, variant.left_rap > 0 ? left : -1);
    found->right.Add(row.right, x_px_, right);
  };
  for (size_t i = up_.size(); i-- > 0;) add(up_[i]);
  for (const Row& row : down_) add(row);
  const bool right_fits = found->right.FitRows(kRowsToFit);
  const bool left_fits = found->left.FitRows(kRowsToFit);
  if (!left_fits && !right_fits) return false;
  if (!left_fits || !right_fits || found->left.Ascending() != found->right.Ascending()) {
    if (right_fits) {
      found->left.RowsFrom(found->right);
    } else {
      found->right.RowsFrom(found->left);
    }
  }
  found->plan = shapes_[shape_];
  found->rows = variant.rows;
  found->cols = variant.cols;
  found->first_cluster = variant.first_cluster;
  found->left_seen = found->right_seen = true;
  found->outer_left = 0;
  found->outer_right = 1;
  found->x_px = x_px_;
  found->variant = static_cast<int>(best);
  return true;
}

}  // namespace veriline::symbology::pdf417
