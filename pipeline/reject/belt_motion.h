// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace veriline::reject {

/// Where a belt is between the moments at which somebody told: straight lines, and ahead of them at
/// the speed of late, no further than `hold_ns` behind the last message; then it stands still.
///
/// What it answers never falls while the belt goes forward, whichever thread asks: a belt that
/// turned out slower than expected waits until the truth has caught up, and a later report can only
/// raise what was said of a moment. Only a report below the one before (a belt that went back) is
/// followed down.
/// Memory: the last kKnots reports (a second of them at 1 kHz); before them it answers with the
/// oldest, and where they are shorter than the speed's window they have to do.
/// Thread: Report and Restart from one thread at a time; the rest from any, never blocking (a
/// reader that meets a writer reads again). Cost: some 20 ns, more for moments further back.
class BeltMotion {
 public:
  static constexpr size_t kKnots = 1024;

  /// `most_counts_per_s`: no belt is faster; limits what is expected of the next moments.
  BeltMotion(int64_t hold_ns, double most_counts_per_s)
      : hold_ns_(hold_ns), most_counts_per_ns_(most_counts_per_s / 1e9) {}

  /// The belt was at `count` at `time_ns`, as is heard at `heard_ns`, not before it; a moment not
  /// behind the last one is moved behind it. Its speed is taken over at least `speed_window_ns`;
  /// until so much is known (also after a gap longer than hold_ns) it is taken to stand. Returns
  /// whether the speed is known.
  bool Report(int64_t time_ns, int64_t heard_ns, int64_t count, int64_t speed_window_ns);
  /// Forgets all that was; the belt was at `count` at `time_ns`, its speed is unknown.
  void Restart(int64_t time_ns, int64_t heard_ns, int64_t count);

  int64_t CountAt(int64_t time_ns) const;
  /// When the belt passed `count`: the latest such moment not behind `not_after_ns`.
  int64_t TimeOf(int64_t count, int64_t not_after_ns) const;

 private:
  struct Knot {
    int64_t heard_ns = 0;
    double count = 0;  ///< as answered for heard_ns: not below what was expected before
    int64_t time_ns = 0;
    int64_t told = 0;  ///< as reported for time_ns
  };
  struct AtomicKnot {
    std::atomic<int64_t> heard_ns{0};
    std::atomic<double> count{0};
    std::atomic<int64_t> time_ns{0};
    std::atomic<int64_t> told{0};
  };

  /// Runs `read` on a state that no writer touched meanwhile.
  template <class Read>
  auto Consistently(Read read) const;
  Knot KnotAt(uint64_t index) const;
  void Push(const Knot& knot);
  double Ahead(const Knot& last, double rate, int64_t time_ns) const;

  const int64_t hold_ns_;
  const double most_counts_per_ns_;
  // A sequence lock: odd while a writer is at it. Everything in it is atomic, so that a reader that
  // comes in between reads nonsense and throws it away, but no data race.
  std::atomic<uint64_t> sequence_{0};
  std::atomic<uint64_t> begin_{0};  ///< index of the first knot
  std::atomic<uint64_t> end_{0};    ///< and behind the last one
  std::atomic<double> counts_per_ns_{0};
  std::array<AtomicKnot, kKnots> knots_;
  uint64_t speed_begin_ = 0;  ///< the writer's: reports before this one say nothing of the speed
};

}  // namespace veriline::reject
