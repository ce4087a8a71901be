// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/strips.h"

#include <algorithm>
#include <cmath>

namespace veriline::linesim {
namespace {

constexpr int64_t kBeforeFirstCounts = 700;
/// Two blocks of any usual size: what shows the last labels is full.
constexpr int64_t kBehindLastCounts = 5000;

int64_t Floor(double count) { return static_cast<int64_t>(std::floor(count)); }

}  // namespace

Strips::Strips(const World& world) : world_(world), strip_lines_(world.scene().picture_height) {
  const int64_t camera = world.config().camera_distance_counts;
  const int64_t begin = world.MarkCount(0) + camera - kBeforeFirstCounts;
  const int64_t end = world.MarkCount(world.feeds() - 1) + camera + kBehindLastCounts;
  const auto pieces = world.motion().pieces();
  int64_t at = begin - 1;  // the last count that a line was exposed at
  for (size_t i = 0; i < pieces.size() && at < end;) {
    // Pieces of one direction, those that stand still included.
    const size_t first = i;
    const bool forward = pieces[i].forward();
    while (i < pieces.size() && pieces[i].forward() == forward) ++i;
    const auto to = static_cast<int64_t>(
        std::floor(std::min(pieces[i - 1].to_count, static_cast<double>(end))));
    const int64_t last = forward ? to : std::max(to, begin);
    if (forward ? last <= at : last >= at) continue;
    Run run{forward ? at + 1 : at - 1, last, first, size()};
    const int64_t lines = std::abs(run.last_count - run.first_count) + 1;
    run.strips_until += static_cast<uint64_t>((lines + strip_lines_ - 1) / strip_lines_);
    runs_.push_back(run);
    at = last;
  }
}

int64_t Strips::TimeOf(const Run& run, int64_t count) const {
  const auto pieces = world_.motion().pieces();
  size_t i = run.first_piece;
  if (run.forward()) {
    while (Floor(pieces[i].to_count) < count) ++i;
  } else {
    while (Floor(pieces[i].to_count) > count) ++i;
  }
  return world_.config().t0_ns + pieces[i].TimeOf(count);
}

Strip Strips::At(uint64_t index) const {
  const auto run = std::ranges::upper_bound(runs_, index, std::ranges::less(), &Run::strips_until);
  const uint64_t before = run == runs_.begin() ? 0 : std::prev(run)->strips_until;
  const int64_t sign = run->forward() ? 1 : -1;
  Strip strip;
  strip.first_count = run->first_count + sign * static_cast<int64_t>(index - before) * strip_lines_;
  const int64_t full = strip.first_count + sign * (strip_lines_ - 1);
  strip.last_count =
      run->forward() ? std::min(full, run->last_count) : std::max(full, run->last_count);
  strip.first_ns = TimeOf(*run, strip.first_count);
  strip.last_ns = TimeOf(*run, strip.last_count);
  return strip;
}

}  // namespace veriline::linesim
