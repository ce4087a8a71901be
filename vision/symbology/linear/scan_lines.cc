// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/scan_lines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace veriline::symbology::linear {
namespace {

/// Least contrast (grey) between bar and space, and its least share of that of the whole line.
constexpr float kLeastContrast = 10;
constexpr float kLeastContrastRatio = 0.2f;
/// Light and dark are taken within so many X on each side: more than the widest element and the
/// one beside it.
constexpr float kBlockX = 6;
/// An edge lies in the middle part of the swing between its two elements.
constexpr float kOuterShare = 0.25f;

/// Adds grey values along a line to `sums`, in sixteenths of sixteenths.
void AddRow(const FrameView& picture, Point from, Point step, size_t count, float* sums) {
  constexpr float kOne = 65536;
  const auto fixed = [](float v) { return static_cast<int64_t>(v * kOne); };
  // The value of a pixel is that of its middle.
  int64_t x = fixed(from.x - 0.5f), y = fixed(from.y - 0.5f);
  const int64_t dx = fixed(step.x), dy = fixed(step.y);
  const int last_x = picture.width - 1, last_y = picture.height - 1;
  for (size_t i = 0; i < count; ++i, x += dx, y += dy) {
    const int x0 = static_cast<int>(x >> 16), y0 = static_cast<int>(y >> 16);
    const float fx = static_cast<float>(x & 0xFFFF) * (1 / kOne);
    const float fy = static_cast<float>(y & 0xFFFF) * (1 / kOne);
    float a, b, c, d;
    if (x0 >= 0 && y0 >= 0 && x0 < last_x && y0 < last_y) {
      const uint8_t* p = picture.data + y0 * picture.stride + x0;
      const uint8_t* q = p + picture.stride;
      a = p[0], b = p[1], c = q[0], d = q[1];
    } else {
      const int xa = std::clamp(x0, 0, last_x), xb = std::clamp(x0 + 1, 0, last_x);
      const uint8_t* p = picture.Row(std::clamp(y0, 0, last_y));
      const uint8_t* q = picture.Row(std::clamp(y0 + 1, 0, last_y));
      a = p[xa], b = p[xb], c = q[xa], d = q[xb];
    }
    const float top = a + (b - a) * fx, bottom = c + (d - c) * fx;
    sums[i] += top + (bottom - top) * fy;
  }
}

}  // namespace

void SampleLine(const FrameView& picture, const ScanLine& line, ScanProfile* profile) {
  profile->Clear();
  const float length = Distance(line.from, line.to);
  if (picture.Empty() || !(length > 0) || !(line.step_px > 0)) return;
  const auto count = static_cast<size_t>(length / line.step_px) + 1;
  profile->origin = line.from;
  profile->step = (line.to - line.from) * (line.step_px / length);
  profile->values.assign(count, 0);
  float* values = profile->values.data();
  for (int row = 0; row < line.rows; ++row) {
    const float away = static_cast<float>(row) - static_cast<float>(line.rows - 1) / 2;
    AddRow(picture, line.from + line.along_bars * away, profile->step, count, values);
  }
  const float scale = 1 / static_cast<float>(line.rows);
  if (line.inverted) {
    for (size_t i = 0; i < count; ++i) values[i] = 255 - values[i] * scale;
  } else if (line.rows > 1) {
    for (size_t i = 0; i < count; ++i) values[i] *= scale;
  }
}

void ElementFinder::FollowLevels(const std::vector<float>& values, float x_samples) {
  block_ = std::max<size_t>(4, static_cast<size_t>(kBlockX * x_samples));
  const size_t blocks = (values.size() + block_ - 1) / block_;
  low_.assign(blocks + 2, 1e9f);
  high_.assign(blocks + 2, -1e9f);
  float least = 1e9f, most = -1e9f;
  for (size_t b = 0; b < blocks; ++b) {
    const size_t end = std::min(values.size(), (b + 1) * block_);
    float lo = 1e9f, hi = -1e9f;
    for (size_t i = b * block_; i < end; ++i) {
      lo = std::min(lo, values[i]);
      hi = std::max(hi, values[i]);
    }
    low_[b + 1] = lo;
    high_[b + 1] = hi;
    least = std::min(least, lo);
    most = std::max(most, hi);
  }
  floor_ = std::max(kLeastContrast, kLeastContrastRatio * (most - least));
  // Each with its neighbours; the entries at both ends stand for none.
  float before_lo = low_[0], before_hi = high_[0];
  for (size_t b = 1; b <= blocks; ++b) {
    const float lo = low_[b], hi = high_[b];
    low_[b - 1] = std::min({before_lo, lo, low_[b + 1]});
    high_[b - 1] = std::max({before_hi, hi, high_[b + 1]});
    before_lo = lo;
    before_hi = hi;
  }
}

void ElementFinder::FindExtremes(const std::vector<float>& values, float least_swing) {
  extremes_.clear();
  Extreme lightest{0, values[0]}, darkest{0, values[0]};
  int going = 0;  // the last extreme: +1 light, -1 dark, 0 none yet
  size_t block_end = 0;
  float swing = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i >= block_end) {
      const size_t b = i / block_;
      swing = least_swing * std::max(floor_, high_[b] - low_[b]);
      block_end = (b + 1) * block_;
    }
    const float v = values[i];
    if (v > lightest.value) lightest = {i, v};
    if (v < darkest.value) darkest = {i, v};
    if (going <= 0 && v > darkest.value + swing) {
      // The dark one stands; now it grows lighter. Before the first bar it is dark by chance.
      if (going < 0) extremes_.push_back(darkest);
      going = 1;
      lightest = {i, v};
      darkest = {i, v};
    } else if (going >= 0 && v < lightest.value - swing) {
      extremes_.push_back(lightest);
      going = -1;
      darkest = {i, v};
      lightest = {i, v};
    }
  }
  if (going > 0) extremes_.push_back(lightest);
}

void ElementFinder::Find(float x_samples, float least_swing, ScanProfile* profile) {
  profile->edges.clear();
  const std::vector<float>& values = profile->values;
  if (values.size() < 8) return;
  FollowLevels(values, x_samples);
  FindExtremes(values, least_swing);
  // Light and dark take turns, from light to light.
  for (size_t k = 0; k + 1 < extremes_.size(); ++k) {
    const Extreme& a = extremes_[k];
    const Extreme& b = extremes_[k + 1];
    const size_t block = (a.at + b.at) / 2 / block_;
    const float swing = b.value - a.value;  // signed
    const float inner_a = a.value + kOuterShare * swing, inner_b = b.value - kOuterShare * swing;
    const float level = std::clamp((low_[block] + high_[block]) / 2, std::min(inner_a, inner_b),
                                   std::max(inner_a, inner_b));
    // The last pass of that level before b: from there on it goes to b and nowhere else; and the
    // first one after a; they differ in noise only.
    size_t first = a.at;
    while (first + 1 < b.at && (values[first + 1] - level) * swing < 0) ++first;
    size_t last = b.at;
    while (last > a.at + 1 && (values[last - 1] - level) * swing >= 0) --last;
    const auto pass = [&](size_t i) {
      const float d = values[i + 1] - values[i];
      const float t = d == 0 ? 0.5f : (level - values[i]) / d;
      return static_cast<float>(i) + std::clamp(t, 0.0f, 1.0f);
    };
    profile->edges.push_back((pass(first) + pass(last - 1)) / 2);
  }
  if (profile->edges.size() % 2 != 0) profile->edges.pop_back();
}

}  // namespace veriline::symbology::linear
