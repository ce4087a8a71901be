// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "pipeline/reject/eye_filter.h"

namespace veriline::reject {

/// The virtual trigger of webs and sheets: rows of items at a fixed repeat, found by count alone
/// or from a register mark. Row r of a mark at count m is the window
/// [m + offset + r·repeat, … + length); without marks, row k is [offset + k·repeat, … + length).
/// A mark that lies before the end of the last row of the mark before it is chatter, or one seen
/// again by a belt that went back: it opens nothing. Rows open once, when the belt first gets
/// there; what it passes again after going back opens nothing either.
/// Thread: one. Cost: a few comparisons.
class RowTrigger {
 public:
  struct Config {
    bool by_mark = false;
    double repeat_counts = 1;  ///< not rounded, so that rows do not drift from the print
    int rows = 1;              ///< of one mark
    int64_t offset_counts = 0;
    int64_t length_counts = 1;
  };
  using Item = EyeFilter::Item;
  using Event = EyeFilter::Event;

  explicit RowTrigger(const Config& config) : config_(config) {}

  /// Next event up to encoder count `now`; call until kNone. `item` is filled on an event; its
  /// trigger_ns is that of the mark, 0 without marks.
  Event Advance(int64_t now, Item* item);
  /// A change of the register sensor, in order. Only the rising one is a mark; it has no name.
  void Edge(bool rising, int64_t count, int64_t time_ns, const item::PartId& part_id = {});
  uint64_t chatter_count() const { return chatter_count_; }

 private:
  struct Mark {
    int64_t count = 0;
    int64_t time_ns = 0;
  };
  int64_t StartOf(int64_t base, int64_t row) const;

  const Config config_;
  std::deque<Mark> marks_;         ///< with rows still to open, in order
  int64_t row_ = 0;                ///< the next row, of marks_.front() or of all
  int64_t marked_to_ = INT64_MIN;  ///< end of the last row of the last mark
  bool opened_ = false;
  Item item_;
  uint64_t chatter_count_ = 0;
};

}  // namespace veriline::reject
