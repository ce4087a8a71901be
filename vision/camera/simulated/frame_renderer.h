// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "vision/core/frame.h"

namespace veriline::camera {

/// What becomes of an exposure in the simulated world.
enum class ExposureFate : uint8_t {
  kComplete,    ///< delivered
  kIncomplete,  ///< delivered with parts missing: drawn, but its pixels must not be trusted
  kLost,        ///< takes a frame id and never arrives: a gap in the ids
  kIgnored,     ///< the camera did not see the trigger: no exposure, no frame id
};

struct Exposure {
  int64_t exposure_ns = 0;  ///< start of exposure on the steady clock
  ExposureFate fate = ExposureFate::kComplete;
  /// Of a line-scan strip: exposure of its last line (exposure_ns: of its first), evenly in
  /// between. The strip is drawn when that has come. 0 = an area picture.
  int64_t last_line_ns = 0;
};

/// What a simulated camera looks at.
/// Thread: called on the camera's thread only, one Draw at most for each Next. Must not block.
class FrameRenderer {
 public:
  virtual ~FrameRenderer() = default;

  /// The next exposure, in order of time; false when none will come. Called well ahead of it.
  /// With a software trigger it is called after each trigger, `exposure_ns` holds the trigger's
  /// moment and must stay.
  virtual bool Next(Exposure* exposure) = 0;

  /// Draws the picture of the exposure that Next told last into `pixels` and sets `view` to it.
  /// Called when it is exposed. False when there is no picture or it does not fit: the
  /// frame is delivered as broken.
  virtual bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) = 0;
};

}  // namespace veriline::camera
