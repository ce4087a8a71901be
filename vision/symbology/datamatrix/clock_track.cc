// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/clock_track.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace veriline::symbology::datamatrix {
namespace {

constexpr float kUnseen = std::numeric_limits<float>::quiet_NaN();

/// The number of modules between two edges that comes nearest to `gap`: odd where colours differ.
int StepsFor(float gap, bool same) {
  const float least = same ? 2.0f : 1.0f;
  return static_cast<int>(least) +
         2 * std::max(0, static_cast<int>(std::lround((gap - least) / 2)));
}

/// Of at least a pixel, and no more than eight a module.
int StepsBetween(Point from, Point to, float pitch) {
  return std::max(1, static_cast<int>(Distance(from, to) / std::max(1.0f, pitch / 8)));
}

}  // namespace

int ClockTrack::CountModules(const TwoLevels& picture, Point from, Point to, float pitch) {
  const int steps = StepsBetween(from, to, pitch);
  const Point step = (to - from) * (1 / static_cast<float>(steps));
  const float step_px = Distance(from, to) / static_cast<float>(steps);
  const float least = 0.5f * pitch / step_px, most = 1.5f * pitch / step_px;
  int count = 0, run = 0;
  TwoLevels::Walk walk(picture, from, step);
  bool before = walk.NextIsDark();
  for (int i = 0; i < steps; ++i) {
    ++run;
    const bool dark = walk.NextIsDark();
    if (dark == before) continue;
    before = dark;
    const auto width = static_cast<float>(run);
    count += width < least ? -1 : width < most ? 1 : 0;
    run = 0;
  }
  return count;
}

float ClockTrack::DarkPart(const TwoLevels& picture, Point from, Point to, float pitch) {
  const int steps = StepsBetween(from, to, pitch);
  const Point step = (to - from) * (1 / static_cast<float>(steps));
  TwoLevels::Walk walk(picture, from, step);
  int darks = 0;
  for (int i = 0; i < steps; ++i) darks += walk.NextIsDark();
  return static_cast<float>(darks) / static_cast<float>(steps);
}

int ClockTrack::Match(const TwoLevels& picture, Point from, Point to, float pitch) {
  length_ = Distance(from, to);
  edges_.clear();
  borders_.clear();
  if (!(length_ > 8)) return 0;
  edges_.push_back({0, true});
  ListEdges(picture, from, to);
  edges_.push_back({length_, true});
  const size_t n = edges_.size();
  if (pitch <= 0) {
    work_.clear();
    for (size_t i = 2; i + 1 < n; ++i) {
      if (edges_[i].to_dark == edges_[i - 2].to_dark) {
        work_.push_back((edges_[i].at - edges_[i - 2].at) / 2);
      }
    }
    if (work_.empty()) return 0;
    const auto middle = work_.begin() + static_cast<ptrdiff_t>(work_.size() / 2);
    std::nth_element(work_.begin(), middle, work_.end());
    pitch = *middle;
  }
  constexpr size_t kReach = 7;
  constexpr float kOff = 3, kMissing = 0.4f, kPassedOver = 0.6f;
  cost_.assign(n, std::numeric_limits<float>::infinity());
  before_.assign(n, -1);
  steps_.assign(n, 0);
  cost_[0] = 0;
  const float per_px = 1 / pitch;
  for (size_t j = 1; j < n; ++j) {
    for (size_t i = j > kReach ? j - kReach : 0; i < j; ++i) {
      const float gap = (edges_[j].at - edges_[i].at) * per_px;
      const int modules = StepsFor(gap, edges_[i].to_dark == edges_[j].to_dark);
      const float off = gap - static_cast<float>(modules);
      const float cost = cost_[i] + kOff * off * off + kMissing * static_cast<float>(modules - 1) +
                         kPassedOver * static_cast<float>(j - i - 1);
      if (cost < cost_[j]) {
        cost_[j] = cost;
        before_[j] = static_cast<int>(i);
        steps_[j] = modules;
      }
    }
  }
  int modules = 0;
  for (size_t j = n - 1; j > 0; j = static_cast<size_t>(before_[j])) modules += steps_[j];
  if (modules > kMostTrackModules) return 0;
  borders_.assign(static_cast<size_t>(modules) + 1, kUnseen);
  int border = modules;
  for (size_t j = n - 1; j > 0; j = static_cast<size_t>(before_[j])) {
    borders_[static_cast<size_t>(border)] = edges_[j].at;
    border -= steps_[j];
  }
  borders_[0] = 0;
  MeasureSpread(pitch);
  FillGaps();
  return modules;
}

