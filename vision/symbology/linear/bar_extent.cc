// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/bar_extent.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace veriline::symbology::linear {
namespace {

constexpr float kLeastContrast = 12;  // grey values
constexpr size_t kLeastSamples = 16;

}  // namespace

BarExtent BarExtent::Turned(size_t samples) const {
  const float last = static_cast<float>(samples) - 1;
  BarExtent turned = *this;
  turned.left = last - right;
  turned.right = last - left;
  turned.left_half = last - right_half;
  turned.right_half = last - left_half;
  std::swap(turned.quiet_left, turned.quiet_right);
  return turned;
}

// Narrow bars between wide spaces do not get half as dark as wide ones when they are blurred: a
// quarter makes a bar here.
bool BarExtentFinder::Find(std::span<const float> values, BarExtent* extent) {
  if (values.size() < kLeastSamples) return false;
  if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); })) return false;
  const auto [low, high] = std::ranges::minmax(values);
  if (!(high - low >= kLeastContrast)) return false;
  const float level = high - (high - low) / 4, half = (low + high) / 2;
  const auto crossing = [&](size_t i, float at) {  // between samples i - 1 and i
    return static_cast<float>(i - 1) + (values[i - 1] - at) / (values[i - 1] - values[i]);
  };
  runs_.clear();  // begin and end of bars by turns
  if (values[0] < level) runs_.push_back(0);
  for (size_t i = 1; i < values.size(); ++i) {
    if ((values[i - 1] < level) != (values[i] < level)) runs_.push_back(crossing(i, level));
  }
  const auto last = static_cast<float>(values.size() - 1);
  if (runs_.size() % 2 != 0) runs_.push_back(last);
  if (runs_.empty()) return false;
  gaps_.clear();
  for (size_t i = 1; i + 1 < runs_.size(); i += 2) gaps_.push_back(runs_[i + 1] - runs_[i]);
  if (gaps_.empty()) gaps_.push_back(0);
  const auto wide = gaps_.begin() + static_cast<std::ptrdiff_t>(gaps_.size() * 9 / 10);
  std::ranges::nth_element(gaps_, wide);
  // Twice a wide space; where spaces hardly show any more, what bars that have run together tell.
  const float period = 2 * (runs_.back() - runs_.front()) / static_cast<float>(runs_.size());
  const float most_gap = std::max(2 * *wide + 1, 1.5f * period);
  size_t best_begin = 0, best_end = 0;  // of runs_
  for (size_t begin = 0; begin < runs_.size();) {
    size_t end = begin + 2;
    while (end < runs_.size() && runs_[end] - runs_[end - 1] <= most_gap) end += 2;
    if (end - begin > best_end - best_begin) best_begin = begin, best_end = end;
    begin = end;
  }
  extent->left = runs_[best_begin];
  extent->right = runs_[best_end - 1];
  extent->quiet_left = extent->left - (best_begin == 0 ? 0 : runs_[best_begin - 1]);
  extent->quiet_right = (best_end == runs_.size() ? last : runs_[best_end]) - extent->right;
  extent->light = high;
  extent->range = high - low;
  extent->bars = (best_end - best_begin) / 2;
  size_t i = static_cast<size_t>(extent->left) + 1;
  while (i + 1 < values.size() && values[i] >= half) ++i;
  extent->left_half = crossing(i, half);
  i = std::min(static_cast<size_t>(extent->right) + 1, values.size() - 1);
  while (i > 1 && values[i - 1] >= half) --i;
  extent->right_half = crossing(i, half);
  return true;
}

}  // namespace veriline::symbology::linear
