// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/cell_reader.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace veriline::symbology::pdf417 {
namespace {

using linear::ElementFinder;

constexpr float kBeforeX = 3;     ///< sampled before a row: the space there
constexpr float kBehindX = 9.5f;  ///< the first bar of the stop pattern, and some
constexpr float kNearX = 1.4f;    ///< borders are that near to where they should be
constexpr int kMostRowsOff = 2;   ///< between what an indicator tells and where a line is
/// A character counts fully for the row that its line is in, and half for the one beside it.
constexpr float kInRow = 0.75f, kBesideRow = 1.3f;
constexpr int kFullWeight = 2;
/// The best value of a character has so many times the weight of the next.
constexpr int kLead = 2;
constexpr int kShapeWeight = 1;
constexpr int kLeastReads = 3;  ///< of a column, to know where it lies
constexpr std::array<float, 3> kShapeLines = {0.35f, 0.5f, 0.65f};

}  // namespace

void CellReader::Begin(const FrameView& picture, bool inverted, const FoundSymbol& symbol) {
  symbol_ = &symbol;
  line_.Begin(picture, inverted);
  cells_.assign(static_cast<size_t>(symbol.rows * symbol.cols), {});
  begins_.fill(0);
  ends_.fill(0);
  reads_.fill(0);
  lefts_ = rights_ = 0;
  const bool indicators = symbol.outer_left > 0;
  int col = indicators ? -1 : 0;
  for (size_t c = 0; c < symbol.plan.count; ++c) {
    const bool codeword = symbol.plan.kinds[c] == ColumnKind::kCodeword;
    data_col_[c] = codeword && col < symbol.cols ? col : -1;
    if (codeword) ++col;
  }
}

void CellReader::Vote(int row, int col, int value, int weight) {
  if (row < 0 || row >= symbol_->rows || col < 0) return;
  Cell& cell = cells_[static_cast<size_t>(row * symbol_->cols + col)];
  for (size_t i = 0; i < cell.values.size(); ++i) {
    if (cell.weights[i] > 0 && cell.values[i] != value) continue;
    cell.values[i] = static_cast<int16_t>(value);
    cell.weights[i] = static_cast<uint16_t>(cell.weights[i] + weight);
    return;
  }
}

void CellReader::SampleRow(float row, Point* left, Point* right) {
  *left = symbol_->left.AtRow(row);
  *right = symbol_->right.AtRow(row);
  const float length = Distance(*left, *right);
  const float x_px = length / static_cast<float>(symbol_->plan.modules);
  const Point along = (*right - *left) * (1 / std::max(1.0f, length));
  line_.Sample(*left - along * (kBeforeX * x_px), *right + along * (kBehindX * x_px), x_px);
}

void CellReader::ReadLines(float offset) {
  const RowPlan& plan = symbol_->plan;
  const bool indicators = symbol_->outer_left > 0;
  for (int r = 0; r < symbol_->rows; ++r) {
    const float middle = static_cast<float>(r) + offset;
    Point left, right;
    SampleRow(middle, &left, &right);
    const float x =
        (line_.SampleOf(right) - line_.SampleOf(left)) / static_cast<float>(plan.modules);
    for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
      const std::span<const float> edges = line_.Find(swing);
      const auto anchor = [&](Point p, bool seen) {
        const float at = line_.SampleOf(p);
        if (!seen) return at;
        const size_t i = NearestBar(edges, at, kNearX * x);
        return i < edges.size() ? edges[i] : at;
      };
      const float from = anchor(left, symbol_->left_seen);
      const float to = anchor(right, symbol_->right_seen);
      ReadColumns(edges, plan, from, to, &columns_);
      // Indicators tell the row better than its place does.
      float at_left = middle, at_right = middle;
      if (indicators) {
        const auto told = [&](const ColumnRead& column, float* at) {
          if (!column.ok) return false;
          const int row = column.value / 30 * 3 + column.cluster;
          if (std::abs(row - r) > kMostRowsOff) return false;
          if (row != r) *at = static_cast<float>(row) + 0.5f;
          return true;
        };
        lefts_ += told(columns_[0], &at_left);
        rights_ += told(columns_[plan.count - 1], &at_right);
      }
      bool all = true;
      for (size_t c = 0; c < plan.count; ++c) {
        const ColumnRead& column = columns_[c];
        all = all && column.ok;
        if (!column.ok) continue;
        begins_[c] += (column.begin - from) / (to - from);
        ends_[c] += (column.end - from) / (to - from);
        ++reads_[c];
        if (data_col_[c] < 0) continue;
        const float part = (static_cast<float>(plan.begins[c]) + kCodewordModules / 2.0f) /
                           static_cast<float>(plan.modules);
        const float row = at_left + (at_right - at_left) * part;
        // The row of that cluster that is nearest.
        const int near = static_cast<int>(std::floor(row));
        for (const int candidate : {near, near - 1, near + 1}) {
          if (candidate < 0 || symbol_->ClusterOf(candidate) != column.cluster) continue;
          const float off = std::abs(static_cast<float>(candidate) + 0.5f - row);
          if (off < kBesideRow) {
            Vote(candidate, data_col_[c], column.value, off < kInRow ? kFullWeight : 1);
          }
          break;
        }
      }
      if (all) break;
    }
  }
}

