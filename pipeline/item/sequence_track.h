// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "pipeline/item/text_spec.h"

namespace veriline::item {

/// Follows the numbers of the items of one lane, in the order of the items: which one comes next.
///
/// The first clear number of a run is taken as it is, unless the recipe names the first one. From
/// then on a number is in sequence within the recipe's window around the expected one. An item
/// whose number is not known is taken to have carried the expected one. Where numbers jump for
/// good (another roll of labels) kAgreeing items in a row are out of sequence, and the one behind
/// them is not: a number that merely stands alone changes nothing.
/// Thread: one.
class SequenceTrack {
 public:
  static constexpr int kAgreeing = 3;

  /// `spec` must outlive it and know the lane.
  SequenceTrack(const SequenceSpec& spec, int lane);

  /// The number that the next item should have; nothing when any will do.
  std::optional<int64_t> next() const { return next_; }
  bool Fits(int64_t value) const;
  /// How many steps the value lies behind the expected one (below 0) or ahead of it; nothing where
  /// it lies between two steps. Requires next().
  std::optional<int64_t> StepsFromNext(int64_t value) const;
  /// The next item has that number, or one that nobody could read.
  void Settle(std::optional<int64_t> value);
  /// The line begins anew: what comes next is not known.
  void Restart();

 private:
  int64_t window_ = 0;
  int64_t step_ = 1;
  std::optional<int64_t> next_;
  int outside_ = 0;           ///< numbers outside of the window that followed each other
  int64_t outside_next_ = 0;  ///< what would follow them
};

}  // namespace veriline::item
