// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::decode {

// Where linear symbols lie in a picture. All functions are pure.

/// The outline of a linear symbol from the strip in which it was read: follows the edges of its
/// bars up and down, so that its sides run along the bars and its ends along the ends of most bars,
/// also when the strip crossed the bars at a slant of some degrees. Shape: the strip's left and
/// right sides are the ends of the row of bars; returns a quad with the same reading direction, or
/// what ExtendAlongBars tells where the edges of bars do not agree on their ends. Accuracy: half a
/// pixel on clean prints. Thread: any. Cost: about 50 µs; no allocation.
Quad OutlineOfBars(const FrameView& picture, const Quad& strip, bool inverted);

/// The outline with its ends moved outwards as long as bars go on, that is to the last bar or space
/// of at most `widest_px` (0: twice the widest within the outline); the outline itself where its
/// ends are those of a row of bars. A cut through a symbol may have shown only a part of it.
/// Thread: any. Cost: some µs, more where bars go on; no allocation.
Quad ExtendedOverBars(const FrameView& picture, const Quad& outline, float widest_px,
                      bool inverted);

}  // namespace veriline::decode
