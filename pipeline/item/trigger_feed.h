// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "pipeline/item/part_id.h"
#include "vision/core/result.h"

namespace veriline::item {

/// Takes what a PLC tells of belt, eyes and items. `plc_ns` is the time on the PLC's own clock at
/// which it was so, when it has one.
/// Refused is what this belt cannot have: kInvalidArgument with the reason; nothing of it is taken.
/// A full queue is kExhausted.
/// Thread: any, one call at a time. Nothing blocks on a disk or a network.
class TriggerFeed {
 public:
  struct Encoder {
    int64_t count = 0;  ///< unwrapped
    std::optional<int64_t> plc_ns;
  };
  struct Edge {
    int lane = 0;
    bool rising = false;
    int64_t count = 0;  ///< of the change
    std::optional<int64_t> plc_ns;
  };
  /// An item with its name, told before its leading edge or after; its window in eye counts is
  /// [from, to).
  struct Part {
    PartId part_id;
    int lane = 0;
    int64_t from_count = 0;
    int64_t to_count = 0;
  };

  virtual ~TriggerFeed() = default;
  virtual Checked<void> Tell(const Encoder& encoder) = 0;
  virtual Checked<void> Tell(const Edge& edge) = 0;
  virtual Checked<void> Tell(const Part& part) = 0;
  /// The feed has been heard lately: a second one is not to take its place.
  virtual bool heard() const = 0;
};

}  // namespace veriline::item
