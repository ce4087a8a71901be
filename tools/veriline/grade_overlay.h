// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/veriline/overlay_pen.h"
#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

/// Where a symbol's enlarged map lies on an overlay.
struct OverlayPanel {
  size_t symbol = 0;  ///< its index in the picture
  double cell_px = 0;
  Point origin;  ///< of the symbol's upper left corner
  /// Of rows and columns: 0.5, 0.5 is the middle of the first module.
  Point PlaceOf(double row, double col) const {
    return {static_cast<float>(origin.x + col * cell_px),
            static_cast<float>(origin.y + row * cell_px)};
  }
};

struct Overlay {
  std::unique_ptr<Sheet> sheet;
  std::vector<OverlayPanel> panels;
};

/// A picture for people: the whole picture, scaled down if it is large, with every symbol outlined
/// and numbered; below it each graded symbol enlarged (12 px a module or more) with its grade. At
/// most 64 million px: symbols that have no place are told of in the head.
/// Requires: picture.pixels is not empty. Cost: some 10 ms a symbol.
Overlay DrawOverlay(const GradedPicture& picture, bool aperture_stated);

/// The name of each file's overlay: DIR/label.overlay.png for label.jpg; "-2" and so on where two
/// files would have the same one, or where it would overwrite a file of the list.
std::vector<std::string> OverlayNames(const std::vector<std::string>& files,
                                      const std::string& folder);

}  // namespace veriline::tools
