// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace veriline::camera {

/// Turns the block ids of a device into ids that count from 1 and only grow, so that a gap is a
/// lost frame. GigE Vision counts in 16 bits and leaves 0 out (65535 is followed by 1), or in 64
/// bits; USB3 Vision counts in 64 bits from 0.
/// Thread: one.
class FrameIds {
 public:
  /// The id of a frame whose leader was lost.
  static constexpr uint64_t kUnknown = ~uint64_t{0};

  /// `first` is what the device calls the first frame of an acquisition.
  explicit FrameIds(uint64_t first = 1) : first_(first) {}

  /// The id of the frame that the device calls `block_id`. One that is unknown, or that cannot
  /// follow the last, is taken for the next.
  uint64_t Next(uint64_t block_id);
  /// The device starts again; frames that it made meanwhile are not known of.
  void Restart() {
    started_ = false;
    start_id_ = last_id_;
  }

 private:
  /// How many frames after the last one this is; 0 = it cannot be after it.
  uint64_t StepsTo(uint64_t block_id) const;

  uint64_t first_;
  bool started_ = false;
  uint64_t start_id_ = 0;  ///< the last id before the device started
  uint64_t last_block_ = 0;
  uint64_t last_id_ = 0;
};

}  // namespace veriline::camera
