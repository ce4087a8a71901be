// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/frame_ids.h"

namespace veriline::camera {
namespace {

constexpr uint64_t kMost16 = 65535;
/// Of 16-bit ids: what is further ahead is behind.
constexpr uint64_t kHalf16 = 32768;
/// An acquisition whose first frame has a higher id than this many lost ones would give it did not
/// begin to count again (some devices go on from the last one): nothing is known to be lost.
constexpr uint64_t kMostLostAtStart = 16;

}  // namespace

uint64_t FrameIds::StepsTo(uint64_t block_id) const {
  const bool may_wrap = last_block_ <= kMost16;
  if (block_id > last_block_) {
    const uint64_t ahead = block_id - last_block_;
    return may_wrap && block_id <= kMost16 && ahead >= kHalf16 ? 0 : ahead;
  }
  if (!may_wrap || block_id == 0) return 0;
  const uint64_t ahead = block_id + kMost16 - last_block_;  // 0 is no id
  return ahead < kHalf16 ? ahead : 0;
}

uint64_t FrameIds::Next(uint64_t block_id) {
  uint64_t steps = 1;
  if (block_id == kUnknown) {
    if (started_) last_block_ = last_block_ == kMost16 ? 1 : last_block_ + 1;
  } else {
    if (started_) {
      steps = StepsTo(block_id);
    } else if (block_id >= first_ && block_id - first_ <= kMostLostAtStart) {
      const uint64_t told = last_id_ - start_id_;
      steps = block_id - first_ + 1 > told ? block_id - first_ + 1 - told : 1;
    }
    if (steps == 0) steps = 1;
    last_block_ = block_id;
    started_ = true;
  }
  return last_id_ += steps;
}

}  // namespace veriline::camera
