// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/linesim/canvas.h"
#include "tools/linesim/label.h"
#include "vision/core/geometry.h"

namespace veriline::linesim {

/// Draws a label, moved by `shift_x` px, into the part of a picture inside `clip`. Modules are
/// anti-aliased by their exact coverage of each pixel along the symbol's own axes.
/// Returns the rectangle it touched. Cost: about 0.5 ms.
Rect DrawLabel(const Label& label, const Font& font, int shift_x, const Rect& clip, uint8_t* pixels,
               ptrdiff_t stride);

}  // namespace veriline::linesim
