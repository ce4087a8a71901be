// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline::testing {

/// What ZXing, which shares nothing with the simulator, reads in a part of a picture.
struct CropRead {
  std::string identifier;  ///< "]d2"
  std::string payload;
  Quad quad;  ///< as ZXing gives it, moved by `origin`
};

/// Its two binarizers fail on different symbols turned by close to 45°, so both are tried.
std::optional<CropRead> ReadWithZxing(const FrameView& view, Symbology symbology,
                                      Point origin = {});

/// The rectangle around a symbol whose true corners are known, with `margin_px` on each side.
Rect Around(const Quad& quad, float margin_px);

/// Reads a symbol where the truth says that it is, and nowhere else.
inline std::optional<CropRead> ReadAt(const FrameView& picture, const Quad& quad, float margin_px,
                                      Symbology symbology) {
  const Rect rect = Intersect(Around(quad, margin_px), picture.Bounds());
  return ReadWithZxing(picture.Crop(rect), symbology,
                       {static_cast<float>(rect.x), static_cast<float>(rect.y)});
}

}  // namespace veriline::testing
