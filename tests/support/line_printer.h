// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/frame.h"
#include "vision/text/text_place.h"

namespace veriline::text {

/// How a line is printed and seen. Ratios are of the cap height.
struct PrintStyle {
  float cap_px = 22;
  float angle_rad = 0;  ///< of the place; `turn_rad` more is in the print only
  float turn_rad = 0;
  float scale = 1;  ///< of print against place
  float shift_along_ratio = 0, shift_across_ratio = 0;
  float growth_ratio = 0;  ///< ink on each side of the outline
  float blur_px = 0.7f;    ///< sigma
  float noise_grey = 2;
  float paper_grey = 215, ink_grey = 40;
  float slope_grey = 0;       ///< light falls off by so much from one end to the other
  float jitter_ratio = 0;     ///< each character is off by up to so much, each way
  float damage_ratio = 0;     ///< share of each character's ink that is lost or added
  float dot_noise_ratio = 0;  ///< dots only: each is off by a sigma of so much of a cap height
};

/// A picture of one line, and where it was meant to be.
struct PrintedLine {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;
  TextPlace place;
  FrameView view() const { return {pixels.data(), width, height, width}; }
};

/// Prints lines of text by itself: of a font file's outlines, at any place to a 64th of a pixel and
/// grown as ink grows, or of dots, each a disc of its own. Shares nothing with the templates of the
/// matcher but the font files and, for dots, which dots make a character.
/// Thread: one.
class LinePrinter {
 public:
  static LinePrinter OfFile(const std::string& font_file);
  static LinePrinter OfDots(int rows);
  LinePrinter(LinePrinter&&) noexcept;
  ~LinePrinter();

  /// `seed` decides about noise, jitter and damage.
  PrintedLine Print(std::string_view text, const PrintStyle& style, uint64_t seed);

 private:
  struct Impl;
  explicit LinePrinter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::text