void CellReader::ReadShapes() {
  const RowPlan& plan = symbol_->plan;
  // Where columns begin: as others in that column did, or as the plan says.
  std::array<float, RowPlan::kMostColumns + 1> begins;
  for (size_t c = 0; c <= plan.count; ++c) {
    float sum = 0;
    int count = 0;
    if (c < plan.count) sum += begins_[c], count += reads_[c];
    if (c > 0) sum += ends_[c - 1], count += reads_[c - 1];
    const int modules = c < plan.count ? plan.begins[c] : plan.modules;
    begins[c] = count > 0 ? sum / static_cast<float>(count)
                          : static_cast<float>(modules) / static_cast<float>(plan.modules);
  }
  for (int r = 0; r < symbol_->rows; ++r) {
    for (const float offset : kShapeLines) {
      Point left, right;
      bool sampled = false;
      float from = 0, to = 0;
      for (size_t c = 0; c < plan.count; ++c) {
        if (data_col_[c] < 0 || Value(r, data_col_[c]) >= 0) continue;
        if (!sampled) {
          SampleRow(static_cast<float>(r) + offset, &left, &right);
          from = line_.SampleOf(left), to = line_.SampleOf(right);
          sampled = true;
        }
        const float begin = from + (to - from) * begins[c];
        const float step = (to - from) * (begins[c + 1] - begins[c]) / CellShapes::kSamples;
        const std::vector<float>& values = line_.profile().values;
        std::array<float, CellShapes::kSamples> seen;
        for (size_t i = 0; i < seen.size(); ++i) {
          const float at = std::clamp(begin + (static_cast<float>(i) + 0.5f) * step, 0.0f,
                                      static_cast<float>(values.size() - 2));
          const auto k = static_cast<size_t>(at);
          seen[i] = values[k] + (values[k + 1] - values[k]) * (at - static_cast<float>(k));
        }
        const int value = shapes_.Match(seen, symbol_->ClusterOf(r));
        if (value >= 0) Vote(r, data_col_[c], value, kShapeWeight);
      }
    }
  }
}

int CellReader::Value(int row, int col) const {
  const Cell& cell = At(row, col);
  const auto best = std::ranges::max_element(cell.weights);
  if (*best == 0) return -1;
  for (const uint16_t& other : cell.weights) {
    if (&other != &*best && other * kLead > *best) return -1;
  }
  return cell.values[static_cast<size_t>(best - cell.weights.begin())];
}

float CellReader::KnownRatio() const {
  int known = 0;
  for (int r = 0; r < symbol_->rows; ++r) {
    for (int c = 0; c < symbol_->cols; ++c) known += Value(r, c) >= 0;
  }
  return static_cast<float>(known) / static_cast<float>(symbol_->rows * symbol_->cols);
}

float CellReader::Stretch(bool left) const {
  const RowPlan& plan = symbol_->plan;
  const auto modules = static_cast<float>(plan.modules);
  for (size_t i = 0; i < plan.count; ++i) {
    const size_t c = left ? i : plan.count - 1 - i;
    if (reads_[c] < kLeastReads) continue;
    const auto reads = static_cast<float>(reads_[c]);
    const float begin = static_cast<float>(plan.begins[c]) / modules;
    const float end = begin + kCodewordModules / modules;
    return left ? (1 - begins_[c] / reads) / (1 - begin) : ends_[c] / reads / end;
  }
  return 1;
}

float CellReader::RightIndicatorRatio() const {
  return static_cast<float>(rights_) / static_cast<float>(std::max(1, lefts_));
}

}  // namespace veriline::symbology::pdf417
