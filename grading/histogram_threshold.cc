// SPDX-License-Identifier: Apache-2.0
#include "grading/histogram_threshold.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace veriline::grading {
namespace {

struct Sums {
  double n = 0, v = 0, vv = 0;  // samples, Σ value, Σ value²
};

Sums SumsOf(std::span<const uint32_t> counts) {
  Sums s;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double n = counts[i], v = static_cast<double>(i);
    s.n += n;
    s.v += n * v;
    s.vv += n * v * v;
  }
  return s;
}

double Variance(const Sums& s) {
  const double per_sample = 1 / s.n, mean = s.v * per_sample;
  return std::max(0.0, s.vv * per_sample - mean * mean);
}

}  // namespace

double HistogramThreshold(std::span<const uint32_t> counts, bool by_size) {
  const Sums all = SumsOf(counts);
  if (all.n == 0) return 0;
  // Variances within this share of the whole are equal: what is left of them is rounding.
  const double equal = 1e-9 * std::max(Variance(all), 1e-12);
  double least = std::numeric_limits<double>::infinity();
  double first = 0, last = 0;
  Sums below;
  bool split = false;
  for (size_t t = 1; t < counts.size(); ++t) {
    const double n = counts[t - 1], v = static_cast<double>(t - 1);
    below.n += n;
    below.v += n * v;
    below.vv += n * v * v;
    const Sums above{all.n - below.n, all.v - below.v, all.vv - below.vv};
    if (below.n == 0 || above.n == 0) continue;
    split = true;
    const double sum = by_size ? (Variance(below) * below.n + Variance(above) * above.n) / all.n
                               : Variance(below) + Variance(above);
    if (sum < least - equal) first = static_cast<double>(t);
    if (sum <= least + equal) last = static_cast<double>(t);
    least = std::min(least, sum);
  }
  if (!split) return all.v / all.n + 0.5;
  return (first + last) / 2;
}

double Percentile(std::span<const uint32_t> counts, double share) {
  double all = 0;
  for (const uint32_t n : counts) all += n;
  if (all == 0) return 0;
  double left = share * all;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double n = counts[i];
    if (n > 0 && left <= n) return static_cast<double>(i) + left / n;
    left -= n;
  }
  return static_cast<double>(counts.size());
}

double TailMean(std::span<const uint32_t> counts, double share, bool highest) {
  double all = 0;
  for (const uint32_t n : counts) all += n;
  if (all == 0) return 0;
  double left = share * all, sum = 0;
  for (size_t k = 0; k < counts.size() && left > 0; ++k) {
    const size_t i = highest ? counts.size() - 1 - k : k;
    const double taken = std::min<double>(counts[i], left);
    sum += taken * (static_cast<double>(i) + 0.5);
    left -= taken;
  }
  return sum / (share * all);
}

}  // namespace veriline::grading
