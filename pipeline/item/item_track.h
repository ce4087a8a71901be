// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "pipeline/item/part_id.h"
#include "pipeline/item/verdict.h"

namespace veriline::item {

/// The item on the belt: a slot that a trigger opened. Owned by the reject scheduler, which alone
/// knows its deadline; everyone else holds copies.
struct ItemTrack {
  int lane = 0;
  uint64_t item_seq = 0;
  int64_t from_count = 0;  ///< leading edge at the eye
  int64_t to_count = 0;    ///< trailing edge; valid once closed
  int64_t trigger_ns = 0;  ///< steady time of the leading edge
  bool closed = false;     ///< the trailing edge is known
  bool overlong = false;   ///< longer than the recipe allows: several items touching
  PartId part_id{};        ///< as the PLC calls it
};

/// What the scheduler tells of the items. Called on the scheduler's thread; must not block.
/// For each item: OnOpened, then OnClosed (or not, when the eye stays covered past the decision
/// point), then exactly one OnFinal; OnExpired comes before OnFinal when the deadline came first.
class ItemEvents {
 public:
  virtual ~ItemEvents() = default;
  virtual void OnOpened(const ItemTrack& track) = 0;
  virtual void OnClosed(const ItemTrack& track) = 0;
  /// The deadline has passed without a verdict: it can no longer be released. The answer is a
  /// verdict that names the reason.
  virtual void OnExpired(const ItemTrack& track) = 0;
  /// The verdict as it was told. `accepted` may have turned false (late) since it was submitted.
  virtual void OnFinal(const Verdict& verdict) = 0;
};

}  // namespace veriline::item
