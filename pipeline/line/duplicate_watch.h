// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/verdict.h"

namespace veriline::line {

/// What a line tells of items that show a code which another item has: where that one is now, and
/// whether so many of them follow each other that somebody must look (labels printed twice).
/// Thread: OnFinal from one, OnDuplicate from one, the rest from any.
class DuplicateWatch {
 public:
  /// `limit`: so many in a row on one lane; 0: never too many.
  DuplicateWatch(int lanes, int limit) : limit_(limit), in_a_row_(static_cast<size_t>(lanes)) {}

  /// A verdict, in the order of the lane's items. Allocates nothing.
  void OnFinal(const item::Verdict& verdict);
  /// `holder` has the code that the item shows; `known` is what the registry says of the code.
  void OnDuplicate(const batch::ReserveAnswer& holder, const std::optional<batch::CodeInfo>& known);
  /// Whether the limit was reached since the last call: the line shall stop.
  bool TakeStop() { return stop_.exchange(false, std::memory_order_acq_rel); }
  /// Somebody has looked (the line was started, unheld or stopped).
  void Acknowledge();

  /// One sentence about the last duplicate, and how many there were; empty = none.
  std::string Warning() const;
  /// Why the line stands; empty: not for duplicates.
  std::string Alarm() const;

 private:
  const int limit_;
  std::vector<int> in_a_row_;  ///< by lane
  std::atomic<bool> stop_{false};
  std::atomic<int> stopped_lane_{-1};
  std::atomic<bool> restart_{false};  ///< count from 0 again
  mutable std::mutex mutex_;
  uint64_t count_ = 0;
  std::string last_;
};

}  // namespace veriline::line
