// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/scan_profile.h"

namespace veriline::testing {

// From the element widths of a linear symbol to edges, to a scan profile or to a picture. Blur and
// pixels are integrals in closed form, not samples: at any scale and angle a pixel has the mean of
// what it covers to better than a tenth of a grey value (but for the corners of bars).

/// How the elements of a symbol are printed.
struct LinearInk {
  double growth_x = 0;  ///< by which bars are wider and spaces narrower, in X
  double jitter_x = 0;  ///< every edge is moved by up to so much either way, in X
  double dark = 40;     ///< grey values
  double light = 210;
  double height_x = 50;
};

/// A row of a symbol as it is on paper: grey values that change at edges. Tests may move edges and
/// change levels as they like, as long as the edges ascend.
struct LinearRow {
  std::vector<double> edges;   ///< X, from the left edge of the symbol
  std::vector<double> levels;  ///< left of each edge, and right of the last one
  double height_x = 50;
};

/// `widths`: of bars (at even places) and spaces in X, beginning with a bar, which has the width 0
/// where a row begins with a space. `random` is needed for jitter alone.
LinearRow PrintRow(std::span<const double> widths, const LinearInk& ink = {},
                   std::mt19937* random = nullptr);

/// Puts a stripe of another grey into a row, as a void of a bar or a spot on a space; [from, to)
/// in X, within one element.
void AddStripe(LinearRow* row, double from_x, double to_x, double level);

/// The edges of a row that lies `left` before its first one, as a scan profile tells them.
std::vector<float> EdgesOf(const LinearRow& row, double x_width, double left);

/// How a camera sees a symbol.
struct LinearShot {
  double x_px = 4;           ///< X dimension
  double degrees = 0;        ///< by which the symbol is turned, clockwise in the picture
  double blur_sigma_px = 0;  ///< of a Gaussian, besides the pixels' own area
  double noise_sigma = 0;    ///< grey values
  double quiet_left_x = 12;  ///< light around the bars
  double quiet_right_x = 12;
  double quiet_high_x = 4;  ///< above and below them
  double ground = 210;      ///< grey around that
  double margin_px = 4;     ///< of the ground
  Point shift_px{};         ///< of the symbol, by parts of a pixel
  uint32_t seed = 1;        ///< of the noise
};

/// A picture of its own; moves with its pixels.
struct LinearPicture {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
  Quad outline;  ///< of the bars, without quiet zone; TL TR BR BL of the symbol

  FrameView view() const { return {pixels.data(), width, height, width}; }
};

/// Draws rows, one below the other (those of a stacked symbol, or one that shows damage in a part
/// of its height), just large enough for what `shot` asks for around them.
LinearPicture DrawLinear(std::span<const LinearRow> rows, const LinearShot& shot);

/// The profile of a line along the middle of a row, one sample a pixel: what DrawLinear shows at 0
/// degrees, not rounded to whole grey values; for tests with many symbols. Fills the values alone;
/// sample 0 is the first pixel of the left quiet zone. An edge that lies p px from its begin lies
/// at sample p - 0.5.
void SampleRow(const LinearRow& row, const LinearShot& shot, ScanProfile* profile);

}  // namespace veriline::testing
