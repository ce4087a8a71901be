// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "pipeline/item/inspection_record.h"
#include "pipeline/item/packml.h"
#include "pipeline/item/part_id.h"
#include "pipeline/item/reasons.h"

namespace veriline::item {

/// The final word on one item, as the gateways carry it. `accepted` is a release; everything else
/// is information beside a silence that already rejects. Fixed size: it travels through rings.
struct Verdict {
  int lane = 0;
  uint64_t item_seq = 0;
  int64_t from_count = 0;  ///< window of the item in eye counts, [from, to)
  int64_t to_count = 0;
  bool accepted = false;
  RejectReason primary = RejectReason::kNone;
  ReasonSet reasons;
  ItemTimes times;
  PartId part_id{};  ///< as the PLC calls the item; set when it is told
};

/// Sign of life of the line; a gate that misses them rejects.
struct Heartbeat {
  int64_t steady_ns = 0;
  int64_t encoder_count = 0;
  PackmlState state = PackmlState::kStopped;
};

/// What the exit eye or the PLC says of an item.
struct ItemConfirmation {
  int lane = 0;
  uint64_t item_seq = 0;
  bool passed = false;  ///< true: seen behind the gate on the good lane; false: removed
};

}  // namespace veriline::item
