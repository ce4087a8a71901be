// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/belt_motion.h"

#include <algorithm>
#include <cmath>

namespace veriline::reject {
namespace {

/// What rounding may take from a count that is whole; far below any resolution.
constexpr double kRounding = 1e-6;

double Part(double from, double to, double at) { return (at - from) / (to - from); }

}  // namespace

// The data are stored with release and loaded with acquire: who reads a new one sees the odd number
// that was written before it, or the one behind it, and reads again.
template <class Read>
auto BeltMotion::Consistently(Read read) const {
  for (;;) {
    const uint64_t before = sequence_.load(std::memory_order_acquire);
    if (before % 2 != 0) continue;
    const auto answer =
        read(begin_.load(std::memory_order_acquire), end_.load(std::memory_order_acquire),
             counts_per_ns_.load(std::memory_order_acquire));
    if (sequence_.load(std::memory_order_acquire) == before) return answer;
  }
}

BeltMotion::Knot BeltMotion::KnotAt(uint64_t index) const {
  const AtomicKnot& knot = knots_[index % kKnots];
  return {knot.heard_ns.load(std::memory_order_acquire), knot.count.load(std::memory_order_acquire),
          knot.time_ns.load(std::memory_order_acquire), knot.told.load(std::memory_order_acquire)};
}

double BeltMotion::Ahead(const Knot& last, double rate, int64_t time_ns) const {
  const int64_t until_ns = std::clamp(time_ns, last.heard_ns, last.heard_ns + hold_ns_);
  const double count =
      static_cast<double>(last.told) + rate * static_cast<double>(until_ns - last.time_ns);
  return rate < 0 ? std::min(last.count, count) : std::max(last.count, count);
}

int64_t BeltMotion::CountAt(int64_t time_ns) const {
  const double count = Consistently([&](uint64_t begin, uint64_t end, double rate) -> double {
    if (end == begin) return 0;
    Knot later = KnotAt(end - 1);
    if (time_ns >= later.heard_ns) return Ahead(later, rate, time_ns);
    // Bounded also on nonsense: a reader that met a writer throws the answer away.
    for (uint64_t i = end - 1; i > begin && end - i < kKnots; --i) {
      const Knot earlier = KnotAt(i - 1);
      if (time_ns >= earlier.heard_ns) {
        const double part = Part(0, static_cast<double>(later.heard_ns - earlier.heard_ns),
                                 static_cast<double>(time_ns - earlier.heard_ns));
        return earlier.count + (later.count - earlier.count) * part;
      }
      later = earlier;
    }
    return later.count;
  });
  return static_cast<int64_t>(std::floor(count + kRounding));
}

int64_t BeltMotion::TimeOf(int64_t count, int64_t not_after_ns) const {
  const auto place = static_cast<double>(count);
  return Consistently([&](uint64_t begin, uint64_t end, double rate) -> int64_t {
    if (end == begin) return not_after_ns;
    Knot later = KnotAt(end - 1);
    if (place > later.count) {
      if (rate <= 0) return not_after_ns;
      const double ahead_ns = (place - static_cast<double>(later.told)) / rate;
      if (ahead_ns >= static_cast<double>(not_after_ns - later.time_ns)) return not_after_ns;
      return later.time_ns + static_cast<int64_t>(ahead_ns);
    }
    for (uint64_t i = end - 1; i > begin && end - i < kKnots; --i) {
      const Knot earlier = KnotAt(i - 1);
      if (place >= earlier.count && later.count > earlier.count) {
        const double part = Part(earlier.count, later.count, place);
        const auto behind_ns = static_cast<double>(later.heard_ns - earlier.heard_ns) * part;
        return std::min(not_after_ns, earlier.heard_ns + static_cast<int64_t>(behind_ns));
      }
      later = earlier;
    }
    return std::min(not_after_ns, later.heard_ns);
  });
}

void BeltMotion::Push(const Knot& knot) {
  const uint64_t end = end_.load(std::memory_order_relaxed);
  AtomicKnot& place = knots_[end % kKnots];
  place.heard_ns.store(knot.heard_ns, std::memory_order_release);
  place.count.store(knot.count, std::memory_order_release);
  place.time_ns.store(knot.time_ns, std::memory_order_release);
  place.told.store(knot.told, std::memory_order_release);
  end_.store(end + 1, std::memory_order_release);
  if (end + 1 - begin_.load(std::memory_order_relaxed) > kKnots) {
    begin_.store(end + 1 - kKnots, std::memory_order_release);
  }
}

bool BeltMotion::Report(int64_t time_ns, int64_t heard_ns, int64_t count, int64_t speed_window_ns) {
  const uint64_t end = end_.load(std::memory_order_relaxed);
  if (end == begin_.load(std::memory_order_relaxed)) {
    Restart(time_ns, heard_ns, count);
    return false;
  }
  const Knot last = KnotAt(end - 1);
  const double old_rate = counts_per_ns_.load(std::memory_order_relaxed);
  Knot knot;
  knot.heard_ns = std::max(heard_ns, last.heard_ns);
  knot.time_ns = std::max(time_ns, last.time_ns + 1);
  knot.told = count;

  const int64_t stood_ns = last.heard_ns + hold_ns_;
  const bool gap = knot.heard_ns > stood_ns;
  double rate = 0;
  bool known = false;
  if (!gap) {
    const uint64_t first = std::max(begin_.load(std::memory_order_relaxed), speed_begin_);
    Knot base = last;
    for (uint64_t i = end - 1; i > first && knot.time_ns - base.time_ns < speed_window_ns; --i) {
      base = KnotAt(i - 1);
    }
    known = knot.time_ns - base.time_ns >= speed_window_ns || end - first >= kKnots;
    if (known) {
      rate = std::clamp(
          static_cast<double>(count - base.told) / static_cast<double>(knot.time_ns - base.time_ns),
          -most_counts_per_ns_, most_counts_per_ns_);
    }
  }
  // Where it is by now; a belt that goes forward is nowhere behind what was expected.
  knot.count =
      static_cast<double>(count) + rate * static_cast<double>(knot.heard_ns - knot.time_ns);
  if (count >= last.told) knot.count = std::max(knot.count, Ahead(last, old_rate, knot.heard_ns));

  const uint64_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  if (gap) {
    // What was said while it stood still is kept: a straight line over the gap would lie below it.
    Push({stood_ns, Ahead(last, old_rate, stood_ns), last.time_ns, last.told});
    speed_begin_ = end + 1;
  }
  Push(knot);
  counts_per_ns_.store(rate, std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
  return known;
}

void BeltMotion::Restart(int64_t time_ns, int64_t heard_ns, int64_t count) {
  const uint64_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  speed_begin_ = end_.load(std::memory_order_relaxed);
  begin_.store(speed_begin_, std::memory_order_release);
  Push({heard_ns, static_cast<double>(count), time_ns, count});
  counts_per_ns_.store(0, std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
}

}  // namespace veriline::reject