void ClockTrack::ListEdges(const TwoLevels& picture, Point from, Point to) {
  const int steps = static_cast<int>(std::ceil(length_));
  const float step_px = length_ / static_cast<float>(steps);
  const Point step = (to - from) * (1 / static_cast<float>(steps));
  float before = picture.Level(from);
  for (int i = 1; i <= steps; ++i) {
    const float level = picture.Level(from + step * static_cast<float>(i));
    if ((before > 0) != (level > 0)) {
      const float part = before / (before - level);
      edges_.push_back({(static_cast<float>(i - 1) + part) * step_px, level > 0});
    }
    before = level;
  }
}

bool ClockTrack::Follow(const TwoLevels& picture, Point from, Point to,
                        std::span<const float> expected, float pitch, bool ends_at_dark) {
  length_ = Distance(from, to);
  if (!(length_ > 8) || expected.size() < 3) return false;
  const size_t n = expected.size() - 1;
  borders_.assign(n + 1, kUnseen);
  borders_[0] = 0;
  borders_[n] = length_;
  edges_.clear();
  ListEdges(picture, from, to);
  // Each border is the nearest edge of its kind. The next of that kind is two modules away, or one
  // where a module between has the wrong colour.
  const float reach = 0.55f * pitch;
  size_t first = 0;
  for (size_t k = 1; k < n; ++k) {
    const float at = expected[k] * length_;
    const bool to_dark = k % 2 == 0;
    while (first < edges_.size() && edges_[first].at < at - reach) ++first;
    float nearest = reach;
    for (size_t e = first; e < edges_.size() && edges_[e].at < at + reach; ++e) {
      const float off = std::abs(edges_[e].at - at);
      if (edges_[e].to_dark != to_dark || off >= nearest) continue;
      nearest = off;
      borders_[k] = edges_[e].at;
    }
  }
  MeasureSpread(pitch);
  for (size_t k = 0; k < n; ++k) borders_[k] += k % 2 == 0 ? spread_ / 2 : -spread_ / 2;
  borders_[n] += ends_at_dark ? spread_ / 2 : -spread_ / 2;
  FillGaps();
  return true;
}

void ClockTrack::MeasureSpread(float pitch) {
  const size_t n = borders_.size() - 1;
  // Each module against its neighbours, so that modules that grow along the way count for nothing.
  // The first and the last module have a border that is not the track's own.
  double sum = 0;
  int count = 0;
  for (size_t k = 2; k + 2 < n; ++k) {
    const float before = borders_[k] - borders_[k - 1], own = borders_[k + 1] - borders_[k];
    const float after = borders_[k + 2] - borders_[k + 1];
    const auto single = [pitch](float width) {  // false where a border was not seen
      return width > 0.25f * pitch && width < 1.75f * pitch;
    };
    if (!single(before) || !single(own) || !single(after)) continue;
    const float wider = own - (before + after) / 2;
    sum += k % 2 == 0 ? wider : -wider;
    ++count;
  }
  spread_ = count > 0 ? static_cast<float>(sum / count / 2) : 0;
}

/// Borders that were not seen lie evenly between their neighbours.
void ClockTrack::FillGaps() {
  seen_ = 0;
  size_t last = 0;
  for (size_t k = 1; k < borders_.size(); ++k) {
    if (std::isnan(borders_[k])) continue;
    ++seen_;
    const float part = (borders_[k] - borders_[last]) / static_cast<float>(k - last);
    for (size_t i = last + 1; i < k; ++i) {
      borders_[i] = borders_[last] + part * static_cast<float>(i - last);
    }
    last = k;
  }
}

}  // namespace veriline::symbology::datamatrix
