// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::symbology::pdf417 {

/// The same place, turned to the direction that most gradients in it have or stand at right angles
/// to: bars and the edges between rows lie in two crossing directions. Turns by at most 45°.
/// Thread: any. Cost: 40 µs at the most.
Quad TurnedToGradients(const FrameView& picture, const Quad& place);

}  // namespace veriline::symbology::pdf417
