// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace veriline::camera {

/// Maps the time of a device to ours. Whatever the device stamped was heard of later, so each
/// difference "heard − stamped" is an upper bound of the offset between the clocks; the smallest of
/// the last two to four seconds is taken for it. The window lets the clocks drift apart.
/// Error: late by the smallest delay in the window (for frames: exposure time, the camera's own
/// delay and about 0.1 ms of network and scheduler; for latched times: half a round trip), early
/// by what the clocks drift in four seconds (0.4 ms at 100 ppm).
/// Thread: one. Cost: constant.
class DeviceClock {
 public:
  static constexpr int64_t kWindowNs = 2'000'000'000;

  /// The device said `device_ns`; we heard of it at `heard_ns`. `heard_ns` never falls.
  void Hear(int64_t device_ns, int64_t heard_ns) {
    if (heard_ns - began_ns_ >= kWindowNs || newer_ == kNone) {
      older_ = heard_ns - began_ns_ < 2 * kWindowNs ? newer_ : kNone;
      newer_ = kNone;
      began_ns_ = heard_ns;
    }
    newer_ = std::min(newer_, heard_ns - device_ns);
  }
  /// Requires: Hear was called.
  int64_t Map(int64_t device_ns) const { return device_ns + std::min(older_, newer_); }

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  int64_t began_ns_ = 0;  ///< of the newer window
  int64_t older_ = kNone;
  int64_t newer_ = kNone;
};

}  // namespace veriline::camera
