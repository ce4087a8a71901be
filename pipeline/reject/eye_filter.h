// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "pipeline/item/part_id.h"

namespace veriline::reject {

/// Turns the edges of one photo-eye into items.
///
/// An object begins at a rising edge. Gaps shorter than `debounce_counts` inside it are chatter
/// and belong to it. It becomes an item when its span reaches `min_length_counts`; a shorter one
/// is counted as chatter and forgotten. It ends at the falling edge after which the eye stayed
/// free for `debounce_counts`; when its span exceeds `max_length_counts` it is overlong (items
/// that touch each other) and stays one item.
/// Thread: one. Cost: a few comparisons.
class EyeFilter {
 public:
  struct Config {
    int64_t min_length_counts = 1;
    int64_t max_length_counts = 1;
    int64_t debounce_counts = 0;
  };
  struct Item {
    int64_t from_count = 0;
    int64_t to_count = 0;  ///< valid when closed
    int64_t trigger_ns = 0;
    bool overlong = false;
    item::PartId part_id{};  ///< as its first edge had it
  };
  enum class Event : uint8_t { kNone, kOpened, kClosed };

  explicit EyeFilter(const Config& config) : config_(config) {}

  /// Next event up to encoder count `now`; call until kNone. `item` is filled on an event.
  /// Requires: counts do not go back by more than they were advanced (belt moves forward).
  Event Advance(int64_t now, Item* item);
  /// A change of the eye, in order. Call Advance(count) until kNone before each.
  void Edge(bool rising, int64_t count, int64_t time_ns, const item::PartId& part_id = {});
  /// An item is open whose end is not known yet.
  bool open() const { return opened_; }
  uint64_t chatter_count() const { return chatter_count_; }

 private:
  Config config_;
  bool active_ = false;   ///< an object lies (or chatters) in the eye
  bool covered_ = false;  ///< level of the eye
  bool opened_ = false;   ///< it was told as an item
  Item item_;
  int64_t gap_from_ = 0;  ///< where the eye became free, while active and not covered
  uint64_t chatter_count_ = 0;
};

}  // namespace veriline::reject
