// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/fault_plan.h"

#include <cmath>
#include <utility>

#include "tools/linesim/random.h"

namespace veriline::linesim {

FaultPlan::FaultPlan(uint64_t seed, uint64_t count, double ratio, std::vector<FaultKind> kinds)
    : seed_(seed), count_(count), period_(ratio > 0 ? 1 / ratio : 0), kinds_(std::move(kinds)) {}

FaultKind FaultPlan::Of(uint64_t index) const {
  if (kinds_.empty() || period_ == 0 || index >= count_) return FaultKind::kNone;
  // Stratum s holds the things [ceil(s / ratio), ceil((s + 1) / ratio)).
  const auto first_of = [this](uint64_t s) {
    return static_cast<uint64_t>(std::ceil(static_cast<double>(s) * period_ - 1e-9));
  };
  auto stratum = static_cast<uint64_t>(static_cast<double>(index) / period_);
  while (first_of(stratum) > index) --stratum;
  while (first_of(stratum + 1) <= index) ++stratum;
  const uint64_t first = first_of(stratum);
  const uint64_t size = first_of(stratum + 1) - first;
  if (first + size > count_) return FaultKind::kNone;  // no fault in a part of a stratum

  // Which kind: each round of strata takes every kind once, in an order of its own.
  const uint64_t round = stratum / kinds_.size();
  Random order(seed_, Stream::kFaultOrder, round);
  std::vector<FaultKind> kinds = kinds_;
  for (size_t i = kinds.size(); i > 1; --i) {
    std::swap(kinds[i - 1], kinds[order.Below(static_cast<uint32_t>(i))]);
  }
  const FaultKind kind = kinds[stratum % kinds.size()];

  // Where: anywhere in the stratum, except that behind a kNeighbour comes a good one, and that a
  // duplicate has good ones before it.
  Random place(seed_, Stream::kFaultPlace, stratum);
  uint64_t choices = size;
  if (kind == FaultKind::kNeighbour) choices = size - 1;
  uint64_t offset = place.Below(static_cast<uint32_t>(choices));
  if (kind == FaultKind::kDuplicate && stratum == 0) offset = size - 1;
  return index == first + offset ? kind : FaultKind::kNone;
}

}  // namespace veriline::linesim
