// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/motion.h"

#include <algorithm>
#include <cmath>

namespace veriline::linesim {
namespace {

constexpr int64_t kStandNs = 500'000'000;
constexpr double kSlowSeconds = 0.3;  // at each of the two slower speeds
/// No run comes there: 10^8 s at the slowest.
constexpr double kEndless = 1e15;

}  // namespace

int64_t Motion::Piece::CountAt(int64_t ns) const {
  const double moved = from_ns == to_ns ? 0 : static_cast<double>(ns - from_ns) * counts_per_ns();
  return static_cast<int64_t>(std::floor(from_count + moved));
}

int64_t Motion::Piece::TimeOf(int64_t count) const {
  const double at = static_cast<double>(count) + (forward() ? 0 : 0.5);
  int64_t ns = from_ns + static_cast<int64_t>(std::ceil((at - from_count) / counts_per_ns()));
  while (forward() && CountAt(ns) < count) ++ns;  // rounding
  return ns;
}

Motion::Motion(double counts_per_s) { Go(counts_per_s, kEndless); }

Motion::Motion(double counts_per_s, int64_t run_counts, uint32_t stops, uint32_t reversals) {
  const uint32_t events = stops + reversals;
  for (uint32_t i = 0; i < events; ++i) {
    const double at = static_cast<double>(run_counts) * (i + 1) / (events + 1);
    const double here = pieces_.empty() ? 0 : pieces_.back().to_count;
    Go(counts_per_s, std::max(at - here, 1.0));
    for (const double share : {0.5, 0.25}) {
      Go(counts_per_s * share, counts_per_s * share * kSlowSeconds);
    }
    Stand(kStandNs);
    // Reversals stand between stops: they are the events in the middle.
    if (i >= stops / 2 && i < stops / 2 + reversals) {
      Go(-counts_per_s / 2, kReverseCounts);
      Stand(kStandNs);
    }
    for (const double share : {0.25, 0.5}) {
      Go(counts_per_s * share, counts_per_s * share * kSlowSeconds);
    }
  }
  Go(counts_per_s, kEndless);
}

void Motion::Go(double counts_per_s, double counts) {
  Piece piece;
  if (!pieces_.empty()) {
    piece.from_ns = pieces_.back().to_ns;
    piece.from_count = pieces_.back().to_count;
  }
  const double ns = std::ceil(std::abs(counts / counts_per_s) * 1e9);
  piece.to_ns = piece.from_ns + static_cast<int64_t>(std::min(ns, 4e18));
  piece.to_count =
      piece.from_count + counts_per_s * 1e-9 * static_cast<double>(piece.to_ns - piece.from_ns);
  pieces_.push_back(piece);
}

void Motion::Stand(int64_t ns) {
  const Piece& last = pieces_.back();
  pieces_.push_back({last.to_ns, last.to_ns + ns, last.to_count, last.to_count});
}

int64_t Motion::CountAt(int64_t ns) const {
  const auto at = std::ranges::lower_bound(pieces_, ns, std::ranges::less(), &Piece::to_ns);
  return (at == pieces_.end() ? pieces_.back() : *at).CountAt(ns);
}

int64_t Motion::FirstTimeOf(int64_t count) const {
  const auto wanted = static_cast<double>(count);
  const auto at = std::ranges::find_if(pieces_, [wanted](const Piece& piece) {
    return piece.to_count >= wanted && piece.to_count > piece.from_count;
  });
  return (at == pieces_.end() ? pieces_.back() : *at).TimeOf(count);
}

}  // namespace veriline::linesim
